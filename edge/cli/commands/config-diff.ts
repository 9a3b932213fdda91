import type { Proposal } from "../../config/config-report.ts";
import type { Command } from "../command.ts";
import { attestNote, changeLines, textOf } from "../config-words.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "FILE",
  help: "What a file would change on the running site, field by field. Changes nothing.",
  examples: [["sitectl config diff site.yaml"]],
  run: async (context) => {
    const read = textOf(context.words[0]);
    if ("sentence" in read) return context.usage(read.sentence);
    return showReport<Proposal>(context, { op: "config-propose", text: read.text }, (proposal) => [
      ...changeLines(proposal.changes),
      ...(proposal.capabilityBefore === proposal.capabilityAfter ? [] : [attestNote]),
    ]);
  },
};
