import type { StatusReport } from "../../agent/site-report.ts";
import { change, needsReason } from "../change.ts";
import { type Command, confirmOption, reasonOption } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCodes } from "../exit-codes.ts";
import { latchedOf } from "../latched.ts";
import { interval, power } from "../words.ts";

export const command: Command = {
  usage: "--reason TEXT [--confirm SITE]",
  help: "",
  examples: [
    ["sitectl limit clear --reason 'works are done'"],
    ["sitectl limit clear --reason 'works are done' --confirm park", "from a script"],
  ],
  options: { ...reasonOption, ...confirmOption },
  run: async (context) => {
    const reason = context.options.text("reason");
    if (!reason) return context.usage(needsReason);
    const asked = await context.ask({ op: "status" });
    if (!asked.ok) return asked.exitCode;
    const { site, latches, wishW } = asked.report as StatusReport;
    const before = latchedOf(latches).localLimitW;
    if (before !== undefined) {
      const exitCode = await confirm(context, {
        site,
        now: `local limit ${interval(before.powerWMin, before.powerWMax)} by ${before.by}: ${before.reason}`,
        after: `no local limit${wishW === null ? "" : `; the wish is ${power(wishW)}`}`,
        effect: "the local limit no longer holds the batteries back",
      });
      if (exitCode !== exitCodes.ok) return exitCode;
    }
    return change(context, { op: "limit-clear", by: context.options.by, reason });
  },
};
