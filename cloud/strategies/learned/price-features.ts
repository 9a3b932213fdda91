import { invariant } from "@penstock/protocol/result";
import type { Battery } from "../../optimise/battery.ts";
import { type Outlook, OutlookFeatures } from "./outlook-features.ts";
import type { Past } from "./past.ts";
import { PublishedFeatures } from "./published-features.ts";
import { RunningProfile } from "./running-profile.ts";

const DAY_MS = 86_400_000;
/** Features work on prices within these, money per MWh: a day at the cap must not drown a month of means. */
const PRICE_MIN = -300;
const PRICE_MAX = 500;
const OWN_PRICE_MAX = 1_000;

/**
 * What an interval looks like from just before it is cleared, as a row of numbers: the recent prices against the
 * usual ones, what usually comes next, the time, demand, and what was published; what the battery's energy would be
 * worth if prices went on in several ways; and the price the interval itself may clear at, since a curve answers to that.
 *
 * Fed interval by interval; it has never been told anything later than what it describes.
 */
export class PriceFeatures {
  readonly #perHour: number;
  readonly #perDay: number;
  readonly #firstSlot: number;
  readonly #firstWeekday: number;
  /** Sum of clipped prices before interval i, and of how far they were from the profile then. */
  #sums = new Float64Array(1 << 12);
  #deviations = new Float64Array(1 << 12);
  #prices = new Float64Array(1 << 12);
  readonly #profile: RunningProfile;
  readonly #measured: readonly MeasuredSeries[];
  readonly #published: PublishedFeatures;
  readonly #outlooks: OutlookFeatures;
  #length = 0;

  constructor(past: Past, battery: Battery) {
    this.#perDay = Math.round(DAY_MS / past.intervalMs);
    this.#perHour = this.#perDay / 24;
    const localMs = past.startMs + past.utcOffsetMs;
    this.#firstSlot = Math.floor((((localMs % DAY_MS) + DAY_MS) % DAY_MS) / past.intervalMs);
    this.#firstWeekday = Math.floor(localMs / DAY_MS) % 7;
    this.#profile = new RunningProfile(this.#perDay);
    this.#measured = past.measuredNames.map(() => new MeasuredSeries(this.#perDay));
    this.#published = new PublishedFeatures(past, this.#perHour);
    this.#outlooks = new OutlookFeatures(battery, past.intervalMs, this.#published.hasPrice ? 4 : 3);
  }

  get length(): number {
    return this.#length;
  }

  /** Numbers in a row. */
  get count(): number {
    return this.#outlooksFrom + this.#outlooks.count;
  }

  get #outlooksFrom(): number {
    return OWN_FEATURES + PRICE_FEATURES + this.#measured.length * MEASURED_FEATURES + this.#published.count;
  }

  /** Takes in what has been cleared since. */
  follow(past: Past): void {
    invariant(past.length >= this.#length, "a past only grows");
    while (this.#length < past.length) this.#take(past, this.#length);
  }

  /** The row of interval `length`, but for the price it clears at. */
  describe(past: Past, x: Float32Array, at: number): void {
    invariant(past.length === this.#length, "an interval is described from just before it");
    const t = this.#length;
    const slot = this.#slotOf(t);
    const hours = (count: number): number => Math.max(1, Math.round(count * this.#perHour));
    const recent = (count: number): number => meanOf(this.#sums, t - hours(count), t);
    const away = (count: number): number => meanOf(this.#deviations, t - hours(count), t);
    const ahead = (from: number, to: number): number =>
      this.#profile.meanAhead(slot, from === 0 ? 0 : hours(from), hours(to));
    const yesterday = (from: number, to: number): number =>
      meanOf(this.#sums, t - this.#perDay + (from === 0 ? 0 : hours(from)), t - this.#perDay + hours(to));
    let highest = PRICE_MIN;
    let lowest = OWN_PRICE_MAX;
    for (let index = Math.max(0, t - hours(2)); index < t; index++) {
      const price = this.#prices[index] as number;
      if (price > highest) highest = price;
      if (price < lowest) lowest = price;
    }
    let dearest = Number.NEGATIVE_INFINITY;
    let cheapest = Number.POSITIVE_INFINITY;
    for (let hour = 0; hour < 16; hour++) {
      const mean = this.#profile.meanAhead(slot, Math.round(hour * this.#perHour), hours(hour) + hours(1));
      if (mean > dearest) dearest = mean;
      if (mean < cheapest) cheapest = mean;
    }
    const day = Math.floor((this.#firstSlot + t) / this.#perDay);
    let next = at + OWN_FEATURES;
    const put = (value: number): void => {
      x[next++] = value;
    };
    put(this.#profile.at(slot));
    put(dearest);
    put(cheapest);
    put(t > 0 ? (this.#prices[t - 1] as number) : 0);
    put(recent(0.5));
    put(recent(1));
    put(recent(2));
    put(recent(4));
    put(recent(24));
    put(recent(7 * 24));
    put(highest);
    put(lowest);
    put(slot / this.#perDay);
    put((slot / this.#perDay + 0.5) % 1);
    put((this.#firstWeekday + day) % 7);
    for (const count of [1, 3, 8]) put(away(count));
    for (const [from, to] of AHEAD) put(ahead(from, to));
    for (const [from, to] of YESTERDAY) put(yesterday(from, to));
    invariant(next === at + OWN_FEATURES + PRICE_FEATURES, "a row has the features it says");
    for (const series of this.#measured) next = series.describe(t, slot, hours(1), this.#perDay, x, next);
    this.#published.describe(past, x, next);
    this.#outlooks.describe(t, this.#outlooksFor(past, slot, away(1)), x, at + this.#outlooksFrom);
  }

  /** Writes what depends on the price interval `length` itself clears at into a row made by {@link describe}. */
  setOwnPrice(price: number, x: Float32Array, at: number): void {
    const own = Math.max(PRICE_MIN, Math.min(OWN_PRICE_MAX, price));
    const row = at + OWN_FEATURES;
    x[at] = own;
    x[at + 1] = own - (x[row] as number);
    x[at + 2] = own - (x[row + 1] as number);
    x[at + 3] = own - (x[row + 2] as number);
    const halfHour = Math.max(1, Math.round(this.#perHour / 2));
    x[at + 4] = ((x[row + 4] as number) * halfHour + own) / (halfHour + 1);
    x[at + 5] = own - (x[row + 5] as number);
    const base = this.#published.priceNow;
    x[at + 6] = Number.isNaN(base) ? 0 : own - base;
    this.#outlooks.setOwnPrice(own, x, at + this.#outlooksFrom);
  }

  /** Prices go on as usual; as usual but away from it as they now are, ever less; as yesterday; as was published. */
  #outlooksFor(past: Past, slot: number, away: number): readonly Outlook[] {
    const t = this.#length;
    const usual: Outlook = (from, to) => {
      let sum = 0;
      for (let ahead = from; ahead < to; ahead++) sum += this.#profile.at((slot + ahead) % this.#perDay);
      return sum / (to - from);
    };
    const fromHere: Outlook = (from, to) => usual(from, to) + away * Math.exp(-from / (AWAY_HOURS * this.#perHour));
    const yesterday: Outlook = (from, to) => {
      const first = t - this.#perDay + (from % this.#perDay);
      return meanOf(this.#sums, first, Math.min(t, first + to - from));
    };
    const published: Outlook = (from, to) => this.#published.meanPrice(past, t + from, t + to) ?? usual(from, to);
    return this.#published.hasPrice ? [usual, fromHere, yesterday, published] : [usual, fromHere, yesterday];
  }

  #slotOf(index: number): number {
    return (this.#firstSlot + index) % this.#perDay;
  }

  #take(past: Past, index: number): void {
    if (index + 1 >= this.#sums.length) {
      this.#sums = grown(this.#sums);
      this.#deviations = grown(this.#deviations);
      this.#prices = grown(this.#prices);
    }
    const raw = past.price(index);
    const price = Math.max(PRICE_MIN, Math.min(PRICE_MAX, raw));
    const slot = this.#slotOf(index);
    this.#prices[index] = Math.max(PRICE_MIN, Math.min(OWN_PRICE_MAX, raw));
    this.#sums[index + 1] = (this.#sums[index] as number) + price;
    this.#deviations[index + 1] = (this.#deviations[index] as number) + price - this.#profile.at(slot);
    this.#profile.take(slot, price);
    for (const [series, held] of this.#measured.entries()) held.take(index, slot, past.measured(series, index));
    this.#published.take(past, index, price);
    this.#length = index + 1;
  }
}

const OWN_FEATURES = 7;
/** What is unusual now is a third of itself so long after. */
const AWAY_HOURS = 3;
const AHEAD: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [0, 4],
  [2, 4],
  [4, 8],
  [8, 16],
];
const YESTERDAY: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [0, 4],
  [4, 8],
  [8, 16],
];
const PRICE_FEATURES = 15 + 3 + AHEAD.length + YESTERDAY.length;
const MEASURED_FEATURES = 4;

/** A measured series: its last value, against the usual, against an hour and a day before. */
class MeasuredSeries {
  readonly #profile: RunningProfile;
  #values = new Float64Array(1 << 12);
  #fromUsual = 0;

  constructor(perDay: number) {
    this.#profile = new RunningProfile(perDay);
  }

  take(index: number, slot: number, value: number): void {
    if (index >= this.#values.length) this.#values = grown(this.#values);
    this.#values[index] = value;
    this.#fromUsual = value - this.#profile.at(slot);
    this.#profile.take(slot, value);
  }

  describe(t: number, _slot: number, hour: number, perDay: number, x: Float32Array, at: number): number {
    const back = (count: number): number => (t - 1 - count >= 0 ? (this.#values[t - 1 - count] as number) : 0);
    const now = back(0);
    x[at] = now;
    x[at + 1] = this.#fromUsual;
    x[at + 2] = now - back(hour);
    x[at + 3] = now - back(perDay);
    return at + MEASURED_FEATURES;
  }
}

/** Mean of elements `from .. to − 1` of what the sums were made of; what lies before the first counts for nothing. */
function meanOf(sums: Float64Array, from: number, to: number): number {
  const first = Math.max(0, from);
  return to > first ? ((sums[to] as number) - (sums[first] as number)) / (to - first) : 0;
}

export function grown(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}
