import { ok } from "@penstock/protocol/result";
import { powerLimits, storedEnergyMoves } from "../optimise/index.ts";
import { batteryOf } from "./battery-of.ts";
import { type CurveStep, type PriceQuantityCurve, priceQuantityCurve } from "./price-quantity-curve.ts";
import type { PriceLevels, SiteCapability, Strategy, StrategyView } from "./strategy.ts";

/** Shares of the coming hours to buy and to sell in. */
const BUY_BELOW = 0.25;
const SELL_ABOVE = 0.75;

/**
 * Buys in the cheapest quarter of the hours the forecast expects and sells in the dearest, as long as the two lie
 * far enough apart to pay for losses and wear. Simple enough to check by hand: the yardstick for cleverer ones.
 */
export const priceThreshold: Strategy = {
  name: "price-threshold",
  decide: (view) =>
    ok(
      view.sites.map((site) => {
        const { buyPrice, sellPrice } = thresholds(site, view);
        return {
          siteId: site.siteId,
          interval: view.interval,
          curve: curveOf(site, view, buyPrice, sellPrice),
          because: `buy below ${buyPrice.toFixed(2)}, sell from ${sellPrice.toFixed(2)}`,
        };
      }),
    ),
  levels(view): ReturnType<Strategy["levels"]> {
    const each = view.sites.map((site) => thresholds(site, view));
    return ok({
      sellPrices: each.map(({ sellPrice }) => sellPrice),
      buyPrices: each.map(({ buyPrice }) => buyPrice),
    } satisfies PriceLevels);
  },
};

function thresholds(
  { efficiencyOneWay, costPerMWh }: SiteCapability,
  { forecast, market }: StrategyView,
): { readonly buyPrice: number; readonly sellPrice: number } {
  const sorted = forecast.mean.slice().sort();
  const at = (share: number): number => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * market.lossFactor;
  const buyPrice = at(BUY_BELOW);
  // What the energy costs by the time it is sold again; below zero it costs nothing to have, so losses do not matter.
  const breakEven = Math.max(buyPrice / efficiencyOneWay ** 2, buyPrice) + costPerMWh;
  return { buyPrice, sellPrice: Math.max(at(SELL_ABOVE), breakEven + market.priceTick) };
}

function curveOf(
  site: SiteCapability,
  { interval, forecast }: StrategyView,
  buyPrice: number,
  sellPrice: number,
): PriceQuantityCurve {
  const battery = batteryOf(site);
  const { chargeWMax, dischargeWMax } = powerLimits(battery);
  const moves = storedEnergyMoves(battery, forecast.intervalMs);
  const room = ((site.socMax - site.soc) * site.capacityWh) / 1e6;
  const stored = ((site.soc - site.socMin) * site.capacityWh) / 1e6;
  const shareOf = (energyMWh: number, moveMWh: number): number =>
    moveMWh > 0 ? Math.max(0, Math.min(1, energyMWh / moveMWh)) : 0;
  const hasSpan = interval.endMs > interval.startMs && site.available;
  const inW = hasSpan ? chargeWMax * shareOf(room, moves.inMWhMax) : 0;
  const outW = hasSpan ? dischargeWMax * shareOf(stored, moves.outMWhMax) : 0;
  const steps: CurveStep[] = [
    { pricePerMWh: buyPrice, powerW: 0 as CurveStep["powerW"] },
    { pricePerMWh: sellPrice, powerW: outW as CurveStep["powerW"] },
  ];
  return priceQuantityCurve(-inW, steps);
}
