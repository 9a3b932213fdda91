import type { Lease, LeaseAck } from "@penstock/protocol/lease";
import { MonotonicMs, type Ms, type UtcMs, W } from "@penstock/protocol/units";
import type { Grant } from "../control/step-types.ts";

/** What a site knows of its leases. Immutable: every change is a new book. */
export interface LeaseBook {
  /** The newest (epoch, sequence) ever accepted, by issuer. Never goes back, and outlives every lease. */
  readonly marks: Readonly<Record<string, HighWaterMark>>;
  /** When the newest lease ever accepted was issued, by its issuer's clock: time has not been before it since. */
  readonly newestIssuedMs: number;
  /** The last acknowledgements, oldest first: the same lease again gets the same answer. */
  readonly answered: readonly AnsweredLease[];
  readonly held: readonly HeldLease[];
}

export interface HighWaterMark {
  readonly epoch: number;
  readonly sequence: number;
}

export interface AnsweredLease {
  readonly issuer: string;
  readonly epoch: number;
  readonly ack: LeaseAck;
}

export interface HeldLease {
  readonly lease: Lease;
  /** How long it had to live when it was accepted. An emergency stop lives until it is released. */
  readonly lifeMs: Ms;
  readonly grant: Grant;
}

/** What goes to disk before anything is done about a lease. Plain JSON. */
export interface LeaseFacts {
  readonly marks: LeaseBook["marks"];
  readonly newestIssuedMs: number;
  readonly answered: LeaseBook["answered"];
  readonly held: readonly Omit<HeldLease, "grant">[];
}

export const emptyBook: LeaseBook = { marks: {}, newestIssuedMs: 0, answered: [], held: [] };

export const grantsOf = ({ held }: LeaseBook): readonly Grant[] => held.map(({ grant }) => grant);

export const factsOf = ({ marks, newestIssuedMs, answered, held }: LeaseBook): LeaseFacts => ({
  marks,
  newestIssuedMs,
  answered,
  held: held.map(({ lease, lifeMs }) => ({ lease, lifeMs })),
});

/** Takes out what has run out. The same book comes back while nothing has. */
export function expireGrants(
  book: LeaseBook,
  monotonicMs: MonotonicMs,
): { readonly book: LeaseBook; readonly grants: readonly Grant[]; readonly expired: readonly Grant[] } {
  const expired = grantsOf(book).filter((grant) => grant.expiresMonotonicMs <= monotonicMs);
  if (expired.length === 0) return { book, grants: grantsOf(book), expired };
  const left = { ...book, held: book.held.filter(({ grant }) => !expired.includes(grant)) };
  return { book: left, grants: grantsOf(left), expired };
}

/** Adds a lease that replaces its issuer's older one of the same kind, from the moment it begins. */
export function supersede(
  held: readonly HeldLease[],
  newer: HeldLease,
  monotonicMs: MonotonicMs,
): readonly HeldLease[] {
  const beginsMs = newer.grant.notBeforeMonotonicMs;
  const others = held.flatMap((older) => {
    if (older.lease.issuer !== newer.lease.issuer || older.lease.kind !== newer.lease.kind) return [older];
    if (beginsMs <= monotonicMs) return [];
    const expiresMonotonicMs = MonotonicMs(Math.min(older.grant.expiresMonotonicMs, beginsMs));
    return [{ ...older, grant: { ...older.grant, expiresMonotonicMs } }];
  });
  return [...others, newer];
}

/** A lease as the control core sees it, with deadlines on the monotonic clock. `nowMs` is what that clock calls `monotonicMs`. */
export function grantFor(
  lease: Lease,
  { nowMs, monotonicMs }: { readonly nowMs: UtcMs; readonly monotonicMs: MonotonicMs },
  notBeforeMonotonicMs: MonotonicMs,
  expiresMonotonicMs: MonotonicMs,
): Grant {
  return {
    leaseId: lease.id,
    sequence: lease.sequence,
    priority: lease.priority,
    kind: lease.kind,
    powerW: lease.powerW,
    reactiveVar: lease.reactiveVar,
    rampWPerS: lease.rampWPerS,
    limitW:
      lease.kind === "limit"
        ? { powerWMin: lease.powerWMin ?? W(-Infinity), powerWMax: lease.powerWMax ?? W(Infinity) }
        : undefined,
    ...(lease.reserves && { reserves: lease.reserves }),
    ...(lease.schedule && {
      schedule: lease.schedule.map(({ startMs, endMs, powerW }) => ({
        startMonotonicMs: MonotonicMs(monotonicMs + startMs - nowMs),
        endMonotonicMs: MonotonicMs(monotonicMs + endMs - nowMs),
        powerW,
      })),
    }),
    notBeforeMonotonicMs,
    expiresMonotonicMs,
    onExpire: onExpireOf(lease),
    reason: lease.reason,
  };
}

/** An emergency stop has no end of its own. */
export const neverExpires = MonotonicMs(Number.POSITIVE_INFINITY);

function onExpireOf({ onExpire }: Lease): Grant["onExpire"] {
  switch (onExpire.action) {
    case "ramp-to-zero":
      return { action: "ramp-to-zero", rampWPerS: onExpire.rampWPerS };
    case "hold":
      return { action: "hold", forMs: onExpire.forMs };
    case "local":
      return { action: "local" };
  }
}
