import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import { type Interval, intervalAt, nextInterval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { GateMode, UnitEntry } from "../config/cloud-config.ts";
import type { PriceForecast } from "../forecast/forecaster.ts";
import type { AttestedSite } from "./attest-site.ts";
import { expectedPriceOf } from "./bid-effect.ts";
import { fixedBandPrices, makeBid, sitesOf } from "./bid-maker.ts";
import { type BidAuthor, type BidRecord, type HeldBack, isReleased } from "./bid-record.ts";
import { attestSites, type Offer } from "./decide-offer.ts";
import type { DeskBooks } from "./desk-books.ts";
import { energyProduct, isOpenToAlgorithm, reserveProduct } from "./gate-book.ts";
import type { Person } from "./person.ts";
import { isBidAhead, reservesOf } from "./product-door.ts";
import { commitmentsFor } from "./reserves/commitments-for.ts";
import { makeReserveBid, type ReserveMaking } from "./reserves/make-reserve-bid.ts";
import { atHalf, narrowByCommitments } from "./reserves/narrow-by-commitments.ts";
import { withKeptReserves } from "./reserves/with-kept-reserves.ts";
import { socAhead } from "./soc-ahead.ts";
import { isOnlyLate } from "./waiting-bids.ts";

export interface ReserveDraft
  extends Pick<ReserveMaking, "entry" | "interval" | "kind" | "sites" | "leftOut" | "author" | "gate">,
    Pick<Draft, "signatures" | "correctionOf" | "isWithheld"> {
  readonly because?: string;
  readonly wishes: ReserveMaking["wishes"];
}

export interface Draft {
  readonly entry: UnitEntry;
  readonly interval: Interval;
  readonly offer: Offer;
  readonly author: BidAuthor;
  readonly gate: GateMode;
  readonly forecast: Result<PriceForecast, CodedError>;
  readonly heldBack?: readonly HeldBack[];
  readonly signatures?: readonly Person[];
  readonly correctionOf?: string;
  /** Written down and never sent. */
  readonly isWithheld?: boolean;
}

/** From offers to bids in the book: looks at sites and prices as they are now, makes the bid, writes it down. */
export class Drafting {
  readonly #books: DeskBooks;

  constructor(books: DeskBooks) {
    this.#books = books;
  }

  /**
   * A unit's sites, as they can be bid for an interval now. Where reserves are sold ahead, energy has what those leave
   * of a site; and where a gate closes long before its interval, all that was bid for the time between counts.
   */
  attest(entry: UnitEntry, interval: Interval, product: string): ReturnType<typeof attestSites> {
    const { clock, config, readings, marketClock, market } = this.#books.ports;
    const isAhead = isBidAhead(market, interval);
    const current = intervalAt(marketClock.nowMs(), market.intervalMs);
    const { attested, leftOut } = attestSites(sitesOf(entry, config.sites), readings, {
      nowMs: clock.nowMs(),
      ageMsMax: config.desk.telemetryAgeMsMax,
      startMs: isAhead ? current.endMs : interval.startMs,
      toMarketMs: (wallMs) => marketClock.toMarketMs(wallMs),
      attestedHash: (site, toldHash) => this.#books.capabilities.attestedHash(site, toldHash),
    });
    const { reserves } = market;
    if (product === reserveProduct) {
      return { attested: reserves?.ahead === undefined ? attested : attested.map(atHalf), leftOut };
    }
    const earlier = isAhead ? this.#standingBetween(entry, current.endMs, interval.startMs) : [];
    const commitments = commitmentsFor(this.#books, entry.unit.id, interval);
    if (earlier.length === 0 && commitments.length === 0) {
      return { attested: this.#withKeptReserves(attested, entry, interval), leftOut };
    }
    const products = reserves?.productsAt(interval.startMs) ?? [];
    return {
      attested: attested.map((site) => narrowByCommitments(socAhead(site, earlier), interval, commitments, products)),
      leftOut,
    };
  }

  /** Where reserves clear with energy and the algorithm may sell them, its plan counts what having them ready will pay. */
  #withKeptReserves(
    attested: readonly AttestedSite[],
    { unit, reserves: registered }: UnitEntry,
    interval: Interval,
  ): readonly AttestedSite[] {
    const { reserves } = this.#books.ports.market;
    const isSold = isOpenToAlgorithm(this.#books.gates.mode(unit.id, reserveProduct));
    if (registered === undefined || reserves === undefined || reserves.ahead !== undefined || !isSold) return attested;
    return withKeptReserves(attested, {
      ...{ market: reserves, registered: registered.products, products: reserves.productsAt(interval.startMs) },
      expected: (product) => this.#books.reservePrices.expected(product),
    });
  }

  /** What stands, or is on its way, for each interval of a stretch, in order. */
  #standingBetween(entry: UnitEntry, fromMs: UtcMs, untilMs: UtcMs): readonly BidRecord[] {
    const { market } = this.#books.ports;
    const standing: BidRecord[] = [];
    for (let at = intervalAt(fromMs, market.intervalMs); at.startMs < untilMs; at = nextInterval(at)) {
      const last = this.#books.bids.of(entry.unit.id, at).findLast(isReleased);
      if (last !== undefined) standing.push(last);
    }
    return standing;
  }

  forecast(interval: Interval): Result<PriceForecast, CodedError> {
    const { config, forecaster, history, market } = this.#books.ports;
    const known = history();
    // While the bands of the next trading day are being chosen the forecast has to reach its end.
    const day = market.tradingDay(interval.startMs);
    const following = market.tradingDay(day.endMs);
    const isChoosing = interval.startMs >= market.bandPriceGateMs(following) - 2 * BAND_PRICES_AHEAD_MS;
    const untilMs = Math.max(interval.startMs + config.desk.horizonMs, isChoosing ? following.endMs : day.endMs);
    return forecaster.forecast(known, Math.ceil((untilMs - known.endMs) / market.intervalMs));
  }

  /** Makes a bid of a draft and writes it down, whatever became of it. */
  make(draft: Draft): Result<BidRecord, CodedError> {
    const { entry, interval, offer, author, gate, forecast, correctionOf } = draft;
    const { market, journal, strategy, marketClock, history, config } = this.#books.ports;
    const { bids } = this.#books;
    const decidedAtMs = marketClock.nowMs();
    const day = market.tradingDay(interval.startMs);
    const inputs = { market, journal, strategy, entry, sites: offer.sites, forecast, interval, asOfMs: decidedAtMs };
    const bandPrices = fixedBandPrices(inputs, day);
    if (!bandPrices.ok) return bandPrices;
    const following = market.tradingDay(day.endMs);
    if (decidedAtMs >= market.bandPriceGateMs(following) - BAND_PRICES_AHEAD_MS && offer.sites.length > 0) {
      const ahead = fixedBandPrices(inputs, following);
      if (!ahead.ok) this.#books.alarm(ahead.error, interval, entry.unit.id);
    }
    const made = makeBid(market, {
      entry,
      interval,
      offer,
      bandPrices: bandPrices.value,
      versionNumber: bids.nextVersion(entry.unit.id, day),
      author,
      product: energyProduct,
      gate,
      band: config.desk.band,
      heldBack: draft.heldBack ?? [],
      standingBidId: bids.standing(entry.unit.id, interval)?.bidId ?? null,
      expectedPrice: forecast.ok ? expectedPriceOf(forecast.value, interval) : null,
      signatures: draft.signatures ?? [],
      ...(correctionOf !== undefined && { correctionOf }),
      decidedAtMs,
      history: history(),
    });
    return made.ok ? ok(this.#enter(made.value, draft.isWithheld)) : made;
  }

  /** The same for what is to be kept ready. */
  makeReserves(draft: ReserveDraft): Result<BidRecord, CodedError> {
    const { isWithheld, correctionOf, signatures = [], ...rest } = draft;
    const { market, marketClock, history, config } = this.#books.ports;
    const { bids } = this.#books;
    const { interval, entry } = draft;
    const made = makeReserveBid(reservesOf(market), {
      ...rest,
      signatures,
      versionNumber: bids.nextVersion(entry.unit.id, market.tradingDay(interval.startMs)),
      band: config.desk.band,
      standingBidId: bids.standing(entry.unit.id, interval, reserveProduct)?.bidId ?? null,
      ...(correctionOf !== undefined && { correctionOf }),
      decidedAtMs: marketClock.nowMs(),
      history: history(),
    });
    return made.ok ? ok(this.#enter(made.value, isWithheld)) : made;
  }

  #enter(made: BidRecord, isWithheld: boolean | undefined): BidRecord {
    const isKept = isWithheld === true && made.state === "built";
    const state = isKept ? "withheld" : isOnlyLate(made) ? "lapsed" : made.state;
    const record: BidRecord = state === made.state ? made : { ...made, state };
    this.#books.bids.add(record);
    this.#books.tell(record, true);
    return record;
  }
}

/** Bands of the next day are chosen this long before their gate closes, so that a failed attempt can be repeated. */
const BAND_PRICES_AHEAD_MS = 30 * 60_000;
