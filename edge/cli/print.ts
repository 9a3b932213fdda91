import type { AlarmsReport, EventsReport, LeaseReport, StatusReport, WhyReport } from "../agent/site-report.ts";
import type { ChainedAuditEntry } from "../store/edge-store.ts";
import { bytes, interval, type Paint, percent, power, seconds, signNote, table, timeOf, wrap } from "./words.ts";

const width = 80;

/** One screen: power, charge, what shapes it, link, store, alarms. */
export function printStatus(status: StatusReport, paint: Paint): string[] {
  const { loop, link, store, latches, lease } = status;
  const shaped = status.because.length === 0 ? "nothing" : status.because.join(", ");
  const shown = status.units.slice(0, 20);
  return [
    paint.bold(`${status.site}  ${timeOf(status.timeMs)}`) + paint.dim(`   ${signNote}`),
    "",
    `grid     ${power(status.gridPowerW).padEnd(12)} battery ${power(status.batteryPowerW).padEnd(12)} charge ${percent(status.soc)}`,
    `wish     ${power(status.wishW).padEnd(12)} target  ${power(status.targetW).padEnd(12)} from   ${status.source ?? "-"}`,
    ...wrap(`limits   ${shaped}`, width, "         "),
    ...latchLines(latches, paint),
    `lease    ${lease === null ? "none followed" : `${lease.id}, ${power(lease.powerW)}, ends in ${seconds(lease.endsInMs)}`}`,
    `link     ${linkLine(link)}`,
    `store    ${storeLine(store)}`,
    loop === null
      ? `loop     ${paint.alarm("has not reported")}`
      : `loop     ${loop.cycles} cycles of ${loop.periodMs} ms, ${loop.lateCycles} late, p99 ${loop.latenessP99Ms.toFixed(1)} ms late`,
    "",
    ...table(
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
    ...(status.units.length > shown.length
      ? [paint.dim(`and ${status.units.length - shown.length} more (--json)`)]
      : []),
    ...alarmLines(status.alarms, paint),
  ];
}

/** Wish, then each limit that had a say, then ramp, then units: read from top to bottom. */
export function printWhy(why: WhyReport, paint: Paint): string[] {
  if (why.source === null) return [`${why.site}: the control loop has not decided anything yet`];
  const lease = why.leaseId === null ? "" : ` (${why.leaseId})`;
  const limits = why.limits.flatMap((limit) => {
    const moved = limit.movedW === 0 ? "" : `  moves it by ${power(limit.movedW)}`;
    const head = `  ${limit.limit.padEnd(18)} ${interval(limit.powerWMin, limit.powerWMax)}${moved}`;
    return [limit.movedW === 0 ? paint.dim(head) : paint.bold(head), ...wrap(`    ${limit.text}`, width, "    ")];
  });
  const special = why.units.filter(({ because }) => because !== "");
  return [
    `${paint.bold(why.site)}${why.timeMs === null ? "" : `  ${timeOf(why.timeMs)}`}${paint.dim(`   ${signNote}`)}`,
    "",
    paint.bold(`wish    ${power(why.wishW)}  from ${why.source}${lease}`),
    ...wrap(`    ${why.wishText ?? ""}`, width, "    "),
    `limits  ${why.limits.length === 0 ? "none in the way" : `leave ${interval(why.powerWMin, why.powerWMax)}`}`,
    ...limits,
    paint.bold(`allowed ${power(why.clampedW)}`),
    why.targetW === why.clampedW
      ? `ramp    reached: ${power(why.targetW)}`
      : `ramp    on its way: ${power(why.targetW)} now, ${power(why.clampedW)} to come`,
    `units   ${why.unitsTotal}, measured ${power(why.batteryPowerW)} in sum`,
    ...special
      .slice(0, 6)
      .flatMap((unit) => wrap(`  ${unit.unitId}  ${power(unit.powerW)}  ${unit.because}`, width, "    ")),
    ...(special.length > 6 ? [paint.dim(`  and ${special.length - 6} more (--json)`)] : []),
    ...alarmLines(why.alarms, paint),
  ];
}

/** Everything on one greppable line. */
export const printLine = (status: StatusReport): string =>
  [
    new Date(status.timeMs).toISOString(),
    status.site,
    `grid=${power(status.gridPowerW).replace(" ", "")}`,
    `battery=${power(status.batteryPowerW).replace(" ", "")}`,
    `target=${power(status.targetW).replace(" ", "")}`,
    `charge=${percent(status.soc).replace(" ", "")}`,
    `from=${status.source ?? "-"}`,
    `limits=${status.because.join(",") || "-"}`,
    `link=${status.link?.state ?? "none"}`,
    `alarms=${status.alarms.length}`,
  ].join(" ");

export function printLeases({ site, leases }: LeaseReport, paint: Paint): string[] {
  if (leases.length === 0) return [`${site}: no lease is held; the site follows its own profile`];
  return [
    ...table(
      ["lease", ">power", "kind", ">priority", ">ends in", "then", ""],
      leases.map((lease) => [
        lease.id,
        power(lease.powerW),
        lease.kind,
        String(lease.priority),
        seconds(lease.endsInMs),
        lease.onExpire,
        lease.followed ? "followed" : "",
      ]),
    ),
    ...leases.flatMap((lease) => wrap(paint.dim(`${lease.id}: ${lease.reason}`), width, "  ")),
  ];
}

export const printEvents = ({ site, events }: EventsReport, paint: Paint): string[] =>
  events.length === 0
    ? [`${site}: nothing has happened since the agent started`]
    : events.flatMap(({ timeMs, level, code, text }) =>
        wrap(
          `${timeOf(timeMs)} ${level === "alarm" ? paint.alarm(level) : level} ${code}: ${text}`,
          width,
          "         ",
        ),
      );

export const printAlarms = ({ site, alarms }: AlarmsReport, paint: Paint): string[] =>
  alarms.length === 0 ? [`${site}: no alarms`] : alarmLines(alarms, paint).slice(1);

export const printAudit = (entries: readonly ChainedAuditEntry[]): string[] =>
  entries.length === 0
    ? ["the audit log is empty"]
    : entries.map(
        ({ sequence, timeMs, who, what, outcome, hash }) =>
          `${String(sequence).padStart(5)} ${new Date(timeMs).toISOString()} ${who} ${what}: ${outcome} [${hash.slice(0, 8)}]`,
      );

const alarmLines = (alarms: readonly { readonly code: string; readonly text: string }[], paint: Paint): string[] =>
  alarms.length === 0
    ? []
    : ["", ...alarms.flatMap(({ code, text }) => wrap(paint.alarm(`! ${code}: ${text}`), width, "    "))];

function latchLines(latches: unknown, paint: Paint): string[] {
  const { stop, localLimitW, gridOperatorLimitW, mode, manualPowerW } = latches as Latched;
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
  return lines.map((line) => paint.bold(line));
}

interface Latched {
  readonly stop?: { readonly by: string; readonly reason: string };
  readonly localLimitW?: Bounds & { readonly by: string; readonly reason: string };
  readonly gridOperatorLimitW?: Bounds;
  readonly mode: string;
  readonly manualPowerW: number;
}

interface Bounds {
  readonly powerWMin: number | null;
  readonly powerWMax: number | null;
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
