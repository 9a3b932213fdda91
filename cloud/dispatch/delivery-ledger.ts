import type { LeaseAck, LeaseAckState, ReadyService } from "@penstock/protocol/lease";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs, W } from "@penstock/protocol/units";
import type { Journal } from "../desk/journal.ts";

/** What became of one lease, as far as its site has told. */
export interface Delivery {
  readonly leaseId: string;
  readonly siteId: string;
  readonly unitId: string;
  readonly intervalStartMs: UtcMs;
  readonly powerW: W;
  readonly issuedAtMs: UtcMs;
  /** What it is a part of; absent in what earlier versions issued. */
  readonly wish?: DeliveryWish;
  /** Services it arms; absent where the site's leases do not say. */
  readonly ready?: readonly ReadyService[];
  readonly steps: readonly DeliveryStep[];
}

/** What the whole unit was to do, who wanted it, and when we knew. */
export interface DeliveryWish {
  readonly source: "award" | "agc" | "instruction";
  readonly unitPowerW: W;
  readonly atMs: UtcMs;
}

export interface DeliveryStep {
  readonly state: LeaseAckState;
  /** When the site says it happened, and when we heard. */
  readonly atMs: UtcMs;
  readonly heardAtMs: UtcMs;
  readonly powerW?: W;
  /** Why it was rejected. */
  readonly code?: string;
  readonly because?: readonly string[];
}

export interface DeliveryCounts {
  readonly issued: number;
  /** Shaped at least one control cycle, clamped or not. */
  readonly applied: number;
  readonly clamped: number;
  readonly refused: number;
  readonly expired: number;
}

/** Follows each lease from issued to measured. Each step is written down; the newest leases stay at hand. */
export class DeliveryLedger {
  readonly #journal: Journal;
  readonly #deliveries = new Map<string, Delivery>();
  readonly #counts: Record<keyof DeliveryCounts, number> = {
    issued: 0,
    applied: 0,
    clamped: 0,
    refused: 0,
    expired: 0,
  };

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Reads back the leases of a span of market time, so that late answers to them are understood. Nothing is counted again. */
  restore(span: Interval): void {
    for (const { id, siteId, unitId, intervalStartMs, body } of this.#journal.entries("lease", span)) {
      if (siteId === undefined || unitId === undefined) continue;
      const { powerW, issuedAtMs, wish, reserves } = body as Pick<Delivery, "powerW" | "issuedAtMs" | "wish"> & {
        readonly reserves?: readonly ReadyService[];
      };
      const about = { leaseId: id, siteId, unitId, intervalStartMs, powerW, issuedAtMs };
      const said = { ...(wish !== undefined && { wish }), ...(reserves !== undefined && { ready: reserves }) };
      this.#keep({ ...about, ...said, steps: [] });
    }
    for (const { body } of this.#journal.entries("delivery", span)) {
      const { leaseId, ...step } = body as DeliveryStep & { leaseId: string };
      const delivery = this.#deliveries.get(leaseId);
      if (delivery !== undefined) this.#deliveries.set(leaseId, withStep(delivery, step));
    }
  }

  issued(delivery: Omit<Delivery, "steps">): void {
    this.#counts.issued += 1;
    this.#keep({ ...delivery, steps: [] });
  }

  /** Takes down an acknowledgement; nothing changes when it was heard before or is about somebody else's lease. */
  heard(siteId: string, ack: LeaseAck, heardAtMs: UtcMs): Delivery | undefined {
    const delivery = this.#deliveries.get(ack.leaseId);
    if (delivery === undefined || delivery.siteId !== siteId) return undefined;
    if (delivery.steps.some(({ state }) => state === ack.state)) return delivery;
    const { state, atMs, powerW, code, because } = ack;
    const step: DeliveryStep = {
      state,
      atMs,
      heardAtMs,
      ...(powerW === undefined ? {} : { powerW }),
      ...(code === undefined ? {} : { code }),
      ...(because === undefined ? {} : { because }),
    };
    const { leaseId, unitId, intervalStartMs } = delivery;
    const about = { knownAtMs: heardAtMs, intervalStartMs, unitId, siteId };
    this.#journal.append({ kind: "delivery", id: `${leaseId}.${state}`, ...about, body: { leaseId, ...step } });
    return this.#step(delivery, step);
  }

  hasAnswer(leaseId: string): boolean {
    return (this.#deliveries.get(leaseId)?.steps.length ?? 0) > 0;
  }

  /** Newest last. */
  recent(): readonly Delivery[] {
    return [...this.#deliveries.values()];
  }

  /** Since this process began. */
  counts(): DeliveryCounts {
    return { ...this.#counts };
  }

  #keep(delivery: Delivery): void {
    this.#deliveries.set(delivery.leaseId, delivery);
    if (this.#deliveries.size <= DELIVERIES_MAX) return;
    for (const oldest of this.#deliveries.keys()) {
      this.#deliveries.delete(oldest);
      break;
    }
  }

  #step(delivery: Delivery, step: DeliveryStep): Delivery {
    const wasApplied = delivery.steps.some(({ state }) => isApplied(state));
    if (isApplied(step.state) && !wasApplied) this.#counts.applied += 1;
    if (step.state === "clamped") this.#counts.clamped += 1;
    if (step.state === "rejected") this.#counts.refused += 1;
    if (step.state === "expired") this.#counts.expired += 1;
    const changed = withStep(delivery, step);
    this.#deliveries.set(delivery.leaseId, changed);
    return changed;
  }
}

const withStep = (delivery: Delivery, step: DeliveryStep): Delivery => ({
  ...delivery,
  steps: [...delivery.steps, step],
});

/** A lease that was clamped, read back or measured did shape the site, whether or not that word got through. */
const isApplied = (state: LeaseAckState): boolean => SHAPED.has(state);
const SHAPED: ReadonlySet<LeaseAckState> = new Set(["applied", "clamped", "read-back", "measured"]);

/** Older leases are in the journal. */
const DELIVERIES_MAX = 5000;
