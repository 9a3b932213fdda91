import type { ConfigStatus, Proposal } from "../../config/config-report.ts";
import { needsReason } from "../change.ts";
import { type Command, confirmOption, reasonOption } from "../command.ts";
import {
  attestNote,
  changeLines,
  confirmWithin,
  confirmWithinOption,
  needsTime,
  statusLine,
  textOf,
} from "../config-words.ts";
import { confirm } from "../confirm.ts";
import { exitCodes } from "../exit-codes.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "FILE --reason TEXT [--confirm-within 10m] [--confirm SITE]",
  help: "Runs the site on a file from now on. With --confirm-within it goes back by itself\nunless `sitectl config confirm` follows in time: also when the agent crashes or the\nbox loses power meanwhile. The units keep their set-points while the loop changes.",
  examples: [
    ["sitectl config apply site.yaml --reason 'new feeder limit' --confirm-within 10m"],
    ["sitectl config confirm --reason 'seen to work'", "and it stays"],
  ],
  options: { ...reasonOption, ...confirmWithinOption, ...confirmOption },
  run: async (context) => {
    const read = textOf(context.words[0]);
    if ("sentence" in read) return context.usage(read.sentence);
    const reason = context.options.text("reason");
    if (!reason) return context.usage(needsReason);
    const withinMs = confirmWithin(context);
    if (withinMs === undefined) return context.usage(needsTime);
    const asked = await context.ask({ op: "config-propose", text: read.text });
    if (!asked.ok) return asked.exitCode;
    const { site, changes, capabilityBefore, capabilityAfter } = asked.report as unknown as { site: string } & Proposal;
    for (const line of changeLines(changes)) context.say(line);
    const isSame = capabilityBefore === capabilityAfter;
    if (changes.length > 0) {
      const exitCode = await confirm(context, {
        site,
        now: `capability ${capabilityBefore.slice(0, 12)}`,
        after: `capability ${capabilityAfter.slice(0, 12)}${isSame ? ", the same" : `; ${attestNote}`}`,
        effect: withinMs === null ? "the site runs on this from now on" : "the site runs on this until it is confirmed",
      });
      if (exitCode !== exitCodes.ok) return exitCode;
    }
    const request = { op: "config-apply", text: read.text, confirmWithinMs: withinMs, by: context.options.by, reason };
    return showReport<{ status: ConfigStatus }>(context, request, ({ status }) => [statusLine(status)]);
  },
};
