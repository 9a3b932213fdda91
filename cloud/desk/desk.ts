import type { DeskAct, DeskDocument } from "@penstock/protocol/fleet";
import type { CodedError, Result } from "@penstock/protocol/result";
import { type Interval, intervalAt, nextInterval, type Timer } from "@penstock/protocol/time";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { UnitEntry } from "../config/cloud-config.ts";
import type { OfferedCurve } from "../dispatch/split-award.ts";
import type { PriceForecast } from "../forecast/forecaster.ts";
import { type LoggedAct, latestActs } from "./act-log.ts";
import { type BidRecord, instantText, isReleased } from "./bid-record.ts";
import { decideOffer, withdrawal } from "./decide-offer.ts";
import { DeskBooks } from "./desk-books.ts";
import { DeskCommands } from "./desk-commands.ts";
import type { DeskPorts } from "./desk-ports.ts";
import { deskView } from "./desk-view.ts";
import { Drafting } from "./drafting.ts";
import { fetchResults } from "./fetch-results.ts";
import { journalForecast } from "./forecast-document.ts";
import { energyProduct, reserveProduct } from "./gate-book.ts";
import type { DispatchResults } from "./market-operator.ts";
import { type Passage, passGates } from "./pass-gates.ts";
import { AheadCalendar } from "./reserves/ahead-calendar.ts";
import { decideReserves } from "./reserves/decide-reserves.ts";
import { Submissions } from "./submissions.ts";
import { lapseWaiting, undecidedUnits } from "./waiting-bids.ts";

export type { DeskAlarm, DeskEvent, DeskPorts } from "./desk-ports.ts";

/**
 * The shell around a market: it keeps the calendar, gathers what the pure parts need, and lets their bids out or not.
 * For every interval and unit: decide some time before the gate closes, let the gate close, fetch what was cleared.
 * The algorithm decides whatever the gates say; everything is written down before it leaves.
 */
export class Desk {
  /** What people do here. */
  readonly commands: DeskCommands;
  readonly #ports: DeskPorts;
  readonly #books: DeskBooks;
  readonly #drafting: Drafting;
  readonly #submissions: Submissions;
  /** Where reserves are sold ahead of energy. */
  readonly #ahead: AheadCalendar | undefined;
  readonly #timers = new Set<Timer>();
  readonly #lastOffers = new Map<string, readonly OfferedCurve[]>();
  #isRunning = false;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    this.#books = new DeskBooks(ports);
    this.#drafting = new Drafting(this.#books);
    this.#submissions = new Submissions(this.#books, this.#drafting);
    const auction = ports.market.reserves?.ahead;
    this.#ahead =
      auction === undefined
        ? undefined
        : new AheadCalendar({
            ...{ books: this.#books, auction },
            at: (marketMs, action) => this.#at(marketMs, action),
            decide: (block, whom) => this.#decideAllReserves(block, whom),
            closeGate: (block) => lapseWaiting(this.#books, block, [reserveProduct]),
          });
    this.commands = new DeskCommands({
      books: this.#books,
      drafting: this.#drafting,
      submissions: this.#submissions,
      decideAgain: (entry, interval, product) => {
        if (product === energyProduct) this.#decideUnit(entry, interval, this.#drafting.forecast(interval));
        else this.#decideReserves(entry, interval);
      },
    });
  }

  /** Goes on where the journal ends: what was cleared is told again, what was missed is asked for. */
  start(): void {
    const { market, marketClock } = this.#ports;
    this.#isRunning = true;
    const nowMs = marketClock.nowMs();
    const current = intervalAt(nowMs, market.intervalMs);
    const day = market.tradingDay(nowMs);
    this.#books.bids.restore({
      startMs: this.#rememberedFrom(day),
      endMs: (day.endMs + (day.endMs - day.startMs)) as UtcMs,
    });
    for (const { bid, offers, kind, product } of this.#books.bids.from(day.startMs)) {
      if (kind === "offer" && product === energyProduct) this.#lastOffers.set(bid.unitId, offers);
    }
    this.#ahead?.start();
    this.#books.reservePrices.restore(this.#ports.journal, nowMs);
    this.#resume(current);
    this.#keep(nextInterval(current));
  }

  stop(): void {
    this.#isRunning = false;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  /** Bids for the interval that contains an instant and all later ones. */
  records(fromMs: UtcMs): readonly BidRecord[] {
    return this.#books.bids.from(intervalAt(fromMs, this.#ports.market.intervalMs).startMs);
  }

  /** What people see of it. */
  document(): DeskDocument {
    return deskView(this.#books);
  }

  /** What people did here lately, newest first. */
  acts(): readonly LoggedAct[] {
    return latestActs(this.#ports, ACTS_SHOWN);
  }

  /** Null while the algorithm may bid. */
  killed(): DeskAct | null {
    return this.#books.kill.state();
  }

  /** One interval's calendar, and in time the next one's. */
  #keep(interval: Interval): void {
    const { config, market } = this.#ports;
    const { decideBeforeGateMs, decideBeforeApprovalMs } = config.desk;
    const gateMs = market.gateClosureMs(interval);
    const following = nextInterval(interval);
    const firstLeadMs = Math.max(decideBeforeGateMs, decideBeforeApprovalMs);
    this.#at((gateMs - decideBeforeApprovalMs) as UtcMs, () => this.#decide(interval, "awaiting"));
    this.#at((gateMs - decideBeforeGateMs) as UtcMs, () => this.#decide(interval, "all"));
    this.#at((gateMs + 1) as UtcMs, () =>
      lapseWaiting(this.#books, interval, this.#ahead === undefined ? everyProduct : [energyProduct]),
    );
    this.#at(interval.startMs, () => this.#fetch(interval));
    this.#at((market.gateClosureMs(following) - firstLeadMs) as UtcMs, () => this.#keep(following));
  }

  #decide(interval: Interval, whom: "awaiting" | "all"): void {
    this.#decideEnergy(undecidedUnits(this.#books, interval, energyProduct, whom), interval);
    if (this.#ahead === undefined) this.#decideAllReserves(interval, whom);
  }

  #decideAllReserves(interval: Interval, whom: "awaiting" | "all"): void {
    for (const entry of undecidedUnits(this.#books, interval, reserveProduct, whom))
      this.#decideReserves(entry, interval);
  }

  #decideReserves(entry: UnitEntry, interval: Interval): void {
    const { reserves } = entry;
    if (reserves === undefined) return;
    const { made, withheldBecause } = decideReserves(this.#books, this.#drafting, { ...entry, reserves }, interval);
    if (!made.ok) this.#books.alarm(made.error, interval, entry.unit.id);
    else if (withheldBecause !== undefined) this.#books.logGate(made.value, "withheld", "desk", withheldBecause);
    else if (made.value.state === "built") this.#openGate(made.value);
    else if (made.value.state === "lapsed") this.#books.alarm(tooLate(made.value), interval, entry.unit.id);
  }

  #decideEnergy(undecided: readonly UnitEntry[], interval: Interval): void {
    if (undecided.length === 0) return;
    const forecast = this.#drafting.forecast(interval);
    if (forecast.ok) journalForecast(this.#ports, forecast.value, interval);
    for (const entry of undecided) this.#decideUnit(entry, interval, forecast);
  }

  #decideUnit(entry: UnitEntry, interval: Interval, forecast: Result<PriceForecast, CodedError>): void {
    const { market, strategy, marketClock, history } = this.#ports;
    const { unit } = entry;
    const { attested, leftOut } = this.#drafting.attest(entry, interval, energyProduct);
    const decided = decideOffer({
      asOfMs: marketClock.nowMs(),
      interval,
      attested,
      leftOut,
      forecast,
      constants: market.constantsAt(interval.startMs, unit),
      strategy,
      history: history(),
      lastOffers: this.#lastOffers.get(unit.id) ?? [],
    });
    const passage = passGates(decided, {
      unitGate: this.#books.gates.mode(unit.id, energyProduct),
      siteGate: (siteId) => this.#books.gates.mode(siteId, energyProduct),
      isKilled: this.#books.kill.state() !== null,
    });
    const author = { type: "algorithm" } as const;
    const made = this.#drafting.make({ entry, interval, author, forecast, ...passage });
    if (made.ok && made.value.state !== "refused" && decided.kind === "offer") {
      this.#lastOffers.set(unit.id, decided.offers);
    }
    if (passage.isWithheld) {
      if (made.ok) this.#books.logGate(made.value, "withheld", "desk", passage.withheldBecause);
      return;
    }
    for (const error of leftOut) this.#books.alarm(error, interval, unit.id);
    if (decided.alarm !== undefined) this.#books.alarm(decided.alarm, interval, unit.id);
    if (!made.ok) this.#books.alarm(made.error, interval, unit.id);
    else if (made.value.state === "built") this.#openGate(made.value);
    else if (made.value.state === "lapsed") this.#books.alarm(tooLate(made.value), interval, unit.id);
    else this.#offerNothing(entry, interval, forecast, made.value, passage);
  }

  /**
   * What cannot be delivered or breaks a rule is replaced by nothing, said out loud: silence would leave the operator
   * with an older bid.
   */
  #offerNothing(
    entry: UnitEntry,
    interval: Interval,
    forecast: Result<PriceForecast, CodedError>,
    { refusals }: BidRecord,
    { gate, offer }: Passage,
  ): void {
    const refusal = { code: "desk.bid-refused", rules: refusals.map(({ rule }) => rule) };
    this.#books.alarm(refusal, interval, entry.unit.id);
    const nothing = withdrawal(offer.leftOut, refusal);
    const made = this.#drafting.make({
      entry,
      interval,
      offer: nothing,
      author: { type: "algorithm" },
      gate,
      forecast,
    });
    if (made.ok && made.value.state === "built") this.#openGate(made.value);
  }

  #openGate(record: BidRecord): void {
    const { unitId, interval } = record.bid;
    const persons = this.#books.bids
      .of(unitId, interval, record.product)
      .find((other) => other.author.type === "person" && isReleased(other));
    if (persons !== undefined) {
      this.#books.tell(this.#books.bids.change(record.bidId, "void", { by: persons.bidId }));
      return;
    }
    const isFree = record.review.signaturesNeeded === 0;
    this.#books.logGate(record, isFree ? "opened" : "held", "desk");
    if (isFree) this.#submissions.release(record, "desk");
  }

  #fetch(interval: Interval): void {
    fetchResults(
      this.#ports,
      (atMs, action) => this.#at(atMs, action),
      interval,
      (answer) => {
        if (answer.ok) this.#cleared(answer.value);
        else this.#books.alarm(answer.error, interval);
      },
    );
    const day = this.#ports.market.tradingDay(interval.startMs);
    if (day.startMs !== interval.startMs) return;
    this.#books.bids.forgetBefore(this.#rememberedFrom(day));
    this.#books.commitments.forgetBefore(this.#rememberedFrom(day));
  }

  /** A block of reserves that was sold ahead may have begun on the day before. */
  #rememberedFrom(day: Interval): UtcMs {
    return this.#ports.market.reserves?.ahead?.blockOf(day.startMs).startMs ?? day.startMs;
  }

  #cleared(told: DispatchResults): void {
    const { clock, journal } = this.#ports;
    const { interval } = told;
    const results: DispatchResults =
      this.#ahead === undefined ? told : { ...told, reserves: this.#books.commitments.during(interval) };
    this.#books.reservePrices.take(results);
    const about = { knownAtMs: clock.nowMs(), intervalStartMs: interval.startMs };
    journal.append({ kind: "award", id: `award.${instantText(interval.startMs)}`, ...about, body: results });
    this.#tell(results);
  }

  #tell(results: DispatchResults): void {
    const standing = new Map<string, BidRecord>();
    const standingReserves = new Map<string, BidRecord>();
    for (const { unitId } of results.awards) {
      const record = this.#clear(unitId, results.interval, energyProduct);
      if (record !== undefined) standing.set(unitId, record);
      const block = this.#ports.market.reserves?.ahead?.blockOf(results.interval.startMs);
      const reserves = this.#clear(unitId, block ?? results.interval, reserveProduct);
      if (reserves !== undefined) standingReserves.set(unitId, reserves);
    }
    this.#ports.onEvent({ type: "results", results, standing, standingReserves });
  }

  #clear(unitId: string, interval: Interval, product: string): BidRecord | undefined {
    const record = this.#books.bids.standing(unitId, interval, product);
    if (record === undefined) return undefined;
    const cleared = record.state === "cleared" ? record : this.#books.bids.change(record.bidId, "cleared");
    this.#books.tell(cleared);
    return cleared;
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

  #at(marketMs: UtcMs, action: () => void): void {
    const timer = this.#ports.marketClock.at(marketMs, () => {
      this.#timers.delete(timer);
      if (this.#isRunning) action();
    });
    this.#timers.add(timer);
  }
}

const tooLate = ({ bidId }: BidRecord): CodedError => ({ code: "desk.too-late", bidId });

/** Reserves that are bid with energy close with it. */
const everyProduct = [energyProduct, reserveProduct];

const ACTS_SHOWN = 50;

/** After a longer outage the operator's statements are the source, not its dispatch results. */
const CATCH_UP_MS: Ms = (24 * 3_600_000) as Ms;
