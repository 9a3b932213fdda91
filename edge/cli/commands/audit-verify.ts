import { type Command, limitOption } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { showReport } from "../show-report.ts";

export const command: Command = {
  usage: "[--limit N]",
  help: "Each entry seals the one before it (SHA-256). Checks the newest --limit entries;\nwhere one was altered or taken out the exit code is 1.",
  examples: [["sitectl audit verify --limit 1000"]],
  options: limitOption,
  run: async (context) => {
    const limit = context.options.number("limit") ?? 1_000;
    if (!Number.isInteger(limit) || limit < 1) return context.usage("--limit must be a whole number above 0");
    return showReport<Verified>(
      context,
      { op: "audit", limit },
      ({ chain, entries }) => [
        chain.ok ? `whole: ${entries.length} entries` : `BROKEN at entry ${chain.error?.sequence}`,
      ],
      ({ chain }) => (chain.ok ? exitCodes.ok : exitCodes.failure),
    );
  },
};

interface Verified {
  readonly entries: readonly unknown[];
  readonly chain: { readonly ok: boolean; readonly error?: { readonly sequence: number } };
}
