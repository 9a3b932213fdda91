import { issueLease, type Lease, type ReadyService } from "@penstock/protocol/lease";
import { invariant } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import type { Ms, UtcMs, Var, W, WPerS } from "@penstock/protocol/units";
import type { DispatchSettings, SiteEntry } from "../config/cloud-config.ts";
import type { Journal } from "../desk/journal.ts";
import type { DeliveryWish } from "./delivery-ledger.ts";

export interface LeaseOrder {
  readonly site: SiteEntry;
  readonly unitId: string;
  readonly intervalStartMs: UtcMs;
  readonly powerW: W;
  readonly rampWPerS: WPerS;
  readonly ttlMs: Ms;
  /** Services to keep ready; absent where the site's leases do not say. */
  readonly reserves?: readonly ReadyService[];
  readonly reason: string;
  /** What it is a part of: written down beside the lease, for whoever asks what became of it. */
  readonly wish: DeliveryWish;
}

export interface IssuedLease {
  readonly lease: Lease;
  /** The signed bytes for the wire. */
  readonly envelope: Uint8Array;
}

/**
 * Numbers and signs leases. The number is written down before the lease exists, so that no crash makes two leases
 * of one number; a store without a number begins a new epoch, later than any before it.
 */
export class LeaseIssuer {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #settings: DispatchSettings;
  #epoch: number;
  #sequence: number;

  constructor(clock: Clock, journal: Journal, settings: DispatchSettings) {
    this.#clock = clock;
    this.#journal = journal;
    this.#settings = settings;
    const held = journal.fact(FACT) as { epoch: number; sequence: number } | undefined;
    this.#epoch = held?.epoch ?? Math.floor(clock.nowMs() / 1000);
    this.#sequence = held?.sequence ?? 0;
  }

  issue(order: LeaseOrder): IssuedLease {
    const { site, unitId, intervalStartMs, powerW, rampWPerS, ttlMs, reserves, reason, wish } = order;
    const { issuer, signingKey, priority } = this.#settings;
    this.#sequence += 1;
    this.#journal.putFact(FACT, { epoch: this.#epoch, sequence: this.#sequence });
    invariant(Number.isSafeInteger(this.#sequence), "a lease's sequence is a whole number");
    const nowMs = Math.floor(this.#clock.nowMs()) as UtcMs;
    const lease: Lease = {
      v: 1,
      id: `${issuer}-${this.#epoch}-${this.#sequence}`,
      audience: `${site.groupId}/${site.nodeId}`,
      issuer,
      epoch: this.#epoch,
      sequence: this.#sequence,
      issuedAtMs: nowMs,
      notBeforeMs: nowMs,
      expiresAtMs: (nowMs + ttlMs) as UtcMs,
      ttlMs,
      kind: "setpoint",
      powerW,
      reactiveVar: 0 as Var,
      rampWPerS,
      priority,
      onExpire: { action: "ramp-to-zero" },
      ...(reserves !== undefined && { reserves }),
      reason,
    };
    const envelope = issueLease(lease, [signingKey]);
    const about = { knownAtMs: nowMs, intervalStartMs, unitId, siteId: site.siteId };
    this.#journal.append({ kind: "lease", id: lease.id, ...about, body: { ...lease, wish } });
    return { lease, envelope };
  }
}

const FACT = "lease-sequence";
