import type { StatusReport } from "../../agent/site-report.ts";
import { change, needsReason, wattsOf } from "../change.ts";
import { type Command, confirmOption, reasonOption } from "../command.ts";
import { confirm } from "../confirm.ts";
import { exitCodes } from "../exit-codes.ts";
import { latchedOf } from "../latched.ts";
import { power } from "../words.ts";

export const command: Command = {
  usage: "auto|manual|maintenance [--power-mw N] --reason TEXT [--confirm SITE]",
  help: "auto         follow leases and the site's profile\nmanual       hold --power-mw, whatever the cloud says\nmaintenance  keep still for people at the equipment\n\nStays over restarts. Limits hold in every mode. auto and manual let the batteries\nmove and so ask for the site's name.",
  examples: [
    ["sitectl mode maintenance --reason 'filter change'"],
    ["sitectl mode manual --power-mw 1.5 --reason 'acceptance test'"],
    ["sitectl mode auto --reason 'filter changed' --confirm park", "from a script"],
  ],
  options: {
    "power-mw": { value: "N", text: "what manual holds, + = discharge" },
    ...reasonOption,
    ...confirmOption,
  },
  run: async (context) => {
    const [mode = ""] = context.words;
    if (!isMode(mode)) return context.usage("which mode? auto, manual or maintenance");
    const reason = context.options.text("reason");
    if (!reason) return context.usage(needsReason);
    const powerW = mode === "manual" ? wattsOf(context, "power-mw") : 0;
    if (powerW === undefined || powerW === null) {
      return context.usage("manual mode needs --power-mw, a number, + = discharge");
    }
    if (mode !== "maintenance") {
      const asked = await context.ask({ op: "status" });
      if (!asked.ok) return asked.exitCode;
      const { site, latches, batteryPowerW } = asked.report as StatusReport;
      const before = latchedOf(latches);
      const exitCode = await confirm(context, {
        site,
        now: `mode ${before.mode}, batteries at ${power(batteryPowerW)}`,
        after: mode === "manual" ? `holds ${power(powerW)}` : "follows leases and the site's profile",
        effect: "the batteries may move",
      });
      if (exitCode !== exitCodes.ok) return exitCode;
    }
    return change(context, { op: "mode", by: context.options.by, reason, mode, powerW });
  },
};

const isMode = (word: string): boolean => ["auto", "manual", "maintenance"].includes(word);
