import type { StatusReport } from "../../agent/site-report.ts";
import type { Command } from "../command.ts";
import { countOption } from "../command.ts";
import { live } from "../live.ts";
import { statusLines } from "../status-lines.ts";

export const command: Command = {
  usage: "[--count N]",
  help: "Redrawn in place on a terminal, one screen after the other in a pipe. Ends with\nCtrl-C. With --json one object a line.",
  examples: [["sitectl watch"], ["sitectl watch --json --count 60 > minute.ndjson", "a minute for later"]],
  options: countOption,
  run: (context) =>
    live(context, {
      everyMs: 1_000,
      frame: async () => {
        const asked = await context.ask({ op: "status" });
        if (!asked.ok) return asked;
        return { ok: true, json: asked.report, lines: statusLines(asked.report as StatusReport, context.look) };
      },
    }),
};
