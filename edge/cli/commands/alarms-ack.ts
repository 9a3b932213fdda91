import { needsReason } from "../change.ts";
import { type Command, reasonOption } from "../command.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "ALARM|CODE|all --reason TEXT",
  help: "Says that somebody has seen it; it stays in the list until its cause is gone.",
  examples: [
    ["sitectl alarms ack device.lost/unit-3 --reason 'fuse, replaced tomorrow'"],
    ["sitectl alarms ack device.lost --reason 'switch 2 is down'", "all of a kind"],
  ],
  options: reasonOption,
  run: async (context) => {
    const [alarm] = context.words;
    const reason = context.options.text("reason");
    if (alarm === undefined) return context.usage("which alarm? sitectl alarms lists them");
    if (!reason) return context.usage(needsReason);
    const request = { op: "alarm-ack", alarm, by: context.options.by, reason };
    return showReport<{ acknowledged: readonly string[] }>(context, request, ({ acknowledged }) => [
      `acknowledged: ${acknowledged.join(", ")}`,
    ]);
  },
};
