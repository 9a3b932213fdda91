import type { AlarmLogEntry } from "../../alarms/alarm.ts";
import type { AlarmHealth } from "../../alarms/alarm-health.ts";
import { type Command, limitOption } from "../command.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { timeOf, wrap } from "../words.ts";

export const command: Command = {
  usage: "[--limit N]",
  help: "Raised, returned, acknowledged, shelved, gone; then how well the alarms serve: how\nmany in ten minutes, and which are the noisiest. A site whose people can follow has\nabout one in ten minutes, and never more than ten.",
  examples: [["sitectl alarms log --limit 50"], ["sitectl alarms log --json | jq .health"]],
  options: limitOption,
  run: async (context) => {
    const limit = context.options.number("limit") ?? 20;
    if (!Number.isInteger(limit) || limit < 1) return context.usage("--limit must be a whole number above 0");
    return showReport<AlarmLogReport>(context, { op: "alarm-log", limit }, logLines);
  },
};

interface AlarmLogReport {
  readonly site: string;
  readonly log: readonly AlarmLogEntry[];
  readonly health: AlarmHealth;
}

function logLines({ site, log, health }: AlarmLogReport, { table }: Look): string[] {
  if (log.length === 0) return [`${site}: no alarm since the log was begun`];
  const { raised, perTenMinutes, mostInTenMinutes, noisiest } = health;
  return [
    ...table(
      ["time", "change", "priority", "alarm", "by"],
      log.map(({ timeMs, change, priority, id, by }) => [timeOf(timeMs), change, priority, id, by ?? ""]),
    ),
    "",
    `raised     ${raised}${perTenMinutes === null ? "" : `, ${perTenMinutes.toFixed(2)} in ten minutes`}, at most ${mostInTenMinutes}`,
    ...wrap(`noisiest   ${noisiest.map(({ id, raised: times }) => `${id} ×${times}`).join(", ")}`, 80, "           "),
  ];
}
