import { invariant } from "@penstock/protocol/result";
import type { Clock, Interval } from "@penstock/protocol/time";
import type { Currency, Ms, UtcMs } from "@penstock/protocol/units";
import type { CloudConfig, UnitEntry } from "../config/cloud-config.ts";
import { instantText } from "../desk/bid-record.ts";
import type { Journal } from "../desk/journal.ts";
import type { MarketClock } from "../desk/market-clock.ts";
import type { DispatchResults } from "../desk/market-operator.ts";
import type { Award, Market } from "../markets/market.ts";
import type { ReserveAward } from "../markets/reserve-market.ts";
import type { CounterReading } from "../store/index.ts";
import { type ClosedWeeks, closeWeek, nothingClosed, weekEndMs, weekStartMs, withHindsight } from "./closed-weeks.ts";
import { CounterBook, type CounterSample } from "./counter-book.ts";
import { type Hindsight, type HindsightPoint, hindsight, shareOf } from "./hindsight.ts";
import { addSettled, nothingSettled, type RunningTotals } from "./running-totals.ts";
import { sampleOf } from "./sample-of.ts";
import { type MeteredSite, type SettledUnit, settleUnit } from "./settle-unit.ts";
import { SocBook } from "./soc-book.ts";

export interface SettlementPorts {
  readonly clock: Clock;
  readonly marketClock: MarketClock;
  readonly config: CloudConfig;
  readonly market: Market;
  readonly journal: Journal;
}

/** Money so far. Energies are throughput: charging and discharging both count. */
export interface SettlementTotals {
  readonly currency: Currency;
  readonly sinceMs: UtcMs | null;
  readonly settledUntilMs: UtcMs | null;
  /** Unit intervals settled, and cleared ones that still wait for a counter. */
  readonly intervals: number;
  readonly waiting: number;
  readonly dispatchedMWh: number;
  readonly meteredMWh: number;
  readonly shortfallMWh: number;
  readonly shortfallCost: number;
  /** Of energy. */
  readonly revenue: number;
  /** Of reserves kept ready, beside it: hindsight knows of energy alone. */
  readonly reserveRevenue: number;
  readonly cost: number;
  readonly perfectForesightRevenue: number;
  readonly perfectForesightProfit: number;
  /** revenue / perfect foresight; null where there was nothing to earn. */
  readonly share: number | null;
  readonly byUnit: Readonly<Record<string, number>>;
  readonly bySite: Readonly<Record<string, number>>;
}

/**
 * From counters to money. Every cleared interval of every unit waits here until the counters of all its sites
 * enclose it; then it is settled once, written down, and never touched again. A week that nothing can be added to any
 * more is closed: only its sums are kept in memory.
 */
export class Settlement {
  readonly #ports: SettlementPorts;
  readonly #counters = new Map<string, CounterBook>();
  readonly #socs = new Map<string, SocBook>();
  /** By unit and interval start. */
  readonly #waiting = new Map<string, Waiting>();
  /** Of weeks that are open, by unit and interval start. */
  readonly #settled = new Map<string, SettledUnit>();
  #closed: ClosedWeeks = nothingClosed;
  /** Of all weeks. */
  #totals: RunningTotals = nothingSettled;
  /** Of open weeks. */
  #hindsight: { readonly atCount: number; readonly bySite: ReadonlyMap<string, Hindsight> } = notLookedBack;

  constructor(ports: SettlementPorts) {
    this.#ports = ports;
    for (const { siteId } of ports.config.sites) {
      this.#counters.set(siteId, new CounterBook(ports.config.counterGapMsMax));
      this.#socs.set(siteId, new SocBook(SOC_KEPT_MS));
    }
  }

  /**
   * Reads back what was settled and what was cleared and still waits, with the counters it waits between. What
   * still waits after a week is a case for people and their paper.
   */
  restore(countersOf: (siteId: string, wall: Interval) => readonly CounterReading[]): void {
    const { config, journal, marketClock } = this.#ports;
    const all: Interval = { startMs: 0 as UtcMs, endMs: Number.MAX_SAFE_INTEGER as UtcMs };
    this.#closed = (journal.fact(CLOSED) as ClosedWeeks | undefined) ?? nothingClosed;
    this.#totals = this.#closed.totals;
    const open: Interval = { ...all, startMs: this.#closed.untilMs };
    for (const { body } of journal.entries("settlement", open)) this.#remember(body as SettledUnit);
    const sinceMs = (marketClock.nowMs() - WAITS_MS_MAX) as UtcMs;
    for (const { body } of journal.entries("award", { ...all, startMs: sinceMs }))
      this.#expect(body as DispatchResults);
    const starts = [...this.#waiting.values()].map(({ award }) => award.interval.startMs);
    if (starts.length === 0) return;
    const wallStartMs = (marketClock.toWallMs(Math.min(...starts) as UtcMs) - config.counterGapMsMax) as UtcMs;
    for (const { siteId, settlementSource } of config.sites) {
      for (const reading of countersOf(siteId, { ...all, startMs: wallStartMs })) {
        const sample = sampleOf(settlementSource, reading);
        if (sample !== undefined) this.counted(siteId, sample);
      }
    }
  }

  cleared(results: DispatchResults): void {
    this.#expect(results);
    this.settleWhatCanBe();
  }

  /** Counters of a site by its own wall clock, live or from its backlog, in any order. */
  counted(siteId: string, sample: CounterSample): void {
    this.#counters.get(siteId)?.add(sample);
  }

  charged(siteId: string, atMs: UtcMs, soc: number): void {
    this.#socs.get(siteId)?.add(atMs, soc);
  }

  /** Settles every waiting interval that its counters now enclose, and closes what nothing can be added to. */
  settleWhatCanBe(): void {
    const { config, marketClock } = this.#ports;
    const nowMs = marketClock.nowMs();
    for (const [key, { award, reserves }] of this.#waiting) {
      if (award.interval.endMs > nowMs) continue;
      const entry = config.units.find(({ unit }) => unit.id === award.unitId);
      const metered = entry === undefined ? undefined : this.#metered(entry, award.interval);
      if (entry === undefined || metered === undefined) continue;
      this.#waiting.delete(key);
      this.#settle(entry, award, metered, reserves);
    }
    this.#forget();
    this.#close();
  }

  /** `exact` works hindsight out anew; without it the figure may be some intervals old. */
  totals(exact = true): SettlementTotals {
    this.#lookBack(exact);
    const { sinceMs, settledUntilMs, ...sums } = this.#totals;
    const foresight = Object.values(withHindsight(this.#closed.hindsight, this.#hindsight.bySite));
    const perfectForesightRevenue = foresight.reduce((total, each) => total + each.revenue, 0);
    return {
      ...sums,
      currency: this.#ports.market.currency,
      sinceMs: sums.intervals === 0 ? null : (sinceMs as UtcMs),
      settledUntilMs: sums.intervals === 0 ? null : (settledUntilMs as UtcMs),
      waiting: this.#waiting.size,
      perfectForesightRevenue,
      perfectForesightProfit: foresight.reduce((total, each) => total + each.profit, 0),
      share: shareOf(sums.revenue, perfectForesightRevenue),
    };
  }

  /** What a unit's interval came to; undefined while it waits for its counters, and once its week is closed. */
  settledOf(unitId: string, startMs: UtcMs): SettledUnit | undefined {
    return this.#settled.get(`${unitId} ${startMs}`);
  }

  #expect(results: DispatchResults): void {
    for (const award of results.awards) {
      const key = keyOf(award);
      const reserves = (results.reserves ?? []).filter(({ unitId }) => unitId === award.unitId);
      const isDone = this.#settled.has(key) || award.interval.startMs < this.#closed.untilMs;
      if (!isDone) this.#waiting.set(key, { award, reserves });
    }
  }

  /** Undefined while a counter is missing. */
  #metered({ unit }: UnitEntry, interval: Interval): readonly MeteredSite[] | undefined {
    const { config, marketClock } = this.#ports;
    const wall = marketClock.wallInterval(interval);
    const metered: MeteredSite[] = [];
    for (const siteId of unit.siteIds) {
      const site = config.sites.find((each) => each.siteId === siteId);
      const energy = this.#counters.get(siteId)?.energyWh(wall);
      if (site === undefined || energy?.ok !== true) return undefined;
      const socStart = this.#socs.get(siteId)?.at(wall.startMs);
      const socEnd = this.#socs.get(siteId)?.at(wall.endMs);
      metered.push({
        site,
        meteredWh: energy.value,
        ...(socStart === undefined ? {} : { socStart }),
        ...(socEnd === undefined ? {} : { socEnd }),
      });
    }
    return metered;
  }

  #settle({ unit }: UnitEntry, award: Award, metered: readonly MeteredSite[], reserves: Waiting["reserves"]): void {
    const { clock, journal, market } = this.#ports;
    const settled = settleUnit(market, unit, award, metered, clock.nowMs(), reserves);
    const { interval, settledAtMs } = settled;
    journal.append({
      kind: "settlement",
      id: `settlement.${unit.id}.${instantText(interval.startMs)}`,
      knownAtMs: settledAtMs,
      intervalStartMs: interval.startMs,
      unitId: unit.id,
      body: settled,
    });
    this.#remember(settled);
  }

  #remember(settled: SettledUnit): void {
    const key = keyOf(settled);
    invariant(!this.#settled.has(key), "an interval of a unit is settled once");
    this.#settled.set(key, settled);
    this.#totals = addSettled(this.#totals, settled);
  }

  /** Hindsight costs time in proportion to what is open, so by itself it looks again only when that grew by a twentieth. */
  #lookBack(exact: boolean): void {
    const count = this.#settled.size;
    const grewBy = count - this.#hindsight.atCount;
    if (grewBy === 0 || (!exact && grewBy < this.#hindsight.atCount / 20)) return;
    this.#hindsight = { atCount: count, bySite: this.#hindsightOf([...this.#settled.values()]) };
  }

  #hindsightOf(settled: readonly SettledUnit[]): ReadonlyMap<string, Hindsight> {
    const { market, config } = this.#ports;
    const bySite = new Map<string, Hindsight>();
    for (const { unit } of config.units) {
      for (const site of config.sites.filter(({ siteId }) => unit.siteIds.includes(siteId))) {
        bySite.set(site.siteId, hindsight(site, pointsOf(settled, site.siteId, unit.lossFactor), market.intervalMs));
      }
    }
    return bySite;
  }

  /** Weeks whose last interval nothing waits for any longer: written down as sums, and let go. */
  #close(): void {
    const closableUntilMs = weekStartMs(this.#ports.marketClock.nowMs() - WAITS_MS_MAX);
    const eldest = (): SettledUnit | undefined => this.#settled.values().next().value;
    for (let first = eldest(); first !== undefined && first.interval.startMs < closableUntilMs; first = eldest()) {
      const untilMs = weekEndMs(first.interval.startMs);
      const week = [...this.#settled.values()].filter(({ interval }) => interval.startMs < untilMs);
      this.#closed = closeWeek(this.#closed, untilMs, week, this.#hindsightOf(week));
      for (const settled of week) this.#settled.delete(keyOf(settled));
      this.#ports.journal.putFact(CLOSED, this.#closed);
      this.#hindsight = notLookedBack;
    }
  }

  #forget(): void {
    const { marketClock, market } = this.#ports;
    const nowMs = marketClock.nowMs();
    let neededMs: number = nowMs - market.intervalMs;
    for (const [
      key,
      {
        award: { interval },
      },
    ] of this.#waiting) {
      if (interval.startMs < nowMs - WAITS_MS_MAX) this.#waiting.delete(key);
      else neededMs = Math.min(neededMs, interval.startMs);
    }
    for (const book of this.#counters.values()) book.forgetBefore(marketClock.toWallMs(neededMs as UtcMs));
  }
}

interface Waiting {
  readonly award: Award;
  readonly reserves: readonly ReserveAward[];
}

const CLOSED = "settlement.closed";
const notLookedBack = { atCount: 0, bySite: new Map<string, Hindsight>() };

const WAITS_MS_MAX = 7 * 24 * 3_600_000;
/** Longer than any backlog a site sends while it catches up. */
const SOC_KEPT_MS = (24 * 3_600_000) as Ms;

const pointsOf = (settled: readonly SettledUnit[], siteId: string, lossFactor: number): readonly HindsightPoint[] =>
  settled.flatMap(({ interval, pricePerMWh, sites }) => {
    const site = sites.find((each) => each.siteId === siteId);
    if (site?.socStart === undefined || site.socEnd === undefined) return [];
    const { socStart, socEnd, amount, cost } = site;
    return [{ startMs: interval.startMs, pricePerMWh: pricePerMWh * lossFactor, socStart, socEnd, amount, cost }];
  });

const keyOf = ({ unitId, interval }: { unitId: string; interval: Interval }): string => `${unitId} ${interval.startMs}`;
