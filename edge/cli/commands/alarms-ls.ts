import type { AlarmsReport } from "../../agent/site-report.ts";
import { alarmLines } from "../alarm-lines.ts";
import type { Command } from "../command.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "",
  help: "",
  examples: [["sitectl alarms"], ["sitectl alarms --json | jq -r '.alarms[].code'"]],
  run: (context) =>
    showReport<AlarmsReport>(context, { op: "alarms" }, ({ site, alarms }, { paint }) =>
      alarms.length === 0 ? [`${site}: no alarms`] : alarmLines(alarms, paint).slice(1),
    ),
};
