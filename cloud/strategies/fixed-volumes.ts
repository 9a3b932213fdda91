import { ok, type Result } from "@penstock/protocol/result";
import { type Ms, W } from "@penstock/protocol/units";
import { perfectForesight, powerLimits } from "../optimise/index.ts";
import { batteryOf } from "./battery-of.ts";
import { forecastIndex } from "./forecast-index.ts";
import { priceQuantityCurve } from "./price-quantity-curve.ts";
import type { ForecastMissesInterval, SiteCapability, Strategy, StrategyView } from "./strategy.ts";

/**
 * The best plan for the prices expected, bid as fixed volumes at any price. For auctions that clear a whole day at once:
 * whatever the prices turn out to be, the state of charge of every later interval is known when it is bid. A site whose
 * energy is outside the window it has to keep moves back to it first, at any price.
 */
export const fixedVolumes: Strategy = {
  name: "fixed-volumes",
  decide(view) {
    const index = forecastIndex(view.forecast, view.interval);
    if (!index.ok) return index;
    return ok(
      view.sites.map((site) => {
        const { powerW, because } = moveOf(site, view, index.value);
        return { siteId: site.siteId, interval: view.interval, curve: priceQuantityCurve(powerW, []), because };
      }),
    );
  },
  // A market with bands of a day gets the two that always clear.
  levels: ({ market }): Result<{ sellPrices: number[]; buyPrices: number[] }, ForecastMissesInterval> =>
    ok({ sellPrices: [market.priceFloor], buyPrices: [market.priceCap] }),
};

function moveOf(
  site: SiteCapability,
  { forecast, market, interval }: StrategyView,
  index: number,
): { readonly powerW: W; readonly because: string } {
  if (!site.available || site.capacityWh <= 0) return { powerW: W(0), because: "not available" };
  const { soc, socMin, socMax, capacityWh, efficiencyOneWay } = site;
  const { chargeWMax, dischargeWMax } = powerLimits(batteryOf(site));
  const hours = (interval.endMs - interval.startMs) / 3_600_000;
  if (soc < socMin - CLOSE) {
    const toW = (toSoc: number): number => ((toSoc - soc) * capacityWh) / efficiencyOneWay / hours;
    const powerW = backW(toW(socMin), Math.min(chargeWMax, toW(socMax)));
    return { powerW: W(0 - powerW), because: "charges back into its window" };
  }
  if (soc > socMax + CLOSE) {
    const toW = (toSoc: number): number => ((soc - toSoc) * capacityWh * efficiencyOneWay) / hours;
    const powerW = backW(toW(socMax), Math.min(dischargeWMax, toW(socMin)));
    return { powerW, because: "discharges back into its window" };
  }
  const plan = perfectForesight({
    battery: batteryOf(site),
    intervalMs: forecast.intervalMs as Ms,
    prices: forecast.mean.slice(index).map((price) => price * market.lossFactor),
    socStart: Math.min(socMax, Math.max(socMin, soc)),
    gridPoints: GRID_POINTS,
  });
  const powerW = whole(plan.powerW[0] ?? 0);
  return { powerW, because: `planned over ${plan.powerW.length} intervals at expected prices` };
}

/**
 * In tenths of a megawatt, which auctions take, so that what is cleared is what was planned; the rest of a smaller site
 * stays where it is.
 */
const whole = (powerW: number): W => W(Math.sign(powerW) * TICK_W * Math.floor(Math.abs(powerW) / TICK_W + CLOSE) + 0);

/** Rather a little further into the window than just outside of it, and never out at its other end. */
const backW = (wantedW: number, mostW: number): W => whole(Math.min(mostW, TICK_W * Math.ceil(wantedW / TICK_W)));

const TICK_W = 100_000;
const GRID_POINTS = 201;
const CLOSE = 1e-9;
