import type { Revision } from "../../config/config-book.ts";
import type { ConfigStatus } from "../../config/config-desk.ts";
import type { Command } from "../command.ts";
import { statusLine } from "../config-words.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "[--revision N]",
  help: "The configuration the site runs on, as it was written; or an earlier one.",
  examples: [["sitectl config show"], ["sitectl config show --revision 3 > site.yaml", "to edit and apply again"]],
  options: { revision: { value: "N", text: "another than the running one" } },
  run: async (context) => {
    const revision = context.options.number("revision");
    if (revision === undefined) return context.usage("--revision must be a number");
    const request = { op: "config-show", ...(revision === null ? {} : { revision }) };
    return showReport<{ revision: Revision; status: ConfigStatus }>(context, request, ({ revision, status }) => {
      context.say(statusLine(status));
      return revision.text.trimEnd().split("\n");
    });
  },
};
