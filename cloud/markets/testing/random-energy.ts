import { invariant } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import { UtcMs, W } from "@penstock/protocol/units";
import { type PriceQuantityCurve, priceQuantityCurve } from "../../strategies/price-quantity-curve.ts";
import type { Bid, Market, MarketUnit } from "../market.ts";
import type { Break, ExampleKind } from "./example-kind.ts";

/** A curve as a strategy might make it: any shape, any sign at either end, steps close together or on cents. */
export function randomCurve(rng: Rng, unit: MarketUnit): PriceQuantityCurve {
  const sizeW = Math.max(unit.maxCapacityMW, unit.minLoadMW) * 1e6 * rng.between(0.2, 1.5);
  let powerW = rng.between(-sizeW, sizeW * 0.1);
  let price = rng.chance(0.3) ? rng.between(-1200, 0) : rng.exponential(60);
  const floorW = powerW;
  const steps = Array.from({ length: rng.integer(0, 12) }, () => {
    powerW += rng.exponential(sizeW * 0.3);
    price += rng.chance(0.3) ? 0.01 : rng.exponential(rng.chance(0.1) ? 3000 : 40);
    return { pricePerMWh: price, powerW: W(powerW) };
  });
  return priceQuantityCurve(floorW, steps);
}

export const randomUnit = (rng: Rng): MarketUnit => ({
  id: "UNIT1",
  region: "SA1",
  siteIds: ["park"],
  maxCapacityMW: rng.integer(1, 400),
  minLoadMW: rng.integer(0, 400),
  lossFactor: Math.round(rng.between(0.8, 1.1) * 1e4) / 1e4,
  rampMWPerMin: rng.integer(1, 200),
  storageMWh: rng.integer(1, 800),
});

/** Prices strategies might expect to act at. */
export const randomLevels = (rng: Rng) => {
  const some = () =>
    Array.from({ length: rng.integer(0, 40) }, () => (rng.chance(0.2) ? rng.between(-900, 0) : rng.exponential(150)));
  return { sellPrices: some(), buyPrices: some() };
};

/** The very bids the desk would emit: any curve of any unit on any day, through the market's own builder. */
export function energyExamples<B extends Bid>(
  market: Market<B>,
  fromMs: number,
  untilMs: number,
  breaks: readonly Break<B>[],
): ExampleKind<B> {
  return {
    id: `${market.id}.energy`,
    make(rng) {
      const unit = randomUnit(rng);
      const day = market.tradingDay(UtcMs(fromMs + rng.uniform() * (untilMs - fromMs)));
      const bandPrices = market.dayBandPrices({ unit, day, levels: [randomLevels(rng)] });
      invariant(bandPrices.ok, "there are rules for the day");
      const intervalMs = market.intervalMs;
      const startMs = UtcMs(day.startMs + rng.integer(0, (day.endMs - day.startMs) / intervalMs - 1) * intervalMs);
      const interval = { startMs, endMs: UtcMs(startMs + intervalMs) };
      const offer = market.buildBid({
        unit,
        interval,
        curve: randomCurve(rng, unit),
        bandPrices: bandPrices.value,
        versionNumber: 1,
        decidedAtMs: market.gateClosureMs(interval),
      });
      invariant(offer.ok, "any curve becomes a bid");
      return { offer: offer.value, unit };
    },
    breaks,
    validate: (bid, unit) => market.validate(bid, unit),
    encode: (bids) => market.encodeBids(bids),
    parse: (text) => market.parseBids(text),
  };
}

/** What is wrong in every market alike. */
export const commonBreaks = <B extends Bid>(prefix: string): readonly Break<B>[] => [
  { rule: `${prefix}.unit`, how: "another unit's", apply: (bid) => ({ ...bid, unitId: "OTHER" }) },
  { rule: `${prefix}.version`, how: "version 0", apply: (bid) => ({ ...bid, versionNumber: 0 }) },
  {
    rule: `${prefix}.gate-closed`,
    how: "decided after the gate",
    apply: (bid) => ({ ...bid, decidedAtMs: UtcMs(bid.interval.endMs + 7 * 86_400_000) }),
  },
];

/** A list with one place changed. */
export const changed = <T>(values: readonly T[], at: number, change: (value: T) => T): readonly T[] =>
  values.map((value, index) => (index === at ? change(value) : value));
