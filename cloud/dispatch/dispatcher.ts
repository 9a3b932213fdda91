import type { LeaseAck } from "@penstock/protocol/lease";
import type { Clock, Interval, Timer } from "@penstock/protocol/time";
import type { MonotonicMs, Ms, W, WPerS } from "@penstock/protocol/units";
import type { CloudConfig, KilledLeases, SiteEntry } from "../config/cloud-config.ts";
import { instantText } from "../desk/bid-record.ts";
import type { Journal } from "../desk/journal.ts";
import type { MarketClock } from "../desk/market-clock.ts";
import type { Award } from "../markets/market.ts";
import { type Delivery, DeliveryLedger } from "./delivery-ledger.ts";
import { LeaseIssuer } from "./lease-issuer.ts";
import { leaseTiming } from "./lease-timing.ts";
import { paceChanges } from "./pace-changes.ts";
import { type OfferedCurve, type Reserve, redispatch, type Share, splitAward } from "./split-award.ts";

export interface DispatcherPorts {
  readonly clock: Clock;
  readonly marketClock: MarketClock;
  readonly config: CloudConfig;
  readonly journal: Journal;
  readonly isOnline: (siteId: string) => boolean;
  /** Hands a signed lease to the site's link; false when it cannot go out. */
  readonly send: (site: SiteEntry, envelope: Uint8Array) => boolean;
  readonly onEvent: (event: DispatchEvent) => void;
}

export type DispatchEvent =
  | { readonly type: "target"; readonly siteId: string; readonly powerW: W | undefined }
  | { readonly type: "delivery"; readonly delivery: Delivery }
  | { readonly type: "site-lost"; readonly siteId: string; readonly unitId: string; readonly why: LostWhy };

export type LostWhy = "offline" | "silent" | "refused";

/** What an award was bid with. */
export interface AwardBasis {
  readonly offers: readonly OfferedCurve[];
  readonly reserves: readonly Reserve[];
  /** A person bid it, so that the kill switch does not stop it. */
  readonly isPersons?: boolean;
}

interface UnitState {
  readonly award: Award;
  readonly basis: AwardBasis;
  readonly shares: readonly Share[];
  readonly lost: Map<string, LostWhy>;
}

interface SiteState {
  readonly site: SiteEntry;
  readonly unitId: string;
  /** What its newest lease asks; undefined when none is counted on. */
  leasedW: W | undefined;
  leaseId: string | undefined;
  timer: Timer | undefined;
}

/**
 * Turns awards into leases and keeps them alive while the award's interval lasts. A site that is offline, silent or
 * refuses loses its share to the others of its unit, and gets it back when it returns. When the interval ends
 * without a new award nothing is renewed, and the sites come to rest by themselves.
 */
export class Dispatcher {
  readonly ledger: DeliveryLedger;
  readonly #ports: DispatcherPorts;
  readonly #issuer: LeaseIssuer;
  readonly #units = new Map<string, UnitState>();
  readonly #sites = new Map<string, SiteState>();
  #freeAtMs = 0 as MonotonicMs;
  #isRunning = true;

  constructor(ports: DispatcherPorts) {
    const { clock, config, journal } = ports;
    this.#ports = ports;
    this.ledger = new DeliveryLedger(journal);
    this.#issuer = new LeaseIssuer(clock, journal, config.dispatch);
    for (const { unit } of config.units) {
      for (const site of config.sites.filter(({ siteId }) => unit.siteIds.includes(siteId))) {
        this.#sites.set(site.siteId, {
          site,
          unitId: unit.id,
          leasedW: undefined,
          leaseId: undefined,
          timer: undefined,
        });
      }
    }
  }

  /** Dispatches an award; one whose interval is over is only history. */
  dispatch(award: Award, basis: AwardBasis): void {
    if (!this.#isOn(award.interval)) return;
    const offered = splitAward(award.targetW, basis.offers);
    const shares = this.#sitesOf(award.unitId).map(({ site: { siteId } }) => ({
      siteId,
      powerW: offered.find((share) => share.siteId === siteId)?.powerW ?? (0 as W),
    }));
    const lost = new Map<string, LostWhy>();
    for (const { siteId } of shares) if (!this.#ports.isOnline(siteId)) lost.set(siteId, "offline");
    this.#units.set(award.unitId, { award, basis, shares, lost });
    this.#assign(award.unitId, "all");
  }

  acked(siteId: string, ack: LeaseAck): void {
    const delivery = this.ledger.heard(siteId, ack, this.#ports.clock.nowMs());
    if (delivery === undefined) return;
    this.#ports.onEvent({ type: "delivery", delivery });
    const state = this.#sites.get(siteId);
    const unit = state === undefined ? undefined : this.#units.get(state.unitId);
    if (ack.state !== "rejected") {
      if (unit?.lost.get(siteId) === "silent") this.siteOnline(siteId);
    } else if (state?.leaseId === ack.leaseId) this.#lose(siteId, "refused");
  }

  siteOffline(siteId: string): void {
    this.#lose(siteId, "offline");
  }

  /** A site that was only unreachable takes its share again. */
  siteOnline(siteId: string): void {
    const unitId = this.#sites.get(siteId)?.unitId;
    const unit = unitId === undefined ? undefined : this.#units.get(unitId);
    if (unitId === undefined || unit === undefined || !this.#isOn(unit.award.interval)) return;
    if (unit.lost.get(siteId) === "refused" || !unit.lost.delete(siteId)) return;
    this.#assign(unitId, "changed");
  }

  /** What the algorithm won comes to rest: its leases are not renewed, or give way to ones of 0 W at once. */
  restAlgorithm(how: KilledLeases): void {
    for (const [unitId, unit] of this.#units) {
      if (unit.basis.isPersons === true) continue;
      if (how === "to-zero") {
        const shares = unit.shares.map(({ siteId }) => ({ siteId, powerW: 0 as W }));
        this.#units.set(unitId, { ...unit, shares, basis: { offers: [], reserves: [] } });
        this.#assign(unitId, "changed");
        continue;
      }
      for (const state of this.#sitesOf(unitId)) {
        state.timer?.cancel();
        state.leasedW = undefined;
        this.#ports.onEvent({ type: "target", siteId: state.site.siteId, powerW: undefined });
      }
      this.#units.delete(unitId);
    }
  }

  stop(): void {
    this.#isRunning = false;
    for (const state of this.#sites.values()) state.timer?.cancel();
  }

  /** Gives every site of the unit what it should do now; sites already asked for just that are left alone unless `all`. */
  #assign(unitId: string, which: "all" | "changed"): void {
    const unit = this.#units.get(unitId);
    if (unit === undefined) return;
    const { clock, config } = this.#ports;
    const shares = redispatch(unit.shares, new Set(unit.lost.keys()), unit.basis.reserves);
    const changes = shares
      .filter(({ siteId }) => !unit.lost.has(siteId))
      .map(({ siteId, powerW }) => ({ siteId, leasedW: this.#sites.get(siteId)?.leasedW, toW: powerW }))
      .filter(({ leasedW, toW }) => which === "all" || leasedW !== toW)
      .map(({ siteId, leasedW, toW }) => ({ siteId, fromW: leasedW ?? (0 as W), toW }));
    const pacing = paceChanges(changes, config.dispatch.fleetRampWPerS, clock.monotonicMs(), this.#freeAtMs);
    this.#freeAtMs = pacing.freeAtMs;
    for (const { siteId, toW, delayMs, rampWPerS } of pacing.changes) {
      this.#later(siteId, delayMs, () => this.#issue(siteId, toW, rampWPerS));
    }
  }

  #issue(siteId: string, powerW: W, rampWPerS: WPerS): void {
    const state = this.#sites.get(siteId);
    const unit = state === undefined ? undefined : this.#units.get(state.unitId);
    if (state === undefined || unit === undefined || !this.#isOn(unit.award.interval)) return;
    const { marketClock, config } = this.#ports;
    const { marketId, unitId, interval } = unit.award;
    const { ttlMs, renewEveryMs } = leaseTiming(marketClock.wallLengthMs(interval));
    const reason = `${marketId.toUpperCase()} energy ${unitId} ${instantText(interval.startMs)} target`;
    const intervalStartMs = interval.startMs;
    const { lease, envelope } = this.#issuer.issue({
      site: state.site,
      unitId,
      intervalStartMs,
      powerW,
      rampWPerS,
      ttlMs,
      reason,
    });
    this.ledger.issued({ leaseId: lease.id, siteId, unitId, intervalStartMs, powerW, issuedAtMs: lease.issuedAtMs });
    if (!this.#ports.send(state.site, envelope)) {
      this.#lose(siteId, "offline");
      return;
    }
    if (state.leasedW !== powerW) this.#ports.onEvent({ type: "target", siteId, powerW });
    state.leasedW = powerW;
    state.leaseId = lease.id;
    this.#ports.clock.after(config.dispatch.ackTimeoutMs, () => {
      const isCurrent = this.#units.get(unitId)?.award.interval.startMs === intervalStartMs;
      const hasAnswered = this.ledger.hasAnswer(lease.id) || this.ledger.hasAnswer(state.leaseId ?? lease.id);
      if (this.#isRunning && isCurrent && !hasAnswered) this.#lose(siteId, "silent");
    });
    this.#later(siteId, renewEveryMs, () => this.#issue(siteId, powerW, rampWPerS));
  }

  #lose(siteId: string, why: LostWhy): void {
    const state = this.#sites.get(siteId);
    const unit = state === undefined ? undefined : this.#units.get(state.unitId);
    if (state === undefined || unit === undefined || unit.lost.has(siteId)) return;
    unit.lost.set(siteId, why);
    state.timer?.cancel();
    state.leasedW = undefined;
    this.#ports.onEvent({ type: "target", siteId, powerW: undefined });
    this.#ports.onEvent({ type: "site-lost", siteId, unitId: state.unitId, why });
    if (this.#isOn(unit.award.interval)) this.#assign(state.unitId, "changed");
  }

  #later(siteId: string, delayMs: Ms, action: () => void): void {
    const state = this.#sites.get(siteId);
    if (state === undefined) return;
    state.timer?.cancel();
    state.timer = this.#ports.clock.after(delayMs, () => {
      if (this.#isRunning) action();
    });
  }

  #sitesOf(unitId: string): readonly SiteState[] {
    return [...this.#sites.values()].filter((state) => state.unitId === unitId);
  }

  #isOn({ startMs, endMs }: Interval): boolean {
    const nowMs = this.#ports.marketClock.nowMs();
    return nowMs >= startMs && nowMs < endMs;
  }
}
