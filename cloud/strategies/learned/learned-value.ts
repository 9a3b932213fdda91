import { invariant } from "@penstock/protocol/result";
import type { Battery } from "../../optimise/battery.ts";
import type { PriceQuantityCurve } from "../price-quantity-curve.ts";
import { askTrees, type BoostedTrees, OUTPUTS } from "./boosted-trees.ts";
import type { IntervalTrader } from "./interval-trader.ts";
import type { Past } from "./past.ts";
import { PriceFeatures } from "./price-features.ts";
import { ProfileValue } from "./profile-value.ts";
import { responsiveCurve } from "./responsive-curve.ts";
import { ShadowBatteries } from "./shadow-batteries.ts";
import { makeDescending, worthBetween } from "./worth-outputs.ts";

export interface LearnedValueWish {
  readonly battery: Battery;
  /** Trees made from a past no longer than the one they are used on; asked with the first interval of each stretch. */
  readonly model: (past: Past) => BoostedTrees;
  readonly priceTick: number;
}

const SEGMENTS = 24;
const DAYS_OF_EDGES = 14;
const PROFILE_DAYS = 14;
/** Opinions: so much of what the trees say, and the rest what the mean of the last days says. */
const TREE_SHARES: readonly number[] = [1, 0.8, 0.6, 0.3];

/**
 * Bids what learned trees say stored energy is worth, segment by segment of the price the interval may clear at.
 *
 * A market that has little to learn from is better traded on what is usual, or on something between. Batteries on paper
 * trade every such opinion, and the one that has lately earned most is bid.
 */
export class LearnedValue implements IntervalTrader {
  readonly name = "learned-value";
  readonly #wish: LearnedValueWish;
  #features: PriceFeatures | undefined;
  #row = new Float32Array(0);
  #edges: Float64Array = new Float64Array(0);
  #edgesDay = -1;
  readonly #worth = new Float64Array((SEGMENTS + 1) * OUTPUTS);
  readonly #profile: ProfileValue;
  #shadows: ShadowBatteries | undefined;
  #offeredAt = -1;

  constructor(wish: LearnedValueWish) {
    this.#wish = wish;
    this.#profile = new ProfileValue("profile", PROFILE_DAYS, wish.battery, wish.priceTick);
  }

  curve(past: Past, soc: number): PriceQuantityCurve {
    this.#features ??= new PriceFeatures(past, this.#wish.battery);
    const features = this.#features;
    features.follow(past);
    if (this.#row.length === 0) this.#row = new Float32Array(features.count);
    this.#chooseEdges(past);
    features.describe(past, this.#row, 0);
    const model = this.#wish.model(past);
    for (let segment = 0; segment <= this.#edges.length; segment++) {
      features.setOwnPrice(middleOf(this.#edges, segment), this.#row, 0);
      const worth = this.#worth.subarray(segment * OUTPUTS, (segment + 1) * OUTPUTS);
      askTrees(model, this.#row, 0, worth);
      makeDescending(worth);
    }
    const usual = this.#profile.worth(past);
    const curveOf = (opinion: number, charge: number): PriceQuantityCurve => {
      const treeShare = TREE_SHARES[opinion] as number;
      return responsiveCurve({
        battery: this.#wish.battery,
        intervalMs: past.intervalMs,
        soc: charge,
        edges: this.#edges,
        worth: (segment, share) =>
          treeShare * worthBetween(this.#worth, segment * OUTPUTS, share) + (1 - treeShare) * usual(share),
        priceTick: this.#wish.priceTick,
      });
    };
    this.#shadows ??= new ShadowBatteries(this.#wish.battery, past.intervalMs, TREE_SHARES.length);
    if (this.#offeredAt >= 0 && this.#offeredAt === past.length - 1) this.#shadows.clear(past.price(past.length - 1));
    this.#shadows.offer(curveOf);
    this.#offeredAt = past.length;
    return curveOf(this.#shadows.best, soc);
  }

  /** Where prices lately were, so that segments are narrow where it matters. Once a day. */
  #chooseEdges(past: Past): void {
    const perDay = Math.round(86_400_000 / past.intervalMs);
    const day = Math.floor(past.length / perDay);
    if (day === this.#edgesDay) return;
    this.#edgesDay = day;
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
