/** Means over a quiet while at one commanded power, W; positive is out. */
export interface PowerLevel {
  readonly commandedW: number;
  readonly gridW: number;
  readonly batteryW: number;
  readonly units: readonly { readonly id: string; readonly powerW: number; readonly setpointW: number }[];
}

/** The rest of the site moves too: the meter may differ from the batteries by this share of the step, and losses. */
const meterTolerance = 0.35;
const unitTolerance = 0.1;

/**
 * What steps out and in say about signs and scales: every second level is a step, those around it are rests, whose mean
 * takes out what the rest of the site did meanwhile. The meter must move the way the batteries do and by about as much;
 * each unit must do what it was told. One sentence a finding.
 */
export function judgeStepTest(levels: readonly PowerLevel[]): {
  readonly wrong: readonly string[];
  readonly right: readonly string[];
} {
  const wrong: string[] = [];
  const right: string[] = [];
  for (let index = 1; index + 1 < levels.length; index += 2) {
    const [before, step, after] = levels.slice(index - 1, index + 2);
    if (before === undefined || step === undefined || after === undefined) break;
    const rest = { batteryW: (before.batteryW + after.batteryW) / 2, gridW: (before.gridW + after.gridW) / 2 };
    const word = step.commandedW > 0 ? "discharge" : "charge";
    const batteryMovedW = step.batteryW - rest.batteryW;
    const gridMovedW = step.gridW - rest.gridW;
    const wantedW = step.commandedW - rest.batteryW;
    if (Math.sign(batteryMovedW) !== Math.sign(wantedW) || Math.abs(batteryMovedW) < 0.3 * Math.abs(wantedW)) {
      wrong.push(
        `${word} of ${kW(step.commandedW)}: the batteries moved by ${kW(batteryMovedW)}; in local control, or at a limit?`,
      );
      continue;
    }
    const ratio = gridMovedW / batteryMovedW;
    if (ratio < 0 && Math.abs(ratio + 1) <= meterTolerance) {
      wrong.push(
        `${word}: the meter moved by ${kW(gridMovedW)} while the batteries gave ${kW(batteryMovedW)}: its sign is turned; set meter.sign to the other`,
      );
    } else if (Math.abs(ratio - 1) > meterTolerance) {
      wrong.push(
        `${word}: the meter moved by ${kW(gridMovedW)} while the batteries gave ${kW(batteryMovedW)} (ratio ${ratio.toFixed(2)}): transformer ratio, scale, or a load that moved meanwhile; run the step again`,
      );
    } else {
      right.push(
        `${word} of ${kW(step.commandedW)}: batteries ${kW(batteryMovedW)}, meter ${kW(gridMovedW)} (ratio ${ratio.toFixed(2)})`,
      );
    }
    wrong.push(...step.units.flatMap((unit) => judgeUnit(unit, word)));
  }
  return { wrong, right };
}

function judgeUnit({ id, powerW, setpointW }: PowerLevel["units"][number], word: string): string[] {
  if (Math.abs(powerW - setpointW) <= Math.max(unitTolerance * Math.abs(setpointW), 100)) return [];
  const ratio = setpointW === 0 ? Number.NaN : powerW / setpointW;
  const guess =
    Math.abs(ratio + 1) < 0.2
      ? ": its sign is turned"
      : Math.abs(ratio - 10) < 1 || Math.abs(ratio - 0.1) < 0.02
        ? ": its scale is out by ten"
        : "";
  return [`${id} was told ${kW(setpointW)} and does ${kW(powerW)} in ${word}${guess}`];
}

const kW = (powerW: number): string => `${powerW > 0 ? "+" : ""}${(powerW / 1e3).toFixed(1)} kW`;
