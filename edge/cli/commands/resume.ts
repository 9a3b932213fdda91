import type { StatusReport } from "../../agent/site-report.ts";
import { change, needsReason } from "../change.ts";
import { type Command, confirmOption, reasonOption } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCodes } from "../exit-codes.ts";
import { latchedOf } from "../latched.ts";
import { power } from "../words.ts";

export const command: Command = {
  usage: "--reason TEXT [--confirm SITE]",
  help: "The site takes up its lease or its own profile again, by its ramp.",
  examples: [
    ["sitectl resume --reason 'unit 3 inspected, nothing found'"],
    ["sitectl resume --reason 'inspected' --confirm park", "from a script"],
  ],
  options: { ...reasonOption, ...confirmOption },
  run: async (context) => {
    const reason = context.options.text("reason");
    if (!reason) return context.usage(needsReason);
    const asked = await context.ask({ op: "status" });
    if (!asked.ok) return asked.exitCode;
    const status = asked.report as StatusReport;
    const { stop, mode } = latchedOf(status.latches);
    if (stop !== undefined) {
      const { lease } = status;
      const exitCode = await confirm(context, {
        site: status.site,
        now: `stopped by ${stop.by}: ${stop.reason}; batteries at ${power(status.batteryPowerW)}`,
        after: mode === "auto" && lease !== null ? `follows ${lease.id}, ${power(lease.powerW)}` : `mode ${mode}`,
        effect: "the batteries may move again",
      });
      if (exitCode !== exitCodes.ok) return exitCode;
    }
    return change(context, { op: "resume", by: context.options.by, reason });
  },
};
