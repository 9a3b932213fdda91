import type { MqttLink } from "@penstock/protocol/link";
import { type CodedError, invariant, type Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import { type Clock, intervalAt, type Timer } from "@penstock/protocol/time";
import { Ms, minutes, seconds, type UtcMs, type W } from "@penstock/protocol/units";
import type { CloudConfig } from "./config/cloud-config.ts";
import type { BidChange } from "./desk/bid-book.ts";
import { CountKeeper, type ReportCounts } from "./desk/count-keeper.ts";
import { Desk, type DeskAlarm, type DeskEvent } from "./desk/desk.ts";
import { deskAct } from "./desk/desk-actions.ts";
import { type BidStory, explainBid } from "./desk/explain-bid.ts";
import type { Journal } from "./desk/journal.ts";
import { MarketClock } from "./desk/market-clock.ts";
import type { MarketOperator } from "./desk/market-operator.ts";
import type { Person } from "./desk/person.ts";
import { SimulatedOperator } from "./desk/simulated-operator.ts";
import { SiteTable, settledPowerW, type ToldValue } from "./desk/site-table.ts";
import { unitTelemetry } from "./desk/unit-telemetry.ts";
import { type DeliveriesDocument, deliveryDocument } from "./dispatch/deliveries-document.ts";
import { type DispatchEvent, Dispatcher } from "./dispatch/dispatcher.ts";
import type { OperatorWish } from "./dispatch/fleet-target.ts";
import { readyFor } from "./dispatch/ready-for.ts";
import type { FleetInput } from "./fleet/index.ts";
import { forecasters } from "./forecast/index.ts";
import { Ingest, type IngestEvent } from "./ingest/index.ts";
import { anchorOf, strategyOf } from "./market-start.ts";
import { type Market, marketOf } from "./markets/index.ts";
import { type ModelEvent, type ModelReport, ModelService, type ModelSource } from "./models/model-service.ts";
import { noteModelEvent } from "./models/note-model-event.ts";
import type { OnnxOpener } from "./models/open-model.ts";
import { generateReservePrices, PriceHistory, type PriceSeries, type ReservePrices } from "./prices/index.ts";
import { sampleOf } from "./settlement/sample-of.ts";
import { Settlement, type SettlementTotals } from "./settlement/settlement.ts";
import type { CloudStore, StreamLedger, TelemetryRecord } from "./store/index.ts";
import type { ValueTrainer } from "./strategies/learned-strategy.ts";
import { tellFleet, toldAward, toldBid } from "./tell-fleet.ts";

export interface AggregatorOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly config: CloudConfig;
  readonly store: CloudStore;
  readonly link: MqttLink;
  readonly prices: PriceSeries;
  /** What the simulated operator clears reserves at; generated beside the series when absent. */
  readonly reservePrices?: ReservePrices;
  /** Where the learning strategy learns; at once and in place when absent. */
  readonly trainer?: ValueTrainer;
  /** A market operator; without one a simulated one clears at the series' prices. */
  readonly operator?: MarketOperator;
  /** Who is told what the fleet is doing. */
  readonly fleet?: FleetInput;
  /** Learned models: the champion forecasts, and the configured forecaster stands in for it. Absent: that one alone. */
  readonly models?: { readonly source: ModelSource; readonly openOnnx: OnnxOpener };
}

export interface AggregatorReport extends Omit<SettlementTotals, "share">, ReportCounts {
  readonly marketTimeMs: UtcMs;
  readonly perfectForesightShare: number | null;
  readonly pricesGenerated: boolean;
  readonly pricesSource: string;
  /** Each model that was asked since the start, how long it took and how it did; empty without a registry. */
  readonly models: readonly ModelReport[];
  readonly ledgers: readonly StreamLedger[];
}

/** Of generated reserve prices: as dear as a scarce day's. */
const RESERVE_PRICE_MAX = 1_000;
/** What a restart reads back for answers still under way. */
const RECENT_MS = minutes(60);
const RECENT_RECORDS_MAX = 20_000;
const DELIVERIES_SHOWN = 200;

/**
 * The whole cloud but for its sockets: ingest, desk, dispatch and settlement on one clock and one store. What a
 * restart needs is in the store, so that a killed aggregator goes on in the same market time, with the same awards
 * and with lease numbers that were never used.
 */
export class Aggregator {
  readonly ingest: Ingest;
  readonly desk: Desk;
  readonly #options: AggregatorOptions;
  readonly #market: Market;
  readonly #journal: Journal;
  readonly #marketClock: MarketClock;
  readonly #sites = new SiteTable();
  readonly #dispatcher: Dispatcher;
  readonly #settlement: Settlement;
  readonly #timers: Timer[] = [];
  readonly #counts: CountKeeper;
  readonly #simulatedOperator: SimulatedOperator | undefined;
  readonly #models: ModelService | undefined;

  constructor(options: AggregatorOptions) {
    const { clock, rng, config, store, link, prices } = options;
    this.#options = options;
    const market = marketOf(config.market.id);
    const forecaster = forecasters[config.forecaster];
    const strategy = strategyOf(options, market);
    invariant(strategy !== undefined, `no strategy is named ${config.strategy}`);
    invariant(forecaster !== undefined, `no forecaster is named ${config.forecaster}`);
    this.#market = market;
    this.#marketClock = new MarketClock(clock, anchorOf(options, market));
    const journal: Journal = {
      append: (entry) => store.append(entry),
      entries: (kind, span) => store.entries(kind, span) as ReturnType<Journal["entries"]>,
      fact: (key) => store.fact(key),
      putFact: (key, value) => store.putFact(key, value),
    };
    this.#journal = journal;
    const nowMs = () => this.#marketClock.nowMs();
    this.ingest = new Ingest({
      hostId: "penstock-cloud",
      clock,
      rng: rng.fork("ingest"),
      link,
      store,
      sites: config.sites,
    });
    this.ingest.listen((event) => this.#ingested(event));
    const ports = { clock, marketClock: this.#marketClock, config, market, journal };
    this.#settlement = new Settlement(ports);
    this.#dispatcher = new Dispatcher({
      ...ports,
      isOnline: (siteId) => this.ingest.isOnline(siteId),
      readings: (siteId) => this.#sites.reading(siteId),
      send: ({ siteId }, envelope) => this.ingest.sendLease(siteId, envelope),
      onEvent: (event) => this.#dispatched(event),
    });
    this.#counts = new CountKeeper(journal, () => this.#dispatcher.ledger.counts());
    const units = config.units.map(({ unit }) => unit);
    const measuredW = (unitId: string) => this.#measuredW(unitId);
    const telemetry = (unitId: string) =>
      unitTelemetry(
        config.sites.filter(({ siteId }) => this.#siteIdsOf(unitId).includes(siteId)),
        (siteId) => this.#sites.reading(siteId),
      );
    const reservePrices = options.reservePrices ?? generateReservePrices(prices, RESERVE_PRICE_MAX);
    this.#simulatedOperator =
      options.operator === undefined
        ? new SimulatedOperator({ market, units, series: prices, reservePrices, nowMs, measuredW, telemetry })
        : undefined;
    const operator = options.operator ?? this.#simulatedOperator;
    invariant(operator !== undefined, "an operator is given or simulated");
    this.#models =
      options.models === undefined
        ? undefined
        : new ModelService({
            ...options.models,
            target: `${market.id}:${prices.region}`,
            fallback: forecaster,
            stopwatchMs: () => clock.monotonicMs(),
            onEvent: (event) => this.#modelled(event),
          });
    this.desk = new Desk({
      ...ports,
      strategy,
      forecaster: this.#models ?? forecaster,
      operator,
      readings: (siteId) => this.#sites.reading(siteId),
      history: () => PriceHistory.asOf(prices, nowMs()),
      onEvent: (event) => this.#decided(event),
    });
  }

  start(): void {
    const { clock, config, fleet, prices, store } = this.#options;
    for (const { siteId } of config.sites) this.#sites.take(siteId, siteValues(this.ingest.latest(siteId)));
    this.#settlement.restore((siteId, wall) => store.counters(siteId, wall));
    this.#restoreRecent();
    this.ingest.start();
    this.desk.start();
    if (fleet === undefined) return;
    const parts = {
      market: this.#market,
      marketClock: this.#marketClock,
      desk: this.desk,
      settlement: this.#settlement,
    };
    this.#timers.push(...tellFleet(fleet, { clock, config, store, prices, ...parts }));
  }

  /** An orderly end: no new leases, what has come is committed and acknowledged. */
  stop(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    this.desk.stop();
    this.#dispatcher.stop();
    this.ingest.stop();
  }

  /** Ends the trading and keeps listening: sites come to rest as their leases end, and what they send still arrives. */
  stopTrading(): void {
    this.desk.stop();
    this.#dispatcher.stop();
  }

  /** An operator's signal or instruction, from whichever line it came. */
  wished(wish: OperatorWish): Result<null, CodedError> {
    return this.#dispatcher.wished(wish);
  }

  /** What became of the newest leases. */
  deliveries(): DeliveriesDocument {
    const { ledger } = this.#dispatcher;
    const newest = ledger.recent().slice(-DELIVERIES_SHOWN).reverse();
    return {
      version: 1,
      atMs: this.#options.clock.nowMs(),
      currency: this.#market.currency,
      counts: ledger.counts(),
      deliveries: newest.map((delivery) =>
        deliveryDocument(delivery, this.#settlement.settledOf(delivery.unitId, delivery.intervalStartMs)),
      ),
    };
  }

  /** Why a bid was made and what became of it, from the journal. */
  explainBid(bidId: string): Result<BidStory, CodedError> {
    const units = this.#options.config.units.map(({ unit }) => unit);
    return explainBid({ journal: this.#journal, market: this.#market, units }, bidId);
  }

  /** An act of a person at the desk, by name: what it changes is shown at once. */
  act(act: string, body: unknown, by: Person): Result<object, CodedError> {
    const done = deskAct(this.desk.commands, this.#market.intervalMs, act, body, by);
    this.#options.fleet?.desk(this.desk.document());
    return done;
  }

  report(): AggregatorReport {
    const { config, prices, store } = this.#options;
    this.#settlement.settleWhatCanBe();
    const { share, ...totals } = this.#settlement.totals();
    return {
      ...totals,
      marketTimeMs: this.#marketClock.nowMs(),
      ...this.#counts.counts(),
      perfectForesightShare: share,
      pricesGenerated: prices.generated,
      pricesSource: prices.source,
      models: this.#models?.report() ?? [],
      ledgers: config.sites.flatMap(({ siteId }) => store.ledgers(siteId)),
    };
  }

  #ingested(event: IngestEvent): void {
    this.#options.fleet?.ingested(event);
    switch (event.type) {
      case "site-online":
        this.#sites.setOnline(event.siteId, true);
        this.#dispatcher.siteOnline(event.siteId);
        return;
      case "site-offline":
        this.#sites.setOnline(event.siteId, false);
        this.#dispatcher.siteOffline(event.siteId);
        return;
      case "values":
        if (event.device !== undefined) return;
        this.#sites.take(event.siteId, event.values);
        this.#learnSoc(event.siteId, event.values);
        return;
      case "record":
        this.#learnSocOf(event.record);
        return;
      case "lease-ack":
        this.#dispatcher.acked(event.siteId, event.ack);
        return;
      case "counters": {
        const source = this.#options.config.sites.find(({ siteId }) => siteId === event.siteId)?.settlementSource;
        const sample = source === undefined ? undefined : sampleOf(source, event.reading);
        if (sample !== undefined) this.#settlement.counted(event.siteId, sample);
      }
    }
  }

  #decided(event: DeskEvent): void {
    const { fleet } = this.#options;
    switch (event.type) {
      case "bid": {
        const { record } = event;
        this.#counts.bid(record.state, event.isNew);
        if (record.state !== "void") fleet?.bid(toldBid(record, this.#market, this.#siteIdsOf(record.bid.unitId)));
        return;
      }
      case "results": {
        const { results, standing, standingReserves } = event;
        this.#counts.keep();
        this.#settlement.cleared(results);
        for (const award of results.awards) {
          const record = standing.get(award.unitId);
          fleet?.cleared(toldAward(award, results));
          // Once the switch is pulled only what people bid is delivered.
          if (this.desk.killed() !== null && record?.author.type !== "person") continue;
          this.#dispatcher.dispatch(award, {
            offers: record?.offers ?? [],
            reserves: record?.reserves ?? [],
            ready: readyFor(this.#market, results, award, standingReserves.get(award.unitId)),
            isPersons: record?.author.type === "person",
          });
        }
        return;
      }
      case "killed":
        this.#dispatcher.restAlgorithm(this.#options.config.desk.onKill);
        return;
      case "alarm":
        this.#alarm(event.alarm);
    }
  }

  #alarm({ code, text, unitId }: Pick<DeskAlarm, "code" | "text" | "unitId">): void {
    this.#options.fleet?.alarm({
      error: { code },
      text,
      ...(unitId !== undefined && { subject: unitId }),
      // It is said again each interval while it holds; a little longer than one, and it is over.
      standsMs: Ms(Math.max(seconds(20), (1.5 * this.#market.intervalMs) / this.#options.config.market.speed)),
    });
  }

  #modelled(event: ModelEvent): void {
    noteModelEvent(event, {
      journal: this.#journal,
      nowMs: this.#options.clock.nowMs(),
      intervalStartMs: intervalAt(this.#marketClock.nowMs(), this.#market.intervalMs).startMs,
      alarm: (alarm) => this.#alarm(alarm),
    });
  }

  #dispatched(event: DispatchEvent): void {
    const { fleet } = this.#options;
    if (event.type === "target") fleet?.target(event.siteId, event.powerW ?? null);
  }

  /** What the desk, the simulated operator and the ledgers of an earlier process had at hand. */
  #restoreRecent(): void {
    const { config, store } = this.#options;
    const nowMs = this.#marketClock.nowMs();
    const recent = { startMs: (nowMs - RECENT_MS) as UtcMs, endMs: (nowMs + RECENT_MS) as UtcMs };
    this.#dispatcher.ledger.restore(recent);
    const submissions = store.entries("submission", recent).map(({ body }) => body as BidChange);
    this.#simulatedOperator?.restore(submissions.flatMap(({ bidFile }) => bidFile ?? []));
    const wall = this.#marketClock.wallInterval(recent);
    for (const { siteId } of config.sites) {
      for (const record of store.records(siteId, "telemetry", wall, RECENT_RECORDS_MAX)) this.#learnSocOf(record);
    }
  }

  #learnSocOf({ siteId, device, aboutMs, values }: TelemetryRecord): void {
    if (device !== undefined) return;
    this.#learnSoc(
      siteId,
      values.map(([name, value]) => ({ name, value, aboutMs })),
    );
  }

  #learnSoc(siteId: string, values: readonly ToldValue[]): void {
    for (const { name, value, aboutMs } of values) {
      if (name === "Energy/SoC" && typeof value === "number") this.#settlement.charged(siteId, aboutMs, value);
    }
  }

  #measuredW(unitId: string): W | undefined {
    let sumW = 0;
    for (const { siteId, settlementSource } of this.#options.config.sites) {
      if (!this.#siteIdsOf(unitId).includes(siteId)) continue;
      const powerW = settledPowerW(this.#sites.reading(siteId), settlementSource);
      if (powerW === undefined) return undefined;
      sumW += powerW;
    }
    return sumW as W;
  }

  #siteIdsOf(unitId: string): readonly string[] {
    return this.#options.config.units.find(({ unit }) => unit.id === unitId)?.unit.siteIds ?? [];
  }
}

const siteValues = (values: ReturnType<Ingest["latest"]>) => values.filter(({ device }) => device === undefined);
