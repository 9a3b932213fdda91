import type { ReadyService } from "@penstock/protocol/lease";
import type { Currency, UtcMs, W } from "@penstock/protocol/units";
import type { SettledUnit } from "../settlement/settle-unit.ts";
import type { Delivery, DeliveryCounts, DeliveryStep, DeliveryWish } from "./delivery-ledger.ts";

/** What became of the newest leases, newest first, each beside what its unit's interval came to. */
export interface DeliveriesDocument {
  readonly version: 1;
  readonly atMs: UtcMs;
  readonly currency: Currency;
  readonly counts: DeliveryCounts;
  readonly deliveries: readonly DeliveryDocument[];
}

/** One lease on its way. An instant is null where nobody has said that it got so far. Powers positive out. */
export interface DeliveryDocument {
  readonly leaseId: string;
  readonly siteId: string;
  readonly unitId: string;
  readonly intervalStartMs: UtcMs;
  /** Null for leases of earlier versions. */
  readonly wish: DeliveryWish | null;
  readonly powerW: W;
  /** Services it arms, and how much of each; empty where it arms none. */
  readonly ready: readonly ReadyService[];
  readonly issuedAtMs: UtcMs;
  readonly receivedAtMs: UtcMs | null;
  /** Set-points went to the devices. */
  readonly writtenAtMs: UtcMs | null;
  /** Every unit had shown what was written when it was read again; sites of earlier versions never say so. */
  readonly readBackAtMs: UtcMs | null;
  /** Limits gave it less than it asked: when, what was left, and which, the most binding first. */
  readonly clampedAtMs: UtcMs | null;
  readonly clampedW: W | null;
  readonly clampedBy: readonly string[];
  /** The units' own meters had shown what was left of it for two seconds. */
  readonly measuredAtMs: UtcMs | null;
  readonly measuredW: W | null;
  readonly refusedAtMs: UtcMs | null;
  readonly refusedBecause: string | null;
  readonly endedAtMs: UtcMs | null;
  /** Of the whole unit over the whole interval; null until its counters are there. */
  readonly settled: {
    readonly awardedMWh: number;
    readonly meteredMWh: number;
    readonly shortfallMWh: number;
    readonly shortfallCost: number;
    readonly amount: number;
    /** Of it, for reserves kept ready. */
    readonly reserveAmount: number;
  } | null;
}

export function deliveryDocument(delivery: Delivery, settled: SettledUnit | undefined): DeliveryDocument {
  const { leaseId, siteId, unitId, intervalStartMs, powerW, issuedAtMs, wish, ready = [], steps } = delivery;
  const step = (...states: readonly DeliveryStep["state"][]) => steps.find(({ state }) => states.includes(state));
  const [received, written, readBack] = [step("received"), step("applied"), step("read-back")];
  const [clamped, measured] = [step("clamped"), step("measured")];
  const refused = step("rejected");
  return {
    leaseId,
    siteId,
    unitId,
    intervalStartMs,
    wish: wish ?? null,
    powerW,
    ready,
    issuedAtMs,
    receivedAtMs: received?.atMs ?? null,
    writtenAtMs: written?.atMs ?? null,
    readBackAtMs: readBack?.atMs ?? null,
    clampedAtMs: clamped?.atMs ?? null,
    clampedW: clamped?.powerW ?? null,
    clampedBy: clamped?.because ?? [],
    measuredAtMs: measured?.atMs ?? null,
    measuredW: measured?.powerW ?? null,
    refusedAtMs: refused?.atMs ?? null,
    refusedBecause: refused?.code ?? null,
    endedAtMs: step("expired", "superseded")?.atMs ?? null,
    settled:
      settled === undefined
        ? null
        : {
            awardedMWh: settled.awardedWh / 1e6,
            meteredMWh: settled.meteredWh / 1e6,
            shortfallMWh: Math.max(0, settled.shortfallWh) / 1e6,
            shortfallCost: settled.shortfallCost ?? 0,
            amount: settled.amount,
            reserveAmount: settled.reserveAmount ?? 0,
          },
  };
}
