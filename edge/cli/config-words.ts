import { readFileSync } from "node:fs";
import type { FieldChange } from "../config/config-diff.ts";
import type { ConfigStatus } from "../config/config-report.ts";
import type { CommandContext, OptionSpec } from "./command.ts";
import { durationMs, seconds, shorten } from "./words.ts";

/** The text of a file, or the sentence why there is none. */
export function textOf(file: string | undefined): { readonly text: string } | { readonly sentence: string } {
  if (file === undefined) return { sentence: "FILE is needed: the site's YAML" };
  try {
    return { text: readFileSync(file, "utf8") };
  } catch (cause) {
    return { sentence: `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}

/** How long a change may stay unconfirmed; null without the option, undefined when it is no time. */
export function confirmWithin(context: CommandContext): number | null | undefined {
  const text = context.options.text("confirm-within");
  return text === undefined ? null : durationMs(text);
}

export const confirmWithinOption: Readonly<Record<string, OptionSpec>> = {
  "confirm-within": { value: "TIME", text: "goes back by itself unless confirmed: 90s, 10m, 2h" },
};

export const needsTime = "--confirm-within must be like 90s, 10m or 2h";

/** One line a field: what stands, what will. */
export const changeLines = (changes: readonly FieldChange[]): string[] =>
  changes.length === 0
    ? ["nothing changes"]
    : changes.flatMap(({ path, before, after }) => [
        path,
        ...(before === undefined ? [] : [`  - ${shorten(before, 76)}`]),
        ...(after === undefined ? [] : [`  + ${shorten(after, 76)}`]),
      ]);

export function statusLine({ revision, capability, pending }: ConfigStatus): string {
  if (pending === null) return `revision ${revision ?? "of the file"} runs, capability ${capability.slice(0, 12)}`;
  const left = seconds(pending.untilMs - Date.now());
  return `revision ${revision} runs; in ${left} back to ${pending.revertsTo}, unless: sitectl config confirm`;
}

/** Said where a change touches what the grid or a market was told. */
export const attestNote = "what the grid or a market was told about changes: to be attested again";
