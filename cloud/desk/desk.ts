import { type CodedError, describeError, fail, ok, type Result } from "@penstock/protocol/result";
import { type Clock, type Interval, intervalAt, nextInterval, type Timer } from "@penstock/protocol/time";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { CloudConfig, UnitEntry } from "../config/cloud-config.ts";
import type { OfferedCurve } from "../dispatch/split-award.ts";
import type { Forecaster, PriceForecast } from "../forecast/forecaster.ts";
import type { Market } from "../markets/market.ts";
import type { PriceHistory } from "../prices/index.ts";
import type { Strategy } from "../strategies/strategy.ts";
import { BidBook } from "./bid-book.ts";
import { type BidMaking, fixedBandPrices, makeBid, sitesOf } from "./bid-maker.ts";
import { type BidAuthor, type BidRecord, instantText } from "./bid-record.ts";
import { attestSites, decideOffer, type Offer, withdrawal } from "./decide-offer.ts";
import { fetchResults } from "./fetch-results.ts";
import type { Journal } from "./journal.ts";
import type { MarketClock } from "./market-clock.ts";
import type { DispatchResults, MarketOperator } from "./market-operator.ts";
import type { SiteReadings } from "./site-reading.ts";

export interface DeskPorts {
  readonly clock: Clock;
  readonly marketClock: MarketClock;
  readonly config: CloudConfig;
  readonly market: Market;
  readonly strategy: Strategy;
  readonly forecaster: Forecaster;
  readonly operator: MarketOperator;
  readonly journal: Journal;
  readonly readings: SiteReadings;
  /** Prices as known now. The desk has no other door to a price. */
  readonly history: () => PriceHistory;
  readonly onEvent: (event: DeskEvent) => void;
}

export type DeskEvent =
  /** A bid came to be or changed its state. */
  | { readonly type: "bid"; readonly record: BidRecord; readonly isNew: boolean }
  /** An interval was cleared. `standing` are the bids it was cleared on, by unit. */
  | { readonly type: "results"; readonly results: DispatchResults; readonly standing: ReadonlyMap<string, BidRecord> }
  | { readonly type: "alarm"; readonly alarm: DeskAlarm };

export interface DeskAlarm {
  readonly code: string;
  readonly text: string;
  readonly unitId?: string;
  readonly intervalStartMs: UtcMs;
}

/**
 * The shell around a market: it keeps the calendar, gathers what the pure parts need, and lets their bids out or not.
 * For every interval and unit: decide some time before the gate closes, let the gate close, fetch what was cleared.
 * Everything is written down before it leaves.
 */
export class Desk {
  readonly #ports: DeskPorts;
  readonly #book: BidBook;
  readonly #timers = new Set<Timer>();
  readonly #lastOffers = new Map<string, readonly OfferedCurve[]>();
  #isRunning = false;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    this.#book = new BidBook(ports.journal, () => ports.clock.nowMs());
  }

  /** Goes on where the journal ends: what was cleared is told again, what was missed is asked for. */
  start(): void {
    const { market, marketClock } = this.#ports;
    this.#isRunning = true;
    const nowMs = marketClock.nowMs();
    const current = intervalAt(nowMs, market.intervalMs);
    const day = market.tradingDay(nowMs);
    this.#book.restore({ startMs: day.startMs, endMs: (day.endMs + (day.endMs - day.startMs)) as UtcMs });
    for (const { bid, offers, kind } of this.#book.from(day.startMs)) {
      if (kind === "offer") this.#lastOffers.set(bid.unitId, offers);
    }
    this.#resume(current);
    const next = nextInterval(current);
    this.#keep(next);
  }

  stop(): void {
    this.#isRunning = false;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  /** Lets a waiting bid out. Refused when it is not waiting or its gate has closed. */
  approve(bidId: string, by: string): Result<BidRecord> {
    const record = this.#book.get(bidId);
    if (record === undefined) return fail({ code: "desk.unknown-bid", bidId });
    if (record.state !== "built") return fail({ code: "desk.not-waiting", bidId, state: record.state });
    if (!this.#isOpen(record.bid.interval)) return fail({ code: "desk.gate-closed", bidId });
    this.#journalGate(record, "approved", by);
    this.#submit(record, by);
    return ok(this.#book.get(bidId) ?? record);
  }

  /** A person's own bid: per site, what to deliver at which price. It takes the place of the algorithm's. */
  offer(unitId: string, interval: Interval, curves: readonly OfferedCurve[], by: string): Result<BidRecord> {
    const entry = this.#ports.config.units.find(({ unit }) => unit.id === unitId);
    if (entry === undefined) return fail({ code: "desk.unknown-unit", unitId });
    if (!this.#isOpen(interval)) return fail({ code: "desk.gate-closed", unitId });
    const { attested, leftOut } = this.#attest(entry, interval);
    const unknown = curves.find(({ siteId }) => !attested.some(({ capability }) => capability.siteId === siteId));
    if (unknown !== undefined) {
      const error = leftOut.find(({ siteId }) => siteId === unknown.siteId);
      return fail(error ?? { code: "desk.foreign-site", unitId, siteId: unknown.siteId });
    }
    const offer: Offer = { kind: "offer", because: `bid of ${by}`, sites: attested, offers: curves, leftOut };
    const made = this.#make(entry, interval, offer, { type: "person", name: by }, this.#forecast(interval));
    if (!made.ok) return made;
    if (made.value.state === "built") {
      for (const { bidId, state } of this.#book.of(unitId, interval)) {
        if (state === "built" && bidId !== made.value.bidId) this.#changed(this.#book.change(bidId, "void", { by }));
      }
      this.#submit(made.value, by);
    }
    return ok(this.#book.get(made.value.bidId) ?? made.value);
  }

  /** Bids for the interval that contains an instant and all later ones. */
  records(fromMs: UtcMs): readonly BidRecord[] {
    return this.#book.from(intervalAt(fromMs, this.#ports.market.intervalMs).startMs);
  }

  /** One interval's calendar, and in time the next one's. */
  #keep(interval: Interval): void {
    const { config, market } = this.#ports;
    const { decideBeforeGateMs, decideBeforeApprovalMs } = config.desk;
    const gateMs = market.gateClosureMs(interval);
    const following = nextInterval(interval);
    const firstLeadMs = Math.max(decideBeforeGateMs, decideBeforeApprovalMs);
    for (const leadMs of [decideBeforeApprovalMs, decideBeforeGateMs]) {
      const entries = config.units.filter(
        ({ gate }) => gate !== "off" && (gate === "approve") === (leadMs === decideBeforeApprovalMs),
      );
      if (entries.length > 0) this.#at((gateMs - leadMs) as UtcMs, () => this.#decide(entries, interval));
    }
    this.#at((gateMs + 1) as UtcMs, () => this.#closeGate(interval));
    this.#at(interval.startMs, () => this.#fetch(interval));
    this.#at((market.gateClosureMs(following) - firstLeadMs) as UtcMs, () => this.#keep(following));
  }

  #decide(entries: readonly UnitEntry[], interval: Interval): void {
    if (!this.#isOpen(interval)) return;
    const forecast = this.#forecast(interval);
    if (forecast.ok) this.#journalForecast(forecast.value, interval);
    for (const entry of entries) this.#decideUnit(entry, interval, forecast);
  }

  #decideUnit(entry: UnitEntry, interval: Interval, forecast: Result<PriceForecast, CodedError>): void {
    const { market, strategy, marketClock } = this.#ports;
    const { unit } = entry;
    if (this.#book.of(unit.id, interval).some(({ author }) => author.type === "algorithm")) return;
    const { attested, leftOut } = this.#attest(entry, interval);
    for (const error of leftOut) this.#alarm(error, interval, unit.id);
    const offer = decideOffer({
      asOfMs: marketClock.nowMs(),
      interval,
      attested,
      leftOut,
      forecast,
      constants: market.constantsAt(interval.startMs, unit),
      strategy,
      lastOffers: this.#lastOffers.get(unit.id) ?? [],
    });
    if (offer.alarm !== undefined) this.#alarm(offer.alarm, interval, unit.id);
    const made = this.#make(entry, interval, offer, { type: "algorithm" }, forecast);
    if (!made.ok) {
      this.#alarm(made.error, interval, unit.id);
      return;
    }
    if (made.value.state === "built") {
      if (offer.kind === "offer") this.#lastOffers.set(unit.id, offer.offers);
      this.#openGate(made.value);
      return;
    }
    // What cannot be delivered or breaks a rule is replaced by nothing, said out loud: silence would leave the
    // operator with an older bid.
    const refusal = { code: "desk.bid-refused", rules: made.value.refusals.map(({ rule }) => rule) };
    this.#alarm(refusal, interval, unit.id);
    const nothing = this.#make(entry, interval, withdrawal(leftOut, refusal), { type: "algorithm" }, forecast);
    if (nothing.ok && nothing.value.state === "built") this.#openGate(nothing.value);
  }

  #openGate(record: BidRecord): void {
    const { unitId, interval } = record.bid;
    const persons = this.#book
      .of(unitId, interval)
      .find(({ author, state }) => author.type === "person" && state !== "refused" && state !== "void");
    if (persons !== undefined) {
      this.#changed(this.#book.change(record.bidId, "void", { by: persons.bidId }));
      return;
    }
    this.#journalGate(record, record.gate === "auto" ? "opened" : "held", "desk");
    if (record.gate === "auto") this.#submit(record, "desk");
  }

  #submit(record: BidRecord, by: string): void {
    const { market, operator } = this.#ports;
    const bidFile = market.encodeBids([record.bid]);
    this.#changed(this.#book.change(record.bidId, "submitted", { by, bidFile }));
    operator.submit(bidFile, (answer) => {
      if (answer.ok) {
        this.#changed(this.#book.change(record.bidId, "accepted"));
        return;
      }
      const { code, violations } = answer.error;
      const refusals =
        violations.length > 0 ? violations : [{ rule: code, where: "operator", message: describeError(answer.error) }];
      this.#changed(this.#book.change(record.bidId, "refused", { refusals }));
      this.#alarm({ code, rules: refusals.map(({ rule }) => rule) }, record.bid.interval, record.bid.unitId);
    });
  }

  #closeGate(interval: Interval): void {
    for (const { bidId, state, bid } of this.#book.from(interval.startMs)) {
      if (state === "built" && bid.interval.startMs === interval.startMs) {
        this.#changed(this.#book.change(bidId, "lapsed"));
      }
    }
  }

  #fetch(interval: Interval): void {
    fetchResults(
      this.#ports,
      (atMs, action) => this.#at(atMs, action),
      interval,
      (answer) => {
        if (answer.ok) this.#cleared(answer.value);
        else this.#alarm(answer.error, interval);
      },
    );
    const day = this.#ports.market.tradingDay(interval.startMs);
    if (day.startMs === interval.startMs) this.#book.forgetBefore(day.startMs);
  }

  #cleared(results: DispatchResults): void {
    const { clock, journal } = this.#ports;
    const { interval } = results;
    const about = { knownAtMs: clock.nowMs(), intervalStartMs: interval.startMs };
    journal.append({ kind: "award", id: `award.${instantText(interval.startMs)}`, ...about, body: results });
    this.#tell(results);
  }

  #tell(results: DispatchResults): void {
    const standing = new Map<string, BidRecord>();
    for (const { unitId } of results.awards) {
      const record = this.#book.standing(unitId, results.interval);
      if (record === undefined) continue;
      const cleared = record.state === "cleared" ? record : this.#book.change(record.bidId, "cleared");
      standing.set(unitId, cleared);
      this.#changed(cleared);
    }
    this.#ports.onEvent({ type: "results", results, standing });
  }

  #resume(current: Interval): void {
    const { journal, market } = this.#ports;
    const since = { startMs: (current.startMs - CATCH_UP_MS) as UtcMs, endMs: current.endMs };
    const known = journal.entries("award", since);
    const last = known.at(-1)?.body as DispatchResults | undefined;
    if (last === undefined) return; // The first start ever: nothing was missed.
    if (last.interval.startMs === current.startMs) this.#tell(last);
    for (let missed = nextInterval(last.interval); missed.startMs <= current.startMs; missed = nextInterval(missed)) {
      this.#fetch(intervalAt(missed.startMs, market.intervalMs));
    }
  }

  #make(
    entry: UnitEntry,
    interval: Interval,
    offer: Offer,
    author: BidAuthor,
    forecast: Result<PriceForecast, CodedError>,
  ): Result<BidRecord, CodedError> {
    const { market, journal, strategy, marketClock, history } = this.#ports;
    const decidedAtMs = marketClock.nowMs();
    const day = market.tradingDay(interval.startMs);
    const sites = offer.sites;
    const inputs = { market, journal, strategy, entry, sites, forecast, interval, asOfMs: decidedAtMs };
    const bandPrices = fixedBandPrices(inputs, day);
    if (!bandPrices.ok) return bandPrices;
    const following = market.tradingDay(day.endMs);
    if (decidedAtMs >= market.bandPriceGateMs(following) - BAND_PRICES_AHEAD_MS && sites.length > 0) {
      const ahead = fixedBandPrices(inputs, following);
      if (!ahead.ok) this.#alarm(ahead.error, interval, entry.unit.id);
    }
    const making: BidMaking = {
      entry,
      interval,
      offer,
      bandPrices: bandPrices.value,
      versionNumber: this.#book.nextVersion(entry.unit.id, day),
      author,
      decidedAtMs,
      history: history(),
    };
    const made = makeBid(market, making);
    if (made.ok) {
      this.#book.add(made.value);
      this.#changed(made.value, true);
    }
    return made;
  }

  #attest(entry: UnitEntry, interval: Interval) {
    const { clock, config, readings, marketClock } = this.#ports;
    return attestSites(sitesOf(entry, config.sites), readings, {
      nowMs: clock.nowMs(),
      ageMsMax: config.desk.telemetryAgeMsMax,
      startMs: interval.startMs,
      toMarketMs: (wallMs) => marketClock.toMarketMs(wallMs),
    });
  }

  #forecast(interval: Interval): Result<PriceForecast, CodedError> {
    const { config, forecaster, history, market } = this.#ports;
    const known = history();
    // While the bands of the next trading day are being chosen the forecast has to reach its end.
    const day = market.tradingDay(interval.startMs);
    const following = market.tradingDay(day.endMs);
    const isChoosing = interval.startMs >= market.bandPriceGateMs(following) - 2 * BAND_PRICES_AHEAD_MS;
    const untilMs = Math.max(interval.startMs + config.desk.horizonMs, isChoosing ? following.endMs : day.endMs);
    return forecaster.forecast(known, Math.ceil((untilMs - known.endMs) / market.intervalMs));
  }

  #isOpen(interval: Interval): boolean {
    return this.#ports.marketClock.nowMs() <= this.#ports.market.gateClosureMs(interval);
  }

  #at(marketMs: UtcMs, action: () => void): void {
    const timer = this.#ports.marketClock.at(marketMs, () => {
      this.#timers.delete(timer);
      if (this.#isRunning) action();
    });
    this.#timers.add(timer);
  }

  #changed(record: BidRecord, isNew = false): void {
    this.#ports.onEvent({ type: "bid", record, isNew });
  }

  #alarm(error: CodedError, interval: Interval, unitId?: string): void {
    const { clock, journal, onEvent } = this.#ports;
    const unit = unitId === undefined ? {} : { unitId };
    const alarm: DeskAlarm = {
      code: error.code,
      text: describeError(error),
      intervalStartMs: interval.startMs,
      ...unit,
    };
    const id = `alarm.${unitId ?? "market"}.${instantText(interval.startMs)}.${error.code}`;
    journal.append({
      kind: "desk-alarm",
      id,
      knownAtMs: clock.nowMs(),
      intervalStartMs: interval.startMs,
      ...unit,
      body: alarm,
    });
    onEvent({ type: "alarm", alarm });
  }

  #journalGate(record: BidRecord, decision: "opened" | "held" | "approved", by: string): void {
    const { clock, journal } = this.#ports;
    const { unitId, interval } = record.bid;
    const about = { knownAtMs: clock.nowMs(), intervalStartMs: interval.startMs, unitId };
    const body = { bidId: record.bidId, gate: record.gate, decision, by };
    journal.append({ kind: "gate-decision", id: `gate.${record.bidId}.${decision}`, ...about, body });
  }

  #journalForecast(forecast: PriceForecast, interval: Interval): void {
    const { clock, journal } = this.#ports;
    const index = Math.round((interval.startMs - forecast.startMs) / forecast.intervalMs);
    const body = {
      forecaster: forecast.forecaster,
      asOfMs: forecast.asOfMs,
      mean: forecast.mean[index] ?? null,
      quantiles: forecast.quantiles.map(({ p, prices }) => ({ p, price: prices[index] ?? null })),
    };
    const id = `forecast.${instantText(interval.startMs)}.${forecast.asOfMs}`;
    journal.append({ kind: "forecast", id, knownAtMs: clock.nowMs(), intervalStartMs: interval.startMs, body });
  }
}

/** After a longer outage the operator's statements are the source, not its dispatch results. */
const CATCH_UP_MS: Ms = (24 * 3_600_000) as Ms;
/** Bands of the next day are chosen this long before their gate closes, so that a failed attempt can be repeated. */
const BAND_PRICES_AHEAD_MS = 30 * 60_000;
