import type { LeaseAck } from "@penstock/protocol/lease";
import type { CodedError } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { CloudConfig } from "../config/site-config.ts";
import type { Grant } from "../control/step-types.ts";
import {
  type AcceptedLease,
  acceptLease,
  expireGrants,
  isBehind,
  type LeaseBook,
  refusalAck,
  restoreBook,
} from "../leases/index.ts";
import type { EdgeEvent, LeaseProgress, LoopInput } from "../loop/loop-types.ts";
import type { EdgeStore, NewRecord } from "../store/edge-store.ts";
import type { AuditLog } from "./audit-log.ts";
import { ClockWatch } from "./clock-watch.ts";
import { ackRecord } from "./event-record.ts";

export interface LeaseDeskOptions {
  readonly clock: Clock;
  readonly cloud: CloudConfig;
  readonly store: EdgeStore;
  readonly loop: { post(input: LoopInput): void };
  readonly audit: AuditLog;
  readonly append: (records: readonly NewRecord[]) => void;
  readonly tell: (event: Omit<EdgeEvent, "timeMs">) => void;
}

/** Envelopes waiting for the one before them to be on disk. An issuer sends one in seconds; more is a flood. */
const queueMax = 32;

/**
 * Where leases come in: proven, put on disk, and only then given to the loop; each step acknowledged. One at
 * a time, so that two leases are never judged by the same book.
 */
export class LeaseDesk {
  readonly #options: LeaseDeskOptions;
  readonly #clockWatch: ClockWatch;
  readonly #queue: Uint8Array[] = [];
  /** Undefined until the marks of the past are known: without them an old lease could pass for new. */
  #book: LeaseBook | undefined;
  #isBusy = false;

  constructor(options: LeaseDeskOptions) {
    this.#options = options;
    this.#clockWatch = new ClockWatch(options.cloud.clockSkewMs);
  }

  /** What the last process held, as the store kept it. Facts that cannot be read leave the desk closed. */
  restore(fact: unknown): void {
    const { clock, loop, tell } = this.#options;
    const nowMs = clock.nowMs();
    const monotonicMs = clock.monotonicMs();
    this.#clockWatch.check(nowMs, monotonicMs);
    const { book: facts, storedMs } = isFact(fact) ? fact : { book: fact, storedMs: undefined };
    // From the last acceptance rather than the last breath: the process may have hung before it died.
    const awayMs = storedMs !== undefined && nowMs >= storedMs ? ((nowMs - storedMs) as Ms) : undefined;
    const restored = restoreBook(facts, { nowMs, monotonicMs, clockTrusted: true, awayMs });
    if (!restored.ok) {
      tell({
        code: restored.error.code,
        level: "alarm",
        text: "what is on disk about leases makes no sense; no lease is taken until that is repaired",
        facts: { ...restored.error },
      });
      return;
    }
    this.#book = restored.value;
    loop.post({ type: "grants", grants: this.grants() });
    this.#next();
  }

  /** A signed envelope from the wire, by nobody trusted yet. */
  offer(envelope: Uint8Array): void {
    if (this.#queue.length >= queueMax) {
      this.#refuse({ code: "lease.too-many-at-once", queueMax });
      return;
    }
    this.#queue.push(envelope);
    this.#next();
  }

  progress({ leaseId, sequence, state, powerW, because, atMs }: LeaseProgress): void {
    this.#acknowledge({ leaseId, sequence, state, powerW, because, atMs });
  }

  /** Held and not run out. */
  grants(): readonly Grant[] {
    return this.#book === undefined ? [] : expireGrants(this.#book, this.#options.clock.monotonicMs()).grants;
  }

  /** A wall clock that jumped a moment ago is not, nor one that is behind the newest lease. */
  get isClockTrusted(): boolean {
    const { clock, cloud } = this.#options;
    const isLate = this.#book !== undefined && isBehind(this.#book, clock.nowMs(), cloud);
    return !isLate && this.#clockWatch.isTrusted(clock.monotonicMs());
  }

  /** Call about once a second: notices steps of the wall clock. */
  watchClock(): void {
    const { clock, tell } = this.#options;
    const stepMs = this.#clockWatch.check(clock.nowMs(), clock.monotonicMs());
    if (stepMs === undefined) return;
    tell({
      code: "clock.stepped",
      level: "warning",
      text: "the wall clock jumped; new leases are refused until it has held still for a minute",
      facts: { stepMs: Math.round(stepMs) },
    });
  }

  #next(): void {
    if (this.#isBusy || this.#book === undefined) return;
    const envelope = this.#queue.shift();
    if (envelope === undefined) return;
    this.watchClock();
    const { clock, cloud } = this.#options;
    const nowMs = clock.nowMs();
    const monotonicMs = clock.monotonicMs();
    const clockTrusted = this.#clockWatch.isTrusted(monotonicMs);
    const accepted = acceptLease(this.#book, envelope, { nowMs, monotonicMs, config: cloud, clockTrusted });
    if (!accepted.ok) {
      const ack = refusalAck(accepted.error, nowMs);
      if (ack !== undefined) this.#acknowledge(ack);
      this.#refuse(accepted.error);
      this.#next();
      return;
    }
    this.#persist(accepted.value, nowMs);
  }

  #persist(accepted: AcceptedLease, nowMs: UtcMs): void {
    const { ack, book, persist } = accepted;
    const { audit, loop, store } = this.#options;
    if (persist === undefined) {
      // Seen before: an issuer that repeats itself, or somebody who recorded it. It changes nothing either way.
      audit.wire("cloud", "lease", "lease.repeated", { leaseId: ack.leaseId, sequence: ack.sequence });
      this.#acknowledge(ack);
      this.#next();
      return;
    }
    const { leaseId, sequence } = ack;
    this.#acknowledge({ leaseId, sequence, state: "received", atMs: nowMs });
    this.#isBusy = true;
    store.put(leaseFact, { book: persist, storedMs: nowMs }, (result) => {
      this.#isBusy = false;
      if (result.ok) {
        this.#book = book;
        loop.post({ type: "grants", grants: this.grants() });
        this.#acknowledge({ ...ack, atMs: this.#options.clock.nowMs() });
      } else {
        const { code } = result.error;
        this.#acknowledge({ leaseId, sequence, state: "rejected", code, atMs: nowMs });
        this.#refuse({ ...result.error, leaseId, sequence });
      }
      this.#next();
    });
  }

  #refuse(error: CodedError): void {
    const { audit, tell } = this.#options;
    const { code, ...facts } = error;
    if (!audit.wire("cloud", "lease", code, facts)) return;
    tell({
      code: "lease.refused",
      level: "warning",
      text: `a lease was refused: ${code}`,
      facts: { ...facts, reason: code },
    });
  }

  #acknowledge(ack: LeaseAck): void {
    this.#options.append([ackRecord(ack)]);
  }
}

/** Where the store keeps the book. */
export const leaseFact = "leases";

const isFact = (fact: unknown): fact is { readonly book: unknown; readonly storedMs: number } =>
  typeof fact === "object" &&
  fact !== null &&
  "book" in fact &&
  "storedMs" in fact &&
  typeof fact.storedMs === "number";
