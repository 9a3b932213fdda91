import { parseLease, parseLeaseAck } from "@penstock/protocol/lease";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { MonotonicMs, Ms, type UtcMs } from "@penstock/protocol/units";
import {
  type AnsweredLease,
  emptyBook,
  grantFor,
  type HeldLease,
  type HighWaterMark,
  type LeaseBook,
  neverExpires,
  supersede,
} from "./lease-book.ts";

export interface Restart {
  readonly nowMs: UtcMs;
  readonly monotonicMs: MonotonicMs;
  readonly clockTrusted: boolean;
  /** How long nobody was in control; undefined when that is not known. */
  readonly awayMs: Ms | undefined;
}

export interface CorruptBook extends CodedError {
  readonly code: "lease.book-corrupt";
  readonly part: string;
}

/**
 * The book as it was put on disk. High-water marks and emergency stops always come back. A lease comes back only
 * if its time is not over by a clock that is trusted, and is shortened by the time away: otherwise the site waits
 * for a new one. Facts that cannot be read are a refusal, not an empty book: without its marks a site would
 * take old leases for new.
 */
export function restoreBook(facts: unknown, restart: Restart): Result<LeaseBook, CorruptBook> {
  if (facts === undefined || facts === null) return ok(emptyBook);
  const corrupt = (part: string) => fail<CorruptBook>({ code: "lease.book-corrupt", part });
  if (!isRecord(facts)) return corrupt("book");
  // A book of before this was kept knows of no time.
  const { marks, newestIssuedMs = 0, answered, held } = facts;
  if (!isRecord(marks) || !Object.values(marks).every(isMark)) return corrupt("marks");
  if (typeof newestIssuedMs !== "number" || !Number.isFinite(newestIssuedMs)) return corrupt("newestIssuedMs");
  if (!Array.isArray(answered) || !answered.every(isAnswered)) return corrupt("answered");
  if (!Array.isArray(held)) return corrupt("held");

  let restored: readonly HeldLease[] = [];
  for (const entry of held) {
    const lease = isRecord(entry) ? parseLease(new TextEncoder().encode(JSON.stringify(entry["lease"]))) : undefined;
    const lifeMs = isRecord(entry) ? entry["lifeMs"] : undefined;
    if (!lease?.ok || typeof lifeMs !== "number") return corrupt("held");
    const kept = revive(lease.value, Ms(lifeMs), restart);
    if (kept !== undefined) restored = supersede(restored, kept, restart.monotonicMs);
  }
  return ok({ marks: marks as Readonly<Record<string, HighWaterMark>>, newestIssuedMs, answered, held: restored });
}

function revive(lease: HeldLease["lease"], lifeMs: Ms, restart: Restart): HeldLease | undefined {
  const { nowMs, monotonicMs, clockTrusted, awayMs } = restart;
  const { kind } = lease;
  if (kind === "estop") {
    return { lease, lifeMs, grant: grantFor(lease, restart, monotonicMs, neverExpires) };
  }
  if (!clockTrusted || awayMs === undefined) return undefined;
  const leftMs = Math.min(lease.expiresAtMs - nowMs, lifeMs - awayMs);
  if (leftMs <= 0) return undefined;
  const beginsMs = MonotonicMs(monotonicMs + Math.max(0, lease.notBeforeMs - nowMs));
  const grant = grantFor(lease, restart, beginsMs, MonotonicMs(monotonicMs + leftMs));
  return { lease, lifeMs, grant };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isMark = (value: unknown): boolean =>
  isRecord(value) && Number.isSafeInteger(value["epoch"]) && Number.isSafeInteger(value["sequence"]);

const isAnswered = (value: unknown): value is AnsweredLease =>
  isRecord(value) &&
  typeof value["issuer"] === "string" &&
  Number.isSafeInteger(value["epoch"]) &&
  isRecord(value["ack"]) &&
  parseLeaseAck(new TextEncoder().encode(JSON.stringify(value["ack"]))).ok;
