import type { AlarmsReport } from "../../agent/site-report.ts";
import { type AlarmLine, groupAlarms } from "../../alarms/alarm-flood.ts";
import type { Command } from "../command.ts";
import type { Look } from "../look.ts";
import { showReport } from "../show-report.ts";
import { shorten, timeOf } from "../words.ts";

export const command: Command = {
  usage: "[--all]",
  help: "UNACKED it is so and nobody has said that they saw it, acked somebody has,\nreturned it is over and unseen, shelved it was put aside. Over and seen, it is\ngone. Four and more of a kind are one line; in a flood medium and low ones are.",
  examples: [
    ["sitectl alarms"],
    ["sitectl alarms ls --all", "with those on the shelf"],
    ["sitectl alarms --json | jq -r '.alarms[].code'"],
  ],
  options: { all: { text: "with those on the shelf" } },
  run: (context) =>
    showReport<AlarmsReport>(context, { op: "alarms" }, (report, look) =>
      alarmListLines(report, context.options.flag("all"), look),
    ),
};

type AlarmEntry = AlarmsReport["alarms"][number];

function alarmListLines({ site, flood, alarms, returned, shelved }: AlarmsReport, all: boolean, look: Look): string[] {
  const shown = [...alarms, ...returned, ...(all ? shelved : [])];
  const aside = shelved.length === 0 || all ? [] : [look.paint.dim(`${shelved.length} on the shelf (--all)`)];
  if (shown.length === 0) return [`${site}: no alarms`, ...aside];
  const lines = groupAlarms(shown, flood) as readonly (AlarmLine & { readonly alarms: readonly AlarmEntry[] })[];
  return [
    ...(flood
      ? [look.paint.alarm("ALARM FLOOD: more than ten in ten minutes; look for one cause: sitectl doctor"), ""]
      : []),
    ...look.table(
      ["priority", "state", "since", "alarm", "what"],
      lines.map((line) => rowOf(line)),
    ),
    ...aside,
    look.paint.dim("what to do: sitectl explain CODE   seen: sitectl alarms ack ALARM"),
  ];
}

function rowOf({ code, alarms }: { readonly code: string; readonly alarms: readonly AlarmEntry[] }): string[] {
  const [first] = alarms;
  if (first === undefined) return [];
  const devices = alarms.map(({ device }) => device ?? "site");
  const isOne = alarms.length === 1;
  const times = first.times > 1 ? ` (${first.times} times)` : "";
  return [
    first.priority,
    first.state === "unacked" ? "UNACKED" : first.state,
    timeOf(Math.min(...alarms.map(({ raisedMs }) => raisedMs))),
    shorten(isOne ? first.id : `${code} ×${alarms.length}`, 24),
    shorten(isOne ? `${first.text}${times}` : `${devices.slice(0, 3).join(", ")} and more`, 26),
  ];
}
