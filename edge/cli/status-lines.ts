import type { StatusReport } from "../agent/site-report.ts";
import { alarmLines } from "./alarm-lines.ts";
import { latchedOf } from "./latched.ts";
import type { Look } from "./look.ts";
import { bytes, interval, type Paint, percent, power, seconds, signNote, timeOf, wrap } from "./words.ts";

const width = 80;

/** One screen: power, charge, what shapes it, link, store, alarms, and as many units as a terminal has room for. */
export function statusLines(status: StatusReport, look: Look): string[] {
  const head = headLines(status, look.paint);
  const alarms = alarmLines(status.alarms, look.paint);
  // A prompt, the column heads and the line that says how many more there are take three rows.
  const room = look.redraws ? Math.max(3, look.rows - head.length - alarms.length - 3) : 20;
  const { units } = status;
  const shown = units.slice(0, units.length <= room + 1 ? room + 1 : room);
  return [
    ...head,
    ...look.table(
      ["unit", ">power", ">charge", ">°C", "state", "reading"],
      shown.map((unit) => [
        unit.id,
        power(unit.powerW),
        percent(unit.soc),
        unit.temperatureC === null ? "-" : unit.temperatureC.toFixed(0),
        unit.state ?? "unknown",
        unit.quality,
      ]),
    ),
    ...(units.length > shown.length ? [look.paint.dim(`and ${units.length - shown.length} more: sitectl units`)] : []),
    ...alarms,
  ];
}

function headLines(status: StatusReport, paint: Paint): string[] {
  const { loop, link, store, latches, lease } = status;
  const shaped = status.because.length === 0 ? "nothing" : status.because.join(", ");
  return [
    paint.bold(`${status.site}  ${timeOf(status.timeMs)}`) + paint.dim(`   ${signNote}`),
    "",
    `grid     ${power(status.gridPowerW).padEnd(12)} battery ${power(status.batteryPowerW).padEnd(12)} charge ${percent(status.soc)}`,
    `wish     ${power(status.wishW).padEnd(12)} target  ${power(status.targetW).padEnd(12)} from   ${status.source ?? "-"}`,
    ...wrap(`limits   ${shaped}`, width, "         "),
    ...latchLines(latches, paint),
    ...(status.approvalsWaiting > 0
      ? [paint.bold(`waiting  ${status.approvalsWaiting} for a second person: sitectl approvals`)]
      : []),
    `lease    ${lease === null ? "none followed" : `${lease.id}, ${power(lease.powerW)}, ends in ${seconds(lease.endsInMs)}`}`,
    `link     ${linkLine(link)}`,
    `store    ${storeLine(store)}`,
    loop === null
      ? `loop     ${paint.alarm("has not reported")}`
      : `loop     ${loop.cycles} cycles of ${loop.periodMs} ms, ${loop.lateCycles} late, p99 ${loop.latenessP99Ms.toFixed(1)} ms late`,
    "",
  ];
}

function latchLines(latches: unknown, paint: Paint): string[] {
  const { stop, localLimitW, gridOperatorLimitW, mode, manualPowerW } = latchedOf(latches);
  const lines: string[] = [];
  if (stop) lines.push(`STOPPED  by ${stop.by}: ${stop.reason}`);
  if (mode !== "auto") lines.push(`mode     ${mode}${mode === "manual" ? `, ${power(manualPowerW)}` : ""}`);
  if (localLimitW) {
    const { by, reason } = localLimitW;
    lines.push(`local    ${interval(localLimitW.powerWMin, localLimitW.powerWMax)} by ${by}: ${reason}`);
  }
  if (gridOperatorLimitW) {
    lines.push(`operator ${interval(gridOperatorLimitW.powerWMin, gridOperatorLimitW.powerWMax)} (grid operator)`);
  }
  return lines.flatMap((line) => wrap(line, width, "         ")).map((line) => paint.bold(line));
}

function linkLine(link: StatusReport["link"]): string {
  if (link === null) return "no cloud is configured";
  const { settlement, events, telemetry } = link.streams;
  const behind = settlement.waiting + events.waiting + telemetry.waiting;
  const lost =
    link.state !== "online" && link.lastLostReason !== undefined ? `, last lost: ${link.lastLostReason}` : "";
  return `${link.state}, ${behind} records behind${lost}`;
}

function storeLine(store: StatusReport["store"]): string {
  const memory = store.heldRecords > 0 ? `, ${store.heldRecords} records in memory only` : "";
  if (!store.storing) return `NOT STORING${memory}`;
  const { telemetryBytes = 0, budgetBytes = 0 } = store;
  return `${bytes(telemetryBytes)} of ${bytes(budgetBytes)} waiting${memory}`;
}
