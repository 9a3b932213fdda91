import type { ConfigStatus } from "../../config/config-report.ts";
import { type Command, reasonOption } from "../command.ts";
import { statusLine } from "../config-words.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "[--reason TEXT]",
  help: "Keeps the configuration that would otherwise go back by itself.",
  examples: [["sitectl config confirm --reason 'seen to work'"]],
  options: reasonOption,
  run: async (context) =>
    showReport<{ status: ConfigStatus }>(
      context,
      { op: "config-confirm", by: context.options.by, reason: context.options.text("reason") ?? "confirmed" },
      ({ status }) => [statusLine(status)],
    ),
};
