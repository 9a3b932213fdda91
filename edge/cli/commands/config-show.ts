import { createHash } from "node:crypto";
import type { Revision } from "../../config/config-book.ts";
import type { ConfigStatus } from "../../config/config-report.ts";
import type { Command } from "../command.ts";
import { statusLine } from "../config-words.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "[--revision N]",
  help: "The configuration the site runs on, as it was written; or an earlier one. On a\nterminal long keys are shown by their fingerprints.",
  examples: [["sitectl config show"], ["sitectl config show --revision 3 > site.yaml", "to edit and apply again"]],
  options: { revision: { value: "N", text: "another than the running one" } },
  run: async (context) => {
    const revision = context.options.number("revision");
    if (revision === undefined) return context.usage("--revision must be a number");
    const request = { op: "config-show", ...(revision === null ? {} : { revision }) };
    return showReport<{ revision: Revision; status: ConfigStatus }>(context, request, ({ revision, status }, look) => {
      context.say(statusLine(status));
      const text = look.redraws ? keysByFingerprint(revision.text) : revision.text;
      if (text !== revision.text) context.say("keys are shown by their fingerprints; --plain or > FILE has them whole");
      return text.trimEnd().split("\n");
    });
  },
};

/** A public key is longer than a line and says nothing to people; line breaks may be written as `\\n`. */
const keysByFingerprint = (text: string): string =>
  text.replaceAll(/-----BEGIN ([A-Z ]+)-----([\s\S]*?)-----END \1-----(?:\\n)?/g, (_, kind: string, body: string) => {
    const key = Buffer.from(body.replaceAll("\\n", ""), "base64");
    return `(${kind} ${createHash("sha256").update(key).digest("hex").slice(0, 16)})`;
  });
