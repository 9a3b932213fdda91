import {
  approvalsRequired,
  type Lease,
  type LeaseAck,
  openLease,
  publicKeyFromPem,
  type TrustedKey,
  widensLimit,
} from "@penstock/protocol/lease";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { MonotonicMs, Ms, type UtcMs } from "@penstock/protocol/units";
import type { CloudConfig } from "../config/site-config.ts";
import type { Grant } from "../control/step-types.ts";
import {
  expireGrants,
  factsOf,
  grantFor,
  grantsOf,
  type HeldLease,
  type LeaseBook,
  type LeaseFacts,
  neverExpires,
  supersede,
} from "./lease-book.ts";

export interface LeaseRefusal extends CodedError {
  readonly code:
    | "lease.malformed"
    | "lease.forged"
    | "lease.foreign-audience"
    | "lease.id-reused"
    | "lease.stale-sequence"
    | "lease.too-many-issuers"
    | "lease.clock-not-trusted"
    | "lease.not-yet-valid"
    | "lease.expired"
    | "lease.too-long"
    | "lease.too-few-approvals";
  /** Known once the signature is proven. */
  readonly leaseId?: string;
  readonly sequence?: number;
}

export interface LeaseCircumstances {
  readonly nowMs: UtcMs;
  readonly monotonicMs: MonotonicMs;
  readonly config: CloudConfig;
  /** False while the wall clock has not been confirmed, or has just stepped. */
  readonly clockTrusted: boolean;
}

export interface AcceptedLease {
  readonly book: LeaseBook;
  /** All that is held now, to be given to the loop: after `persist` is on disk. */
  readonly grants: readonly Grant[];
  readonly ack: LeaseAck;
  /** To be on disk before anything acts on the lease. Undefined for a lease seen before: nothing has changed. */
  readonly persist: LeaseFacts | undefined;
}

/**
 * Takes a lease or says why not; a refused one changes nothing. In order: signature, audience, idempotency,
 * sequence, time, approvals. From acceptance on only the monotonic clock counts: no step of the wall clock
 * can stretch a lease.
 */
export function acceptLease(
  held: LeaseBook,
  envelope: Uint8Array,
  circumstances: LeaseCircumstances,
): Result<AcceptedLease, LeaseRefusal> {
  const { nowMs, monotonicMs, config } = circumstances;
  const opened = openLease(envelope, trustedKeys(config));
  if (!opened.ok) {
    const { code, ...facts } = opened.error;
    const forged = code === "envelope.too-few-signatures";
    return fail({ ...facts, code: forged ? "lease.forged" : "lease.malformed", cause: code });
  }
  const { lease, signedBy } = opened.value;
  const refuse = (code: LeaseRefusal["code"], facts: Record<string, unknown> = {}) =>
    fail<LeaseRefusal>({ ...facts, code, leaseId: lease.id, sequence: lease.sequence });

  const audience = `${config.groupId}/${config.nodeId}`;
  if (lease.audience !== audience) return refuse("lease.foreign-audience", { audience: lease.audience, own: audience });

  const book = expireGrants(held, monotonicMs).book;
  const answered = held.answered.find(({ ack }) => ack.leaseId === lease.id);
  if (answered !== undefined) {
    const same =
      answered.issuer === lease.issuer && answered.epoch === lease.epoch && answered.ack.sequence === lease.sequence;
    if (!same) return refuse("lease.id-reused");
    return ok({ book: held, grants: grantsOf(book), ack: answered.ack, persist: undefined });
  }

  const mark = Object.hasOwn(held.marks, lease.issuer) ? held.marks[lease.issuer] : undefined;
  if (mark !== undefined && !isNewer(lease, mark)) {
    return refuse("lease.stale-sequence", { epoch: lease.epoch, heldEpoch: mark.epoch, heldSequence: mark.sequence });
  }
  if (mark === undefined && Object.keys(held.marks).length >= issuersMax) {
    return refuse("lease.too-many-issuers", { issuersMax });
  }

  const untimely = lease.kind === "estop" ? undefined : checkTime(lease, held, circumstances);
  if (untimely !== undefined) return refuse(untimely.code, untimely.facts);
  const needed = approvalsNeeded(lease, book);
  if (signedBy.length < needed) return refuse("lease.too-few-approvals", { signedBy, needed });

  const ack: LeaseAck = { leaseId: lease.id, sequence: lease.sequence, state: "accepted", atMs: nowMs };
  const next: LeaseBook = {
    marks: { ...held.marks, [lease.issuer]: { epoch: lease.epoch, sequence: lease.sequence } },
    // An emergency stop is not asked for its time, so it tells none.
    newestIssuedMs: lease.kind === "estop" ? held.newestIssuedMs : Math.max(held.newestIssuedMs, lease.issuedAtMs),
    answered: [...held.answered, { issuer: lease.issuer, epoch: lease.epoch, ack }].slice(-answeredMax),
    held: takeIn(lease, book.held, signedBy.length, circumstances),
  };
  return ok({ book: next, grants: grantsOf(next), ack, persist: factsOf(next) });
}

/** The answer to a refused lease. Undefined where no trusted key vouches that there was one: a stranger gets none. */
export function refusalAck({ leaseId, sequence, code }: LeaseRefusal, nowMs: UtcMs): LeaseAck | undefined {
  if (leaseId === undefined || sequence === undefined) return undefined;
  return { leaseId, sequence, state: code === "lease.expired" ? "expired" : "rejected", code, atMs: nowMs };
}

const issuersMax = 16;
/** A lease is sent again within minutes, not after this many others. */
const answeredMax = 64;

function trustedKeys(config: CloudConfig): readonly TrustedKey[] {
  return config.leaseKeys.flatMap(({ keyId, publicKeyPem }) => {
    const publicKey = publicKeyFromPem(publicKeyPem);
    return publicKey.ok ? [{ keyId, publicKey: publicKey.value }] : [];
  });
}

const isNewer = (offered: { epoch: number; sequence: number }, held: { epoch: number; sequence: number }): boolean =>
  offered.epoch > held.epoch || (offered.epoch === held.epoch && offered.sequence > held.sequence);

interface Untimely {
  readonly code: LeaseRefusal["code"];
  readonly facts: Record<string, unknown>;
}

/**
 * An emergency stop is not asked for its time: stopping late beats not stopping, and its sequence keeps an old one
 * out. All else needs a wall clock to be believed.
 */
function checkTime(
  { kind, issuedAtMs, notBeforeMs, expiresAtMs, ttlMs }: Lease,
  held: LeaseBook,
  { nowMs, config, clockTrusted }: LeaseCircumstances,
): Untimely | undefined {
  if (!clockTrusted) return { code: "lease.clock-not-trusted", facts: {} };
  if (isBehind(held, nowMs, config)) {
    return { code: "lease.clock-not-trusted", facts: { nowMs, newestIssuedMs: held.newestIssuedMs } };
  }
  if (expiresAtMs <= nowMs) return { code: "lease.expired", facts: { expiresAtMs, nowMs } };
  const startsMs = Math.max(notBeforeMs, issuedAtMs);
  if (startsMs > nowMs + config.clockSkewMs) return { code: "lease.not-yet-valid", facts: { startsMs, nowMs } };
  const lifeMs = Math.min(expiresAtMs - notBeforeMs, ttlMs);
  const lifeMsMax = longestLifeMs(kind, config);
  return lifeMs > lifeMsMax ? { code: "lease.too-long", facts: { lifeMs, lifeMsMax } } : undefined;
}

/**
 * A box without a battery-backed clock begins in 1970, or where it was switched off: by such a clock an old lease that
 * was held back on the way would be in its time. No clock of a site and its issuer is farther behind than both may err.
 */
export const isBehind = ({ newestIssuedMs }: LeaseBook, nowMs: UtcMs, { clockSkewMs }: CloudConfig): boolean =>
  nowMs < newestIssuedMs - 2 * clockSkewMs;

/** A schedule is for when nobody is there to renew anything. */
const longestLifeMs = (kind: Lease["kind"], { leaseTtlMsMax, scheduleTtlMsMax }: CloudConfig): Ms =>
  kind === "schedule" ? scheduleTtlMsMax : leaseTtlMsMax;

function approvalsNeeded(lease: Lease, { held }: LeaseBook): number {
  const heldLimit = held.find((other) => other.lease.kind === "limit" && other.lease.issuer === lease.issuer);
  return approvalsRequired(lease.kind, {
    widensLimit: heldLimit !== undefined && widensLimit(lease, heldLimit.lease),
    estopHeld: held.some((other) => other.lease.kind === "estop"),
  });
}

/** What is held after a lease. */
function takeIn(
  lease: Lease,
  held: readonly HeldLease[],
  approvals: number,
  circumstances: LeaseCircumstances,
): readonly HeldLease[] {
  const { nowMs, monotonicMs, config } = circumstances;
  if (lease.kind === "release") return afterRelease(lease, held, approvals);
  if (lease.kind === "estop") {
    const grant = grantFor(lease, circumstances, monotonicMs, neverExpires);
    return [...held.filter((other) => other.lease.kind !== "estop"), { lease, lifeMs: lease.ttlMs, grant }];
  }
  const lifeMs = Ms(Math.min(lease.expiresAtMs - nowMs, lease.ttlMs, longestLifeMs(lease.kind, config)));
  const beginsMs = MonotonicMs(monotonicMs + Math.max(0, lease.notBeforeMs - nowMs));
  const grant = grantFor(lease, circumstances, beginsMs, MonotonicMs(monotonicMs + lifeMs));
  return supersede(held, { lease, lifeMs, grant }, monotonicMs);
}

/**
 * A release ends its issuer's set-points and schedule. Lifting a limit or an emergency stop takes two people: where a stop is
 * held the release was refused without them.
 */
const afterRelease = (lease: Lease, held: readonly HeldLease[], approvals: number): readonly HeldLease[] =>
  held.filter((other) => {
    if (other.lease.kind === "estop") return false;
    if (other.lease.issuer !== lease.issuer) return true;
    return other.lease.kind === "limit" && approvals < 2;
  });
