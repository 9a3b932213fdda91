import { createHash } from "node:crypto";
import { fail, ok, type Result } from "@penstock/protocol/result";
import type { AuditEntry, ChainedAuditEntry } from "./edge-store.ts";

/** What precedes the first entry. */
export const auditGenesis = "0".repeat(64);

/** The entry as it is kept: each one seals all before it, so that nothing can be altered or taken out unseen. */
export function chainAudit(entry: AuditEntry, sequence: number, previousHash: string): ChainedAuditEntry {
  return { ...entry, sequence, previousHash, hash: auditHash(entry, sequence, previousHash) };
}

/** Errors: `audit.broken` with the first sequence that does not follow from its predecessor. */
export function verifyAudit(entries: readonly ChainedAuditEntry[]): Result<{ readonly entries: number }> {
  let expected: { sequence: number; hash: string } | undefined;
  for (const entry of entries) {
    const follows =
      expected === undefined
        ? entry.sequence > 1 || entry.previousHash === auditGenesis
        : entry.sequence === expected.sequence + 1 && entry.previousHash === expected.hash;
    if (!follows || auditHash(entry, entry.sequence, entry.previousHash) !== entry.hash) {
      return fail({ code: "audit.broken", sequence: entry.sequence });
    }
    expected = entry;
  }
  return ok({ entries: entries.length });
}

function auditHash(entry: AuditEntry, sequence: number, previousHash: string): string {
  const sealed = JSON.stringify([sequence, entry.timeMs, entry.who, entry.what, entry.outcome, entry.facts]);
  return createHash("sha256").update(previousHash).update(sealed).digest("hex");
}
