import { ok } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import type { PriceForecast } from "../forecast/forecaster.ts";
import { type Battery, powerLimits, ValueFunction } from "../optimise/index.ts";
import { type CurveStep, type PriceQuantityCurve, priceQuantityCurve } from "./price-quantity-curve.ts";
import type { MarketConstants, SiteCapability, Strategy, StrategyView } from "./strategy.ts";

const GRID_POINTS = 121;

/**
 * Bids what stored energy is worth. The value function of the forecast's paths says what one more MWh in store will
 * earn later; selling it now must beat that after losses and wear, buying it now must cost less after losses. The
 * marginals fall with the state of charge, so the curve ascends by construction.
 */
export const valueCurve: Strategy = {
  name: "value-curve",
  decide(view) {
    return ok(
      view.sites.map((site) => {
        const value = worthOf(site, view);
        const t = indexOf(view.forecast, view.interval.endMs);
        const marginal = value.marginalValue(Math.min(t, value.horizon));
        return {
          siteId: site.siteId,
          interval: view.interval,
          curve: curveOf(site, value, marginal, view),
          because: becauseOf(site, value, marginal),
        };
      }),
    );
  },
  levels(view, span) {
    const sellPrices: number[] = [];
    const buyPrices: number[] = [];
    for (const site of view.sites) {
      const value = worthOf(site, view);
      const last = Math.min(value.horizon, indexOf(view.forecast, span.endMs));
      for (let t = Math.max(0, indexOf(view.forecast, span.startMs)); t <= last; t += 6) {
        const marginal = value.marginalValue(t);
        for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
          const worth = marginal[Math.floor(part * marginal.length)] ?? 0;
          sellPrices.push(sellAt(worth, site));
          buyPrices.push(buyAt(worth, site));
        }
      }
    }
    return ok({ sellPrices, buyPrices });
  },
};

function worthOf(site: SiteCapability, { forecast, market }: StrategyView): ValueFunction {
  const battery = batteryOf(site);
  return new ValueFunction({
    battery,
    intervalMs: forecast.intervalMs,
    scenarios: forecast.paths.map(({ weight, prices }) => ({
      weight,
      prices: prices.map((price) => price * market.lossFactor),
    })),
    gridPoints: GRID_POINTS,
    terminalValue: terminalValue(battery, forecast, market),
  });
}

/** What is left at the end is worth an ordinary price, after losses and wear. */
function terminalValue(battery: Battery, forecast: PriceForecast, market: MarketConstants): Float64Array {
  const sorted = forecast.mean.slice().sort();
  const ordinary = (sorted[Math.floor(sorted.length / 2)] ?? 0) * market.lossFactor;
  const perMWh = Math.max(0, ordinary - battery.costPerMWh) * battery.efficiencyDischarge;
  const stepMWh = ((battery.socMax - battery.socMin) * battery.capacityWh) / 1e6 / (GRID_POINTS - 1);
  return Float64Array.from({ length: GRID_POINTS }, (_, point) => point * stepMWh * perMWh);
}

/** From full charge, less and less of it as the price rises, through rest, to full discharge. */
function curveOf(
  site: SiteCapability,
  value: ValueFunction,
  marginal: Float64Array,
  { market, interval }: StrategyView,
): PriceQuantityCurve {
  const { chargeWMax, dischargeWMax } = powerLimits(value.battery);
  const hours = (interval.endMs - interval.startMs) / 3_600_000;
  const position = value.positionOf(site.soc);
  const cellInW = ((value.stepMWh / site.efficiencyOneWay) * 1e6) / hours;
  const cellOutW = (value.stepMWh * site.efficiencyOneWay * 1e6) / hours;
  const roundToTick = (price: number) => Math.round(price / market.priceTick) * market.priceTick;

  // Cells above the state of charge, nearest first: what buying them would take.
  const buys: { price: number; powerW: number }[] = [];
  let inW = 0;
  for (let cell = Math.floor(position); cell < marginal.length && inW < chargeWMax; cell++) {
    const part = Math.min(1, cell + 1 - position);
    const powerW = Math.min(part * cellInW, chargeWMax - inW);
    buys.push({ price: roundToTick(buyAt(marginal[cell] ?? 0, site)), powerW });
    inW += powerW;
  }
  const steps: CurveStep[] = [];
  let powerW = -inW;
  for (const buy of buys.toReversed()) {
    powerW += buy.powerW;
    steps.push(stepAt(steps, buy.price + market.priceTick, Math.min(0, powerW)));
  }
  // Cells below it, nearest first: what selling them would give. Never at a price at which we would still buy.
  const dearestBuy = steps.at(-1)?.pricePerMWh ?? Number.NEGATIVE_INFINITY;
  let outW = 0;
  for (let cell = Math.ceil(position) - 1; cell >= 0 && outW < dischargeWMax; cell--) {
    const part = Math.min(1, position - cell);
    outW += Math.min(part * cellOutW, dischargeWMax - outW);
    const price = Math.max(roundToTick(sellAt(marginal[cell] ?? 0, site)), dearestBuy + market.priceTick);
    steps.push(stepAt(steps, price, outW));
  }
  return priceQuantityCurve(-inW, steps);
}

/** Rounding to ticks must not make a curve fall. */
const stepAt = (steps: readonly CurveStep[], price: number, powerW: number): CurveStep => ({
  pricePerMWh: Math.max(price, steps.at(-1)?.pricePerMWh ?? price),
  powerW: powerW as CurveStep["powerW"],
});

const sellAt = (worth: number, { efficiencyOneWay, costPerMWh }: SiteCapability): number =>
  worth / efficiencyOneWay + costPerMWh;
const buyAt = (worth: number, { efficiencyOneWay }: SiteCapability): number => worth * efficiencyOneWay;

function becauseOf(site: SiteCapability, value: ValueFunction, marginal: Float64Array): string {
  const cell = Math.min(marginal.length - 1, Math.floor(value.positionOf(site.soc)));
  const worth = marginal[cell] ?? 0;
  return `at ${(site.soc * 100).toFixed(0)} % a stored MWh is worth ${worth.toFixed(2)}: sell above ${sellAt(worth, site).toFixed(2)}, buy below ${buyAt(worth, site).toFixed(2)}`;
}

function batteryOf(site: SiteCapability): Battery {
  const { importWMax, exportWMax } = site;
  return {
    capacityWh: site.capacityWh,
    socMin: site.socMin,
    socMax: site.socMax,
    powerWMaxCharge: site.powerWMaxCharge,
    powerWMaxDischarge: site.powerWMaxDischarge,
    efficiencyCharge: site.efficiencyOneWay,
    efficiencyDischarge: site.efficiencyOneWay,
    costPerMWh: site.costPerMWh,
    auxiliaryW: 0 as Battery["auxiliaryW"],
    ...(importWMax !== undefined && { importWMax }),
    ...(exportWMax !== undefined && { exportWMax }),
  };
}

const indexOf = (forecast: PriceForecast, instantMs: UtcMs): number =>
  Math.round((instantMs - forecast.startMs) / forecast.intervalMs);
