import { type Revision, revisionBefore } from "../../config/config-book.ts";
import type { ConfigStatus } from "../../config/config-report.ts";
import { needsReason } from "../change.ts";
import { type Command, confirmOption, reasonOption } from "../command.ts";
import { confirmWithin, confirmWithinOption, needsTime, statusLine } from "../config-words.ts";
import { confirm } from "../confirm.ts";
import { exitCodes } from "../exit-codes.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "[--to N] --reason TEXT [--confirm-within 10m] [--confirm SITE]",
  help: "Back to an earlier configuration: the confirmed one before, or revision --to.\nOne that still waits for its confirmation is given up at once.",
  examples: [["sitectl config rollback --reason 'the limit was wrong'"], ["sitectl config rollback --to 3 --reason …"]],
  options: {
    to: { value: "N", text: "which revision: sitectl config history lists them" },
    ...reasonOption,
    ...confirmWithinOption,
    ...confirmOption,
  },
  run: async (context) => {
    const reason = context.options.text("reason");
    if (!reason) return context.usage(needsReason);
    const to = context.options.number("to");
    if (to === undefined) return context.usage("--to must be a number");
    const withinMs = confirmWithin(context);
    if (withinMs === undefined) return context.usage(needsTime);
    const asked = await context.ask({ op: "config-history" });
    if (!asked.ok) return asked.exitCode;
    const { site, status, revisions } = asked.report as {
      site: string;
      status: ConfigStatus;
      revisions: readonly Omit<Revision, "text">[];
    };
    const target = to ?? status.pending?.revertsTo ?? revisionBefore({ revisions, running: status.revision ?? 0 });
    if (target === undefined) {
      context.say("there is no earlier revision to go back to; sitectl config history");
      return exitCodes.refused;
    }
    const exitCode = await confirm(context, {
      site,
      now: statusLine(status),
      after: `the text of revision ${target}`,
      effect: "the site runs on an earlier configuration",
    });
    if (exitCode !== exitCodes.ok) return exitCode;
    const request = { op: "config-rollback", to, confirmWithinMs: withinMs, by: context.options.by, reason };
    return showReport<{ status: ConfigStatus }>(context, request, (report) => [statusLine(report.status)]);
  },
};
