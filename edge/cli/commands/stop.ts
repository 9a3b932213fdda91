import { change, needsReason } from "../change.ts";
import { type Command, reasonOption } from "../command.ts";

export const command: Command = {
  usage: "--reason TEXT",
  help: "Needs no confirmation and no cloud. Stays over restarts; the cloud cannot clear it.",
  examples: [["sitectl stop --reason 'smell of smoke at unit 3'"]],
  options: reasonOption,
  run: async (context) => {
    const reason = context.options.text("reason");
    if (!reason) return context.usage(needsReason);
    return change(context, { op: "stop", by: context.options.by, reason });
  },
};
