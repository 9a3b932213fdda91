import { needsReason } from "../change.ts";
import { type Command, reasonOption } from "../command.ts";
import { showReport } from "../show-report.ts";
import { durationMs } from "../words.ts";

export const command: Command = {
  usage: "ALARM|CODE --for TIME --reason TEXT",
  help: "For an alarm that is known and cannot be repaired now. It is back when the time is\nover, at most 12 h. A critical alarm cannot be shelved.",
  examples: [["sitectl alarms shelve device.lost/unit-3 --for 4h --reason 'unit is being serviced'"]],
  options: { for: { value: "TIME", text: "30m, 4h; at most 12h" }, ...reasonOption },
  run: async (context) => {
    const [alarm] = context.words;
    const reason = context.options.text("reason");
    const forMs = durationMs(context.options.text("for") ?? "");
    if (alarm === undefined) return context.usage("which alarm? sitectl alarms lists them");
    if (forMs === undefined || forMs <= 0 || forMs > 12 * 3_600e3) {
      return context.usage("--for must be a time like 30m or 4h, at most 12h");
    }
    if (!reason) return context.usage(needsReason);
    const request = { op: "alarm-shelve", alarm, forMs, by: context.options.by, reason };
    return showReport<{ shelved: readonly string[] }>(context, request, ({ shelved }) => [
      `shelved for ${context.options.text("for")}: ${shelved.join(", ")}`,
    ]);
  },
};
