import type { StatusReport } from "../../agent/site-report.ts";
import { change, needsReason, wattsOf } from "../change.ts";
import { type Command, confirmOption, reasonOption } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Bounds, latchedOf } from "../latched.ts";
import { interval } from "../words.ts";

export const command: Command = {
  usage: "[--max-mw N] [--min-mw N] --reason TEXT",
  help: "Power out is positive: --max-mw bounds discharge, --min-mw (negative) charge.\nStays over restarts; the cloud cannot clear it. It replaces the one before it;\nwhere it is wider than that one it asks for the site's name.",
  examples: [
    ["sitectl limit set --max-mw 2 --min-mw -2 --reason 'works on the line'"],
    ["sitectl limit set --max-mw 0 --reason 'no export today'"],
  ],
  options: {
    "max-mw": { value: "N", text: "largest discharge" },
    "min-mw": { value: "N", text: "largest charge, as a negative number" },
    ...reasonOption,
    ...confirmOption,
  },
  run: async (context) => {
    const reason = context.options.text("reason");
    if (!reason) return context.usage(needsReason);
    const powerWMax = wattsOf(context, "max-mw");
    const powerWMin = wattsOf(context, "min-mw");
    if (powerWMax === undefined || powerWMin === undefined) {
      return context.usage("--max-mw and --min-mw must be numbers");
    }
    if (powerWMax === null && powerWMin === null) return context.usage("a limit needs --max-mw, --min-mw or both");
    if (powerWMax !== null && powerWMin !== null && powerWMin > powerWMax) {
      return context.usage("--min-mw is above --max-mw");
    }
    const asked = await context.ask({ op: "status" });
    if (!asked.ok) return asked.exitCode;
    const { site, latches } = asked.report as StatusReport;
    const before = latchedOf(latches).localLimitW;
    if (before !== undefined && isWider({ powerWMin, powerWMax }, before)) {
      const exitCode = await confirm(context, {
        site,
        now: `local limit ${interval(before.powerWMin, before.powerWMax)}`,
        after: `local limit ${interval(powerWMin, powerWMax)}`,
        effect: "the batteries get more room",
      });
      if (exitCode !== exitCodes.ok) return exitCode;
    }
    return change(context, { op: "limit-set", by: context.options.by, reason, powerWMin, powerWMax });
  },
};

const isWider = (after: Bounds, before: Bounds): boolean =>
  (after.powerWMin ?? Number.NEGATIVE_INFINITY) < (before.powerWMin ?? Number.NEGATIVE_INFINITY) ||
  (after.powerWMax ?? Number.POSITIVE_INFINITY) > (before.powerWMax ?? Number.POSITIVE_INFINITY);
