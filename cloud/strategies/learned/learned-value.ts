import { invariant } from "@penstock/protocol/result";
import type { Battery } from "../../optimise/battery.ts";
import type { PriceQuantityCurve } from "../price-quantity-curve.ts";
import type { IntervalTrader } from "./interval-trader.ts";
import type { KeptTrader } from "./kept-value.ts";
import { OUTPUTS } from "./lessons.ts";
import type { Past } from "./past.ts";
import { PriceFeatures } from "./price-features.ts";
import { ProfileValue } from "./profile-value.ts";
import { responsiveCurve } from "./responsive-curve.ts";
import { ShadowBatteries } from "./shadow-batteries.ts";
import { type ValueModel, ValueReader } from "./value-model.ts";
import { worthBetween } from "./worth-outputs.ts";

export interface LearnedValueWish {
  readonly battery: Battery;
  /** What was learned from a past no longer than the one it is used on; the same object as long as it serves. */
  readonly model: (past: Past) => ValueModel;
  readonly priceTick: number;
}

const SEGMENTS = 24;
const DAYS_OF_EDGES = 14;
const PROFILE_DAYS = 14;
/** Opinions: so much of what was learned, and the rest what the mean of the last days says. */
const LEARNED_SHARES: readonly number[] = [1, 0.8, 0.6, 0.3];

/**
 * Bids what nets have learned that stored energy is worth, segment by segment of the price the interval may clear at.
 *
 * A market that has little to learn from is better traded on what is usual, or on something between. Batteries on paper
 * trade every such opinion, and the one that has lately earned most is bid.
 */
export class LearnedValue implements IntervalTrader {
  readonly name = "learned-value";
  readonly #wish: LearnedValueWish;
  #features: PriceFeatures | undefined;
  #model: ValueModel | undefined;
  #reader: ValueReader | undefined;
  /** What is seen now, once for each segment of the price. */
  #rows = new Float32Array(0);
  #edges: Float64Array = new Float64Array(0);
  #edgesDay = -1;
  #edgesAt = -1;
  readonly #worth = new Float64Array((SEGMENTS + 1) * OUTPUTS);
  readonly #profile: ProfileValue;
  #shadows: ShadowBatteries | undefined;
  #offeredAt = -1;

  constructor(wish: LearnedValueWish) {
    this.#wish = wish;
    this.#profile = new ProfileValue("profile", PROFILE_DAYS, wish.battery, wish.priceTick);
  }

  /** Where it stands after a bid, to go on from; undefined before the first. */
  get kept(): KeptTrader | undefined {
    if (this.#shadows === undefined) return undefined;
    const [edgesAt, usualAt] = [this.#edgesAt, this.#profile.madeAt];
    return { offeredAt: this.#offeredAt, edgesAt, usualAt, shadows: this.#shadows.kept };
  }

  /** Goes on where another stopped that saw the beginning of this past: what it says is then what that one would have said. */
  resume({ offeredAt, edgesAt, usualAt, shadows }: KeptTrader, past: Past): void {
    if (Math.max(offeredAt, edgesAt, usualAt) > past.length) return;
    this.#chooseEdges(past.before(edgesAt));
    this.#profile.resume(past.before(usualAt));
    this.#shadows = new ShadowBatteries(this.#wish.battery, past.intervalMs, LEARNED_SHARES.length, shadows);
    this.#offeredAt = offeredAt;
  }

  curve(past: Past, soc: number): PriceQuantityCurve {
    this.#features ??= new PriceFeatures(past, this.#wish.battery);
    const features = this.#features;
    features.follow(past);
    if (this.#rows.length === 0) this.#rows = new Float32Array((SEGMENTS + 1) * features.count);
    this.#chooseEdges(past);
    const segments = this.#edges.length + 1;
    const rows = this.#rows.subarray(0, segments * features.count);
    features.describe(past, rows, 0);
    for (let segment = segments - 1; segment >= 0; segment--) {
      const at = segment * features.count;
      rows.copyWithin(at, 0, features.count);
      features.setOwnPrice(middleOf(this.#edges, segment), rows, at);
    }
    this.#readerOf(this.#wish.model(past)).ask(rows, segments, this.#worth);
    const usual = this.#profile.worth(past);
    const curveOf = (opinion: number, charge: number): PriceQuantityCurve => {
      const learnedShare = LEARNED_SHARES[opinion] as number;
      return responsiveCurve({
        battery: this.#wish.battery,
        intervalMs: past.intervalMs,
        soc: charge,
        edges: this.#edges,
        worth: (segment, share) =>
          learnedShare * worthBetween(this.#worth, segment * OUTPUTS, share) + (1 - learnedShare) * usual(share),
        priceTick: this.#wish.priceTick,
      });
    };
    this.#shadows ??= new ShadowBatteries(this.#wish.battery, past.intervalMs, LEARNED_SHARES.length);
    if (this.#offeredAt >= 0 && this.#offeredAt === past.length - 1) this.#shadows.clear(past.price(past.length - 1));
    this.#shadows.offer(curveOf);
    this.#offeredAt = past.length;
    return curveOf(this.#shadows.best, soc);
  }

  #readerOf(model: ValueModel): ValueReader {
    if (this.#model !== model) this.#reader = new ValueReader(model);
    this.#model = model;
    return this.#reader as ValueReader;
  }

  /** Where prices lately were, so that segments are narrow where it matters. Once a day. */
  #chooseEdges(past: Past): void {
    const perDay = Math.round(86_400_000 / past.intervalMs);
    const day = Math.floor(past.length / perDay);
    if (day === this.#edgesDay) return;
    this.#edgesDay = day;
    this.#edgesAt = past.length;
    const count = Math.min(past.length, DAYS_OF_EDGES * perDay);
    invariant(count > 0, "a learner trades after a past to learn from");
    const sorted = Float64Array.from({ length: count }, (_, back) => past.price(past.length - 1 - back)).sort();
    const edges = Array.from(
      { length: SEGMENTS },
      (_, at) => sorted[Math.floor(((at + 0.5) * count) / SEGMENTS)] as number,
    );
    this.#edges = Float64Array.from(edges.filter((edge, at) => at === 0 || edge > (edges[at - 1] as number)));
  }
}

function middleOf(edges: Float64Array, segment: number): number {
  const from = edges[segment - 1];
  const to = edges[segment];
  if (from === undefined) return to ?? 0;
  return to === undefined ? from : (from + to) / 2;
}
