import type { WhyReport } from "../../agent/site-report.ts";
import { alarmLines } from "../alarm-lines.ts";
import type { Command } from "../command.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { interval, power, signNote, timeOf, wrap } from "../words.ts";

export const command: Command = {
  usage: "",
  help: "Read it from top to bottom: who wished what, what services add, which limits\nnarrowed it and by how much, how far the ramp has come, and units that could not take their share.",
  examples: [["sitectl why"], ["sitectl why --json | jq '.limits[] | select(.movedW != 0)'", "only what binds"]],
  run: (context) => showReport<WhyReport>(context, { op: "why" }, whyLines),
};

const width = 80;

/** Wish, then each limit that had a say, then ramp, then units: read from top to bottom. */
export function whyLines(why: WhyReport, { paint }: Look): string[] {
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
    ...serviceLines(why),
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

/** What each service adds, and how much of it the limits let through. */
function serviceLines({ services, reactive }: WhyReport): string[] {
  const lines = services.flatMap(({ service, contractedW, wantedW, deliveredW, text }) => {
    const cut = Math.abs(deliveredW - wantedW) < 1 ? "" : `, of which the limits leave ${power(deliveredW)}`;
    const head = `  ${service.padEnd(18)} ${power(wantedW)} of ${power(contractedW)}${cut}`;
    return text === "" ? [head] : [head, ...wrap(`    ${text}`, width, "    ")];
  });
  lines.push(
    ...reactive.map(
      ({ service, wantedVar, text }) => `  ${service.padEnd(18)} ${(wantedVar / 1e6).toFixed(2)} Mvar, ${text}`,
    ),
  );
  return lines.length === 0 ? [] : ["services", ...lines];
}
