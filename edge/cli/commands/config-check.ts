import { dirname, resolve } from "node:path";
import { capabilityHash } from "../../config/capability-hash.ts";
import { filesBeside } from "../../config/files-beside.ts";
import type { Command } from "../command.ts";
import { textOf } from "../config-words.ts";
import { exitCodes } from "../exit-codes.ts";

export const command: Command = {
  usage: "FILE",
  help: "Reads a site's file as the agent would. Needs no running site.\nEvery slip is named with its line, and with what would be right.",
  examples: [["sitectl config check site.yaml"]],
  run: async (context) => {
    const file = context.words[0];
    const read = textOf(file);
    if ("sentence" in read || file === undefined) return context.usage("sentence" in read ? read.sentence : "");
    const folder = dirname(resolve(file));
    context.progress(`reading ${file} …`);
    // The schema loads slower than all the rest; a completion, which asks every command, does without.
    const { parseSiteConfig } = await import("../../config/load-site-config.ts");
    const parsed = parseSiteConfig(read.text, { file, folder, readText: filesBeside(folder) });
    if (!parsed.ok) {
      if (context.options.json) context.printJson({ version: 1, file, error: parsed.error });
      context.say(parsed.error.text);
      return exitCodes.failure;
    }
    const { siteId, units } = parsed.value;
    const capability = capabilityHash(parsed.value);
    if (context.options.json) context.printJson({ version: 1, file, site: siteId, units: units.length, capability });
    else
      context.print([`${file}: right`, `site ${siteId}, ${units.length} units, capability ${capability.slice(0, 12)}`]);
    return exitCodes.ok;
  },
};
