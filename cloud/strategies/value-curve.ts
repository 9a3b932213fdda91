import { ok } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs, W } from "@penstock/protocol/units";
import type { PriceForecast } from "../forecast/forecaster.ts";
import { type Battery, holdingWorth, powerLimits, ValueFunction, type WeightedPrices } from "../optimise/index.ts";
import { batteryOf } from "./battery-of.ts";
import { forecastIndex } from "./forecast-index.ts";
import { type CurveStep, type PriceQuantityCurve, priceQuantityCurve } from "./price-quantity-curve.ts";
import type { Intent, MarketConstants, SiteCapability, Strategy, StrategyView } from "./strategy.ts";

const GRID_POINTS = 121;

/**
 * Bids what stored energy is worth. The value function of the forecast says what one more MWh in store will earn
 * later; selling it now must beat that after losses and wear, buying it now must cost less after losses:
 *
 *   sell a stored MWh from  v / η + c      buy one up to  v η
 *
 * v falls as the store fills, so the curve ascends by construction. Reserves the site may be enabled for are in it: what
 * keeps one ready is sold for more than the reserve will pay.
 */
export const valueCurve: Strategy = {
  name: "value-curve",
  decide(view) {
    const index = forecastIndex(view.forecast, view.interval);
    if (!index.ok) return index;
    return ok(view.sites.map((site) => intentFor(site, view, index.value)));
  },
  levels(view, span) {
    const sellPrices: number[] = [];
    const buyPrices: number[] = [];
    for (const site of view.sites.filter(canMove)) {
      const value = worthOf(site, view.forecast, view.market);
      for (const t of timesWithin(view.forecast, span)) {
        const marginal = value.marginalValue(t);
        for (const part of STORE_LEVELS) {
          const worth = marginal[Math.floor(part * marginal.length)] ?? 0;
          sellPrices.push(sellAt(worth, site));
          buyPrices.push(buyAt(worth, site));
        }
      }
    }
    return ok({ sellPrices, buyPrices });
  },
};

/** Half-empty stores and full ones value energy differently; bands are chosen for all of them. */
const STORE_LEVELS: readonly number[] = [0.1, 0.3, 0.5, 0.7, 0.9];

function intentFor(site: SiteCapability, view: StrategyView, index: number): Intent {
  const { siteId } = site;
  const { interval } = view;
  if (!canMove(site)) return { siteId, interval, curve: priceQuantityCurve(0, []), because: "not available" };
  const value = worthOf(site, view.forecast, view.market);
  const marginal = value.marginalValue(index + 1);
  return {
    siteId,
    interval,
    curve: curveOf(site, value, marginal, view.market.priceTick),
    because: becauseOf(site, value, marginal),
  };
}

const canMove = (site: SiteCapability): boolean => site.available && site.capacityWh > 0 && site.socMax > site.socMin;

function worthOf(site: SiteCapability, forecast: PriceForecast, market: MarketConstants): ValueFunction {
  const battery = batteryOf(site);
  return new ValueFunction({
    battery,
    intervalMs: forecast.intervalMs,
    scenarios: scenariosOf(forecast, market.lossFactor),
    gridPoints: GRID_POINTS,
    terminalValue: terminalValue(battery, forecast, market),
    ...(site.keeps !== undefined && {
      holdingWorth: holdingWorth(battery, forecast.intervalMs, site.keeps, GRID_POINTS),
    }),
  });
}

/**
 * The expected price alone. The value function draws its scenarios anew each interval, as if prices forgot
 * themselves every five minutes; given whole paths it would wait for a lucky draw that never comes.
 */
const scenariosOf = ({ mean }: PriceForecast, lossFactor: number): readonly WeightedPrices[] => [
  { weight: 1, prices: mean.map((price) => price * lossFactor) },
];

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
  priceTick: number,
): PriceQuantityCurve {
  const { chargeWMax, dischargeWMax } = powerLimits(value.battery);
  const position = value.positionOf(site.soc);
  const cellW = (value.stepMWh * 1e6) / (value.intervalMs / 3_600_000);
  const toTick = (price: number): number => Math.round(price / priceTick) * priceTick;

  // Cells above the state of charge, nearest first: what filling them would draw.
  const buys: { readonly price: number; readonly powerW: number }[] = [];
  let inW = 0;
  for (let cell = Math.floor(position); cell < marginal.length && inW < chargeWMax; cell++) {
    const part = Math.min(1, cell + 1 - position);
    const powerW = Math.min((part * cellW) / site.efficiencyOneWay, chargeWMax - inW);
    buys.push({ price: toTick(buyAt(marginal[cell] as number, site)), powerW });
    inW += powerW;
  }
  const steps: CurveStep[] = [];
  let drawnW = inW;
  for (const { price, powerW } of buys.toReversed()) {
    drawnW = Math.max(0, drawnW - powerW);
    steps.push({ pricePerMWh: Math.max(price, steps.at(-1)?.pricePerMWh ?? price), powerW: -drawnW as W });
  }

  // Cells below it, nearest first: what emptying them would give. Where energy is worth less than nothing both
  // could pay at one price; a market wants one answer, and being paid to charge is kept.
  let lowest = (steps.at(-1)?.pricePerMWh ?? Number.NEGATIVE_INFINITY) + priceTick;
  let outW = 0;
  for (let cell = Math.ceil(position) - 1; cell >= 0 && outW < dischargeWMax; cell--) {
    const part = Math.min(1, position - cell);
    outW = Math.min(dischargeWMax, outW + part * cellW * site.efficiencyOneWay);
    lowest = Math.max(lowest, toTick(sellAt(marginal[cell] as number, site)));
    steps.push({ pricePerMWh: lowest, powerW: outW as W });
  }
  return priceQuantityCurve(-inW, steps);
}

const sellAt = (worth: number, { efficiencyOneWay, costPerMWh }: SiteCapability): number =>
  worth / efficiencyOneWay + costPerMWh;
const buyAt = (worth: number, { efficiencyOneWay }: SiteCapability): number => worth * efficiencyOneWay;

function becauseOf(site: SiteCapability, value: ValueFunction, marginal: Float64Array): string {
  const worth = marginal[Math.min(marginal.length - 1, Math.floor(value.positionOf(site.soc)))] ?? 0;
  const stored = `${(site.soc * 100).toFixed(0)} %`;
  return `at ${stored} a stored MWh is worth ${worth.toFixed(2)}: sell above ${sellAt(worth, site).toFixed(2)}, buy below ${buyAt(worth, site).toFixed(2)}`;
}

/** Every half hour or so of the span that the forecast reaches. */
function timesWithin(forecast: PriceForecast, span: Interval): readonly number[] {
  const indexOf = (instantMs: UtcMs): number => Math.round((instantMs - forecast.startMs) / forecast.intervalMs);
  const first = Math.max(0, indexOf(span.startMs));
  const last = Math.min(forecast.mean.length, indexOf(span.endMs));
  return Array.from({ length: Math.max(0, Math.ceil((last - first) / 6)) }, (_, count) => first + 6 * count);
}
