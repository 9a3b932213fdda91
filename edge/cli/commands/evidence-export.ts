import { writeFileSync } from "node:fs";
import type { FrequencyEvidence } from "../../recorder/frequency-evidence.ts";
import type { Command } from "../command.ts";
import { evidenceOf } from "../evidence-of.ts";
import { exitCodes } from "../exit-codes.ts";
import { folderOption } from "../recording-folder-of.ts";

export const command: Command = {
  usage: "[EVENT] [--table fast|slow] [--out FILE] [--folder DIR]",
  help: "One event in full: CSV of one table, or with --json everything as one object. To stdout\nunless --out names a file. Columns carry their units; power out is positive.",
  examples: [
    ["sitectl evidence export > event.csv"],
    ["sitectl evidence export 20260101T120000.100Z --table slow --out event.csv"],
  ],
  options: {
    table: { value: "NAME", text: "fast: 65 s of every cycle (default); slow: 605 s of every second" },
    out: { value: "FILE", text: "where to write it" },
    ...folderOption,
  },
  run: async (context) => {
    const which = context.options.text("table") ?? "fast";
    if (which !== "fast" && which !== "slow") return context.usage("--table must be fast or slow");
    const found = await evidenceOf(context);
    if ("exitCode" in found) return found.exitCode;
    const { evidence } = found;
    const out = context.options.text("out");
    if (out === undefined) {
      if (context.options.json) context.printJson(evidence);
      else context.print(csv(evidence, which));
      return exitCodes.ok;
    }
    const text = context.options.json ? JSON.stringify(evidence) : csv(evidence, which).join("\n");
    try {
      writeFileSync(out, `${text}\n`);
    } catch (cause) {
      context.say(`${out} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
      return exitCodes.failure;
    }
    context.say(`${evidence.id}: ${evidence[which].length} samples in ${out}`);
    return exitCodes.ok;
  },
};

/** A value that was not known is an empty field. */
const csv = ({ columns, fast, slow }: FrequencyEvidence, which: "fast" | "slow"): string[] => [
  columns.join(","),
  ...(which === "fast" ? fast : slow).map((row) =>
    row.map((value) => (Number.isFinite(value) ? String(value) : "")).join(","),
  ),
];
