import type { ChainedAuditEntry } from "../../store/edge-store.ts";
import { type Command, limitOption } from "../command.ts";
import { showReport } from "../show-report.ts";
import { wrap } from "../words.ts";

export const command: Command = {
  usage: "[--limit N]",
  help: "",
  examples: [["sitectl audit tail --limit 50"]],
  options: limitOption,
  run: async (context) => {
    const limit = context.options.number("limit") ?? 20;
    if (!Number.isInteger(limit) || limit < 1) return context.usage("--limit must be a whole number above 0");
    return showReport<{ entries: readonly ChainedAuditEntry[] }>(context, { op: "audit", limit }, ({ entries }) =>
      entries.length === 0 ? ["the audit log is empty"] : entries.flatMap(entryLines),
    );
  },
};

function entryLines({ sequence, timeMs, who, what, outcome, facts, hash }: ChainedAuditEntry): string[] {
  const reason = facts["reason"] === undefined ? "" : ` “${String(facts["reason"])}”`;
  const time = new Date(timeMs).toISOString();
  return wrap(
    `${String(sequence).padStart(5)} ${time} ${who} ${what}: ${outcome}${reason} [${hash.slice(0, 8)}]`,
    80,
    "      ",
  );
}
