import type { StatusReport } from "../../agent/site-report.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { showReport } from "../show-report.ts";
import { statusLines } from "../status-lines.ts";

export const command: Command = {
  usage: "[--check]",
  help: "With --check the exit code says how it is: 0 well, 10 alarms, 11 not controlling.",
  examples: [
    ["sitectl status"],
    ["sitectl status --json | jq .gridPowerW"],
    ["sitectl status --check --site feeder", "for a monitoring script"],
  ],
  options: { check: { text: "let the exit code say how it is" } },
  run: (context) =>
    showReport<StatusReport>(context, { op: "status" }, statusLines, (report) =>
      context.options.flag("check") ? checkCode(report) : exitCodes.ok,
    ),
};

/** A report older than this means that nobody controls. */
const statusAgeMsMax = 5_000;

function checkCode({ statusAgeMs, alarms }: StatusReport): number {
  if (statusAgeMs === null || statusAgeMs > statusAgeMsMax) return exitCodes.critical;
  return alarms.length > 0 ? exitCodes.warning : exitCodes.ok;
}
