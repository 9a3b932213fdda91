import { privateKeyFromSeed } from "@penstock/protocol/lease";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { Ms, MW, MWh, minutes, seconds, UtcMs, W, WPerS } from "@penstock/protocol/units";
import type { CloudConfig, DeskSettings, GateMode, SiteEntry, UnitEntry } from "../../config/cloud-config.ts";
import type { Forecaster } from "../../forecast/forecaster.ts";
import { yesterday } from "../../forecast/index.ts";
import { nem } from "../../markets/index.ts";
import { generatePrices, PriceHistory, type PriceSeries, type ReservePrices } from "../../prices/index.ts";
import { MemoryCloudStore } from "../../store/index.ts";
import { priceThreshold, type Strategy } from "../../strategies/index.ts";
import { Desk, type DeskAlarm, type DeskEvent } from "../desk.ts";
import type { Journal } from "../journal.ts";
import { MarketClock } from "../market-clock.ts";
import type { MarketOperator } from "../market-operator.ts";
import type { Person } from "../person.ts";
import { SimulatedOperator } from "../simulated-operator.ts";
import type { SiteReading } from "../site-reading.ts";

/** 2023-02-01 04:00 in NEM time: the start of a trading day. */
export const dayStartMs = UtcMs(Date.parse("2023-01-31T18:00:00Z"));
export const fiveMinutes = minutes(5);

export const siteEntry = (siteId: string, powerMW = 10, capacityMWh = 20): SiteEntry => ({
  siteId,
  groupId: "group",
  nodeId: siteId,
  capacityWh: MWh(capacityMWh),
  powerWMaxCharge: MW(powerMW),
  powerWMaxDischarge: MW(powerMW),
  socMin: 0.05,
  socMax: 0.95,
  efficiencyOneWay: 0.95,
  costPerMWh: 5,
  settlementSource: "grid",
});

export const unitEntry = (id: string, siteIds: readonly string[], gate: GateMode = "auto"): UnitEntry => ({
  unit: {
    id,
    region: "NSW1",
    siteIds,
    maxCapacityMW: 10 * siteIds.length,
    minLoadMW: 10 * siteIds.length,
    lossFactor: 0.98,
    rampMWPerMin: 60,
    storageMWh: 20 * siteIds.length,
  },
  gate,
});

export const cloudConfig = (sites: readonly SiteEntry[], units: readonly UnitEntry[], speed = 1): CloudConfig => ({
  sites,
  units,
  market: { id: "nem", speed },
  strategy: "price-threshold",
  forecaster: "yesterday",
  desk: {
    telemetryAgeMsMax: seconds(10),
    decideBeforeGateMs: seconds(30),
    decideBeforeApprovalMs: minutes(3),
    horizonMs: minutes(24 * 60),
    onKill: "run-out",
  },
  dispatch: {
    issuer: "desk",
    signingKey: { keyId: "desk", privateKey: privateKeyFromSeed(new Uint8Array(32).fill(7)) },
    priority: 5,
    fleetRampWPerS: WPerS(20e6),
    ackTimeoutMs: seconds(3),
  },
  counterGapMsMax: seconds(60),
});

/** Three days of labelled past and three of future around {@link dayStartMs}. */
export const series = (seed: number): PriceSeries =>
  generatePrices({
    rng: new Rng(seed),
    region: "NSW1",
    currency: "AUD",
    startMs: UtcMs(dayStartMs - 3 * 86_400_000),
    intervalMs: fiveMinutes,
    count: 6 * 288,
    knownAfterStartMs: Ms(0),
    floor: -1000,
    cap: 15_500,
    utcOffsetMs: 10 * 3_600_000,
  });

export const journalOn = (store: MemoryCloudStore): Journal => ({
  append: (entry) => store.append(entry),
  entries: (kind, span) => store.entries(kind, span) as ReturnType<Journal["entries"]>,
  fact: (key) => store.fact(key),
  putFact: (key, value) => store.putFact(key, value),
});

export const trader: Person = { name: "trader-1", role: "trader" };
export const approver: Person = { name: "approver-1", role: "approver" };

export interface DeskWorldOptions {
  readonly units?: readonly UnitEntry[];
  readonly sites?: readonly SiteEntry[];
  readonly strategy?: Strategy;
  readonly forecaster?: Forecaster;
  readonly startMs?: UtcMs;
  readonly desk?: Partial<DeskSettings>;
  readonly operator?: (world: DeskWorld) => MarketOperator;
}

/** A desk on a virtual clock with sites that say what a test wants. */
export class DeskWorld {
  readonly store = new MemoryCloudStore();
  readonly clock: SimClock;
  readonly config: CloudConfig;
  readonly series = series(1);
  /** What a test says reserves clear at; 5 everywhere else. */
  readonly reservePrices: ReservePrices = { generated: true, at: () => 5 };
  readonly marketClock: MarketClock;
  readonly silent = new Set<string>();
  readonly readings = new Map<string, Partial<SiteReading>>();
  readonly #options: DeskWorldOptions;
  events: DeskEvent[] = [];
  operator: MarketOperator;
  desk: Desk;

  constructor(options: DeskWorldOptions = {}) {
    const sites = options.sites ?? [siteEntry("park")];
    const units = options.units ?? [unitEntry("PNSTK1", ["park"])];
    const startMs = options.startMs ?? UtcMs(dayStartMs - fiveMinutes);
    this.#options = options;
    this.clock = new SimClock(startMs);
    const config = cloudConfig(sites, units);
    this.config = { ...config, desk: { ...config.desk, ...options.desk } };
    this.marketClock = new MarketClock(this.clock, { wallMs: startMs, marketMs: startMs, speed: 1 });
    this.operator = options.operator?.(this) ?? this.newOperator();
    this.desk = this.newDesk();
  }

  newOperator(): SimulatedOperator {
    return new SimulatedOperator({
      market: nem,
      units: this.config.units.map(({ unit }) => unit),
      series: this.series,
      reservePrices: this.reservePrices,
      nowMs: () => this.marketClock.nowMs(),
      measuredW: () => W(0),
    });
  }

  newDesk(): Desk {
    const { strategy = priceThreshold, forecaster = yesterday } = this.#options;
    return new Desk({
      clock: this.clock,
      marketClock: this.marketClock,
      config: this.config,
      market: nem,
      strategy,
      forecaster,
      operator: this.operator,
      journal: journalOn(this.store),
      readings: (siteId) => this.reading(siteId),
      history: () => PriceHistory.asOf(this.series, this.marketClock.nowMs()),
      onEvent: (event) => this.events.push(event),
    });
  }

  reading(siteId: string): SiteReading {
    return {
      online: true,
      measuredAtMs: UtcMs(this.clock.nowMs() - (this.silent.has(siteId) ? 60_000 : 500)),
      soc: 0.5,
      capacityWh: MWh(20),
      powerWMaxCharge: MW(10),
      powerWMaxDischarge: MW(10),
      batteryPowerW: W(0),
      gridPowerW: W(0),
      capabilityHash: "settings-1",
      ...this.readings.get(siteId),
    };
  }

  get alarms(): readonly DeskAlarm[] {
    return this.events.flatMap((event) => (event.type === "alarm" ? [event.alarm] : []));
  }

  get results() {
    return this.events.flatMap((event) => (event.type === "results" ? [event] : []));
  }
}
