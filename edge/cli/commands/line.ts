import type { StatusReport } from "../../agent/site-report.ts";
import { type Command, countOption } from "../command.ts";
import type { DevicesReport } from "../devices-report.ts";
import { lineDiagram } from "../line-diagram.ts";
import { live } from "../live.ts";
import { percent, power } from "../words.ts";

export const command: Command = {
  usage: "[--log] [--count N]",
  help: "The site as one line from the grid to each unit, with what flows where and which\nway, redrawn in place. --log prints one greppable line a second instead and never\nredraws: for logs, pipes and screen readers. In a pipe --log is what you get.",
  examples: [["sitectl line"], ["sitectl line --count 1"], ["sitectl line --log | grep limits=grid-connection"]],
  options: { ...countOption, log: { text: "one line a second" } },
  run: (context) => {
    const isLog = context.options.flag("log") || (!context.look.redraws && context.options.number("count") !== 1);
    return live(isLog ? { ...context, look: { ...context.look, redraws: false } } : context, {
      everyMs: 1_000,
      frame: async () => {
        const asked = await context.ask({ op: "status" });
        if (!asked.ok) return asked;
        const status = asked.report as StatusReport;
        if (isLog) return { ok: true, json: status, lines: [oneLine(status)] };
        const devices = await context.ask({ op: "devices" });
        if (!devices.ok) return devices;
        const lines = lineDiagram(status, (devices.report as unknown as DevicesReport).devices, context.look);
        return { ok: true, json: status, lines };
      },
    });
  },
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
