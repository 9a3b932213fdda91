import type { StatusReport } from "../../agent/site-report.ts";
import { type Command, countOption } from "../command.ts";
import { live } from "../live.ts";
import { percent, power } from "../words.ts";

export const command: Command = {
  usage: "[--count N]",
  help: "Never redraws: for logs, pipes and screen readers.",
  examples: [["sitectl line"], ["sitectl line | grep limits=grid-connection"]],
  options: countOption,
  run: (context) =>
    live(
      { ...context, look: { ...context.look, redraws: false } },
      {
        everyMs: 1_000,
        frame: async () => {
          const asked = await context.ask({ op: "status" });
          if (!asked.ok) return asked;
          return { ok: true, json: asked.report, lines: [oneLine(asked.report as StatusReport)] };
        },
      },
    ),
};

const oneLine = (status: StatusReport): string =>
  [
    new Date(status.timeMs).toISOString(),
    status.site,
    `grid=${power(status.gridPowerW).replace(" ", "")}`,
    `battery=${power(status.batteryPowerW).replace(" ", "")}`,
    `target=${power(status.targetW).replace(" ", "")}`,
    `charge=${percent(status.soc).replace(" ", "")}`,
    `from=${status.source ?? "-"}`,
    `limits=${status.because.join(",") || "-"}`,
    `link=${status.link?.state ?? "none"}`,
    `alarms=${status.alarms.length}`,
  ].join(" ");
