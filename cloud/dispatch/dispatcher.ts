import type { LeaseAck } from "@penstock/protocol/lease";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Clock, Interval } from "@penstock/protocol/time";
import { type MonotonicMs, type Ms, seconds, type W, type WPerS } from "@penstock/protocol/units";
import type { CloudConfig, KilledLeases, SiteEntry } from "../config/cloud-config.ts";
import { instantText } from "../desk/bid-record.ts";
import type { Journal } from "../desk/journal.ts";
import type { MarketClock } from "../desk/market-clock.ts";
import type { SiteReadings } from "../desk/site-reading.ts";
import type { Award } from "../markets/market.ts";
import { type Delivery, DeliveryLedger } from "./delivery-ledger.ts";
import {
  type AwardBasis,
  cutsOf,
  type LostWhy,
  noteClamp,
  readyOf,
  type SiteState,
  shareOf,
  type UnitState,
} from "./dispatch-state.ts";
import { type FleetTarget, fleetTarget, type OperatorWish } from "./fleet-target.ts";
import { LeaseIssuer } from "./lease-issuer.ts";
import { leaseTiming } from "./lease-timing.ts";
import { paceChanges } from "./pace-changes.ts";
import { redispatch, splitAward } from "./split-award.ts";
import { splitSites } from "./split-sites.ts";
import { splitTarget } from "./split-target.ts";
import { WishBook } from "./wish-book.ts";

export interface DispatcherPorts {
  readonly clock: Clock;
  readonly marketClock: MarketClock;
  readonly config: CloudConfig;
  readonly journal: Journal;
  readonly isOnline: (siteId: string) => boolean;
  /** What sites last said of their energy: a signal is split by it. */
  readonly readings: SiteReadings;
  /** Hands a signed lease to the site's link; false when it cannot go out. */
  readonly send: (site: SiteEntry, envelope: Uint8Array) => boolean;
  readonly onEvent: (event: DispatchEvent) => void;
}

export type DispatchEvent =
  | { readonly type: "target"; readonly siteId: string; readonly powerW: W | undefined }
  | { readonly type: "delivery"; readonly delivery: Delivery }
  | { readonly type: "site-lost"; readonly siteId: string; readonly unitId: string; readonly why: LostWhy };

/**
 * Turns awards, an operator's signals and its instructions into leases and keeps them alive while the award's interval
 * lasts. A site that is offline, silent or refuses loses its share to the others of its unit, and gets it back when it
 * returns; of a site that its limits clamp the others take over what is missing, and at each renewal it is asked for
 * all of it again. When the interval ends without a new award nothing is renewed, and the sites come to rest by
 * themselves.
 */
export class Dispatcher {
  readonly ledger: DeliveryLedger;
  readonly #ports: DispatcherPorts;
  readonly #issuer: LeaseIssuer;
  readonly #units = new Map<string, UnitState>();
  readonly #sites = new Map<string, SiteState>();
  readonly #wishes: WishBook;
  #freeAtMs = 0 as MonotonicMs;
  #isRunning = true;

  constructor(ports: DispatcherPorts) {
    const { clock, config, journal } = ports;
    this.#ports = ports;
    this.ledger = new DeliveryLedger(journal);
    this.#issuer = new LeaseIssuer(clock, journal, config.dispatch);
    this.#wishes = new WishBook(clock);
    for (const { unit } of config.units) {
      for (const site of config.sites.filter(({ siteId }) => unit.siteIds.includes(siteId))) {
        this.#sites.set(site.siteId, {
          site,
          unitId: unit.id,
          leasedW: undefined,
          leaseId: undefined,
          recheckId: undefined,
          timer: undefined,
        });
      }
    }
  }

  /** Dispatches an award; one whose interval is over is only history. */
  dispatch(award: Award, basis: AwardBasis): void {
    if (!this.#isOn(award.interval)) return;
    const before = this.#units.get(award.unitId);
    before?.clampTimer?.cancel();
    const lost = new Map<string, LostWhy>();
    for (const { site } of this.#sitesOf(award.unitId)) {
      if (!this.#ports.isOnline(site.siteId)) lost.set(site.siteId, "offline");
    }
    const wishedAtMs = this.#ports.clock.nowMs();
    const target: FleetTarget = { powerW: award.targetW, source: "award", because: ["award"] };
    const unit: UnitState = {
      ...{ award, basis, target, wishedAtMs, shares: [], lost, clamped: new Map() },
      ...{ clampTimer: undefined, clampedAtMs: Number.NEGATIVE_INFINITY as MonotonicMs },
    };
    this.#units.set(award.unitId, unit);
    this.#retarget(unit);
    this.#assign(award.unitId, "all");
  }

  /** An operator's signal or instruction. Refused when it is older than one at hand, or about no unit of ours. */
  wished(wish: OperatorWish): Result<null, CodedError> {
    const { unitId } = wish;
    if (!this.#ports.config.units.some(({ unit }) => unit.id === unitId)) {
      return fail({ code: "dispatch.unknown-unit", unitId });
    }
    const heard = this.#wishes.hear(wish, () => this.#follow(unitId));
    if (!heard.ok) return heard;
    this.#follow(unitId);
    return ok(null);
  }

  acked(siteId: string, ack: LeaseAck): void {
    const delivery = this.ledger.heard(siteId, ack, this.#ports.clock.nowMs());
    if (delivery === undefined) return;
    this.#ports.onEvent({ type: "delivery", delivery });
    const state = this.#sites.get(siteId);
    const unit = state === undefined ? undefined : this.#units.get(state.unitId);
    if (ack.state !== "rejected") {
      if (unit?.lost.get(siteId) === "silent") this.siteOnline(siteId);
      if (state?.leaseId === ack.leaseId && unit !== undefined) this.#heardOfLimits(unit, state, ack);
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
      unit.clampTimer?.cancel();
      if (how === "to-zero") {
        const shares = unit.shares.map(({ siteId }) => ({ siteId, powerW: 0 as W }));
        // Without reserves neither a signal nor another's loss moves its sites again.
        const basis = { offers: [], reserves: [] };
        this.#units.set(unitId, { ...unit, shares, basis, clamped: new Map(), clampTimer: undefined });
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
    this.#wishes.stop();
    for (const { clampTimer } of this.#units.values()) clampTimer?.cancel();
    for (const state of this.#sites.values()) state.timer?.cancel();
  }

  /** A signal, an instruction or the end of one: sites whose part changes get new leases at once. */
  #follow(unitId: string): void {
    const unit = this.#units.get(unitId);
    if (unit === undefined || !this.#isRunning || !this.#isOn(unit.award.interval)) return;
    const before = unit.target;
    this.#retarget(unit);
    // A signal that says the same again is no reason to deal anew.
    if (before.powerW !== unit.target.powerW || before.source !== unit.target.source) this.#assign(unitId, "changed");
  }

  /** Works out what the unit should do now. An award is split by price, as it was offered; anything else by energy. */
  #retarget(unit: UnitState): void {
    const { award, basis } = unit;
    const { clock, config, readings } = this.#ports;
    const target = fleetTarget({
      ...this.#wishes.of(award.unitId),
      awardW: award.targetW,
      nowMs: clock.nowMs(),
      monotonicMs: clock.monotonicMs(),
    });
    if (target.powerW !== unit.target.powerW) unit.wishedAtMs = clock.nowMs();
    else if (target.source === unit.target.source && unit.shares.length > 0) return;
    unit.target = target;
    const sites = this.#sitesOf(award.unitId).map(({ site }) => site);
    const shares =
      target.source === "award"
        ? splitAward(award.targetW, basis.offers)
        : splitTarget(target.powerW, splitSites(sites, readings, basis.reserves), config.locationalLimits ?? []).shares;
    unit.shares = sites.map(({ siteId }) => ({
      siteId,
      powerW: shares.find((share) => share.siteId === siteId)?.powerW ?? (0 as W),
    }));
  }

  #heardOfLimits(unit: UnitState, state: SiteState, ack: LeaseAck): void {
    const heard = noteClamp(unit, state, ack);
    if (heard === "changed") this.#assignSoon(unit);
    if (heard !== "doubt") return;
    const { siteId } = state.site;
    const askedW = state.leasedW ?? (0 as W);
    this.#later(siteId, RECHECK_AFTER_MS, () => {
      this.#issue(siteId, askedW, this.#ports.config.dispatch.fleetRampWPerS);
      state.recheckId = state.leaseId;
    });
  }

  /** At once, but a limit that slides is not chased more often than once a control interval. */
  #assignSoon(unit: UnitState): void {
    if (unit.clampTimer !== undefined) return;
    const { clock } = this.#ports;
    const waitMs = Math.max(0, unit.clampedAtMs + CONTROL_INTERVAL_MS - clock.monotonicMs()) as Ms;
    unit.clampTimer = clock.after(waitMs, () => {
      unit.clampTimer = undefined;
      unit.clampedAtMs = clock.monotonicMs();
      if (this.#isRunning && this.#units.get(unit.award.unitId) === unit) this.#assign(unit.award.unitId, "changed");
    });
  }

  /** Gives every site of the unit what it should do now; sites already asked for just that are left alone unless `all`. */
  #assign(unitId: string, which: "all" | "changed"): void {
    const unit = this.#units.get(unitId);
    if (unit === undefined) return;
    const { clock, config } = this.#ports;
    const shares = redispatch(unit.shares, cutsOf(unit), unit.basis.reserves, config.locationalLimits);
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
    const { source } = unit.target;
    const reason = `${marketId.toUpperCase()} ${REASONS[source]} ${unitId} ${instantText(interval.startMs)} target`;
    const intervalStartMs = interval.startMs;
    const wish = { source, unitPowerW: unit.target.powerW, atMs: unit.wishedAtMs };
    const reserves = readyOf(unit, state.site);
    const { lease, envelope } = this.#issuer.issue({
      site: state.site,
      unitId,
      intervalStartMs,
      powerW,
      rampWPerS,
      ttlMs,
      ...(reserves !== undefined && { reserves }),
      reason,
      wish,
    });
    const { id: leaseId, issuedAtMs } = lease;
    const ready = reserves === undefined ? {} : { ready: reserves };
    this.ledger.issued({ leaseId, siteId, unitId, intervalStartMs, powerW, issuedAtMs, wish, ...ready });
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
    const isCut = cutsOf(unit).has(siteId);
    this.#later(siteId, isCut ? (Math.min(renewEveryMs, PROBE_EVERY_MS) as Ms) : renewEveryMs, () => {
      const isProbe = this.#units.get(unitId) === unit && cutsOf(unit).has(siteId);
      this.#issue(siteId, isProbe ? shareOf(unit, siteId) : powerW, rampWPerS);
    });
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

const REASONS = { award: "energy", agc: "AGC", instruction: "instruction" } as const;

/** How often the dispatch itself may change its mind about a site. */
const CONTROL_INTERVAL_MS = seconds(1);
/** Longer than a reading that was late for a cycle; short enough that others take over within the control interval. */
const RECHECK_AFTER_MS = seconds(0.5);
/** How often a clamped site is asked for all of its share again. */
const PROBE_EVERY_MS = seconds(10);
