import type { StatusReport } from "../agent/site-report.ts";
import type { DevicesReport } from "./devices-report.ts";
import type { Look } from "./look.ts";
import { percent, power, signNote, timeOf } from "./words.ts";

type Devices = DevicesReport["devices"];

/**
 * The site as a single-line diagram: grid, meter, transformer and breaker where a plant controller tells of them, the
 * bus, and one feeder a unit (or a row of units where there are many). Arrows show which way power flows; every figure
 * keeps its sign.
 */
export function lineDiagram(status: StatusReport, devices: Devices, { paint, rows }: Look): string[] {
  const plant = devices.find(({ kind }) => kind === "plant");
  const breaker = plant?.readings["breakerClosed"]?.value;
  const transformerC = plant?.readings["transformerTemperatureC"]?.value;
  const restW =
    status.gridPowerW === null || status.batteryPowerW === null ? null : status.gridPowerW - status.batteryPowerW;
  const head = [
    paint.bold(`${status.site}  ${timeOf(status.timeMs)}`) + paint.dim(`   ${signNote}`),
    "",
    `  GRID  ${hertz(status.frequencyHz)}`,
    `   ${arrow(status.gridPowerW)}   ${power(status.gridPowerW)} at the meter${stale(devices, "meter", "powerW")}`,
    ...(typeof transformerC === "number" ? [`   ◎   transformer ${transformerC.toFixed(0)} °C`] : []),
    ...(plant === undefined
      ? []
      : [
          breaker === true
            ? "   ■   breaker closed"
            : paint.alarm(`   □   breaker ${breaker === false ? "OPEN" : "unknown"}`),
        ]),
    `  ━┻━━━━━━┳━━━━━━━━━━━━━━┳━━━`,
    `          ${arrow(status.batteryPowerW)} batteries    ${arrow(restW)} rest of site`,
    `          ${power(status.batteryPowerW).padEnd(12)}   ${power(restW)}`,
    `          charge ${percent(status.soc)}`,
    "",
  ];
  const room = Math.max(1, rows - head.length - 4);
  const cells = status.units.map(
    ({ id, powerW, soc, state, quality }) =>
      `${quality === "good" && state === "running" ? arrow(powerW) : "╳"} ${id.padEnd(8)} ${power(powerW).padStart(9)} ${percent(soc).padStart(7)}`,
  );
  const columns = cells.length > room ? 2 : 1;
  const height = Math.ceil(cells.length / columns);
  const body = Array.from({ length: Math.min(height, room) }, (_, row) =>
    `  ${[cells[row], cells[row + height]]
      .slice(0, columns)
      .map((cell) => (cell ?? "").padEnd(34))
      .join("  ")}`.trimEnd(),
  );
  const hidden = cells.length - body.length * columns;
  const because = status.because.length === 0 ? "" : `, held by ${status.because.join(", ")}`;
  return [
    ...head,
    ...body,
    ...(hidden > 0 ? [paint.dim(`  and ${hidden} more: sitectl units`)] : []),
    "",
    `  target ${power(status.targetW)} from ${status.source ?? "-"}${because}`.slice(0, 80),
    ...(status.alarms.length === 0 ? [] : [paint.alarm(`  ! ${status.alarms.length} alarms: sitectl alarms`)]),
  ];
}

/** Up is out, to the grid; what is about nothing stands still; ? is not known. */
function arrow(powerW: number | null): string {
  if (powerW === null) return "?";
  if (Math.abs(powerW) < 50) return "·";
  return powerW > 0 ? "▲" : "▼";
}

const hertz = (frequencyHz: number | null): string =>
  frequencyHz === null ? "frequency unknown" : `${frequencyHz.toFixed(3)} Hz`;

function stale(devices: Devices, kind: "meter", reading: string): string {
  const field = devices.find((device) => device.kind === kind)?.readings[reading];
  return field === undefined || field.quality === "good" ? "" : ` (${field.quality})`;
}
