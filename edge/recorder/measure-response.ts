/** What the batteries did in a frequency event, beside what was contracted. W, + out. */
export interface MeasuredResponse {
  /** The frequency furthest from where it was before. */
  readonly extremeHz: number;
  /** The largest response the curves asked for, and what was measured beside it at its largest; signed. */
  readonly contractedPeakW: number;
  readonly measuredPeakW: number;
  /** From the trigger until the measured response has reached half of the contracted peak; null when it never did. */
  readonly halfAfterS: number | null;
  /** Mean of |measured − contracted| from the trigger on, and the largest shortfall in the contracted direction. */
  readonly meanErrorW: number;
  readonly worstShortfallW: number;
}

/**
 * From the fast table of a frequency event. The response is what the batteries do beyond their baseline; the baseline is
 * the wish before services, and what separated the two before the event: losses, clamps, a service already at work.
 * Undefined when nothing was measured before or after the trigger.
 */
export function measureResponse(rows: readonly (readonly number[])[]): MeasuredResponse | undefined {
  const samples = rows.map(toSample).filter(({ batteryW, frequencyHz }) => !Number.isNaN(batteryW + frequencyHz));
  const before = samples.filter(({ sinceS }) => sinceS < 0);
  const after = samples.filter(({ sinceS }) => sinceS >= 0);
  if (before.length === 0 || after.length === 0) return undefined;
  const offsetW = mean(before.map(({ batteryW, wishW, contractedW }) => batteryW - wishW - contractedW));
  const beforeHz = mean(before.map(({ frequencyHz }) => frequencyHz));

  const measured = after.map(({ batteryW, wishW }) => batteryW - wishW - offsetW);
  const contracted = after.map(({ contractedW }) => contractedW);
  const contractedPeakW = furthest(contracted, 0);
  const direction = contractedPeakW < 0 ? -1 : 1;
  const measuredPeakW = measured.reduce((peakW, oneW) => (oneW * direction > peakW * direction ? oneW : peakW), 0);
  const half = measured.findIndex((oneW) => oneW * direction >= Math.abs(contractedPeakW) / 2);
  return {
    extremeHz: furthest(
      after.map(({ frequencyHz }) => frequencyHz),
      beforeHz,
    ),
    contractedPeakW,
    measuredPeakW,
    halfAfterS: contractedPeakW === 0 || half < 0 ? null : (after[half]?.sinceS ?? null),
    meanErrorW: mean(measured.map((oneW, index) => Math.abs(oneW - (contracted[index] ?? 0)))),
    worstShortfallW: Math.max(0, ...measured.map((oneW, index) => ((contracted[index] ?? 0) - oneW) * direction)),
  };
}

const toSample = ([sinceS = 0, frequencyHz = 0, , batteryW = 0, wishW = 0, contractedW = 0]: readonly number[]) => ({
  sinceS,
  frequencyHz,
  batteryW,
  wishW,
  contractedW,
});

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const furthest = (values: readonly number[], from: number): number =>
  values.reduce((found, value) => (Math.abs(value - from) > Math.abs(found - from) ? value : found), from);
