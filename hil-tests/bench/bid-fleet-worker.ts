import { parentPort, workerData } from "node:worker_threads";
import { forecasters } from "@penstock/cloud/forecast/index.ts";
import { type MarketUnit, nem } from "@penstock/cloud/markets/index.ts";
import { generatePrices, PriceHistory } from "@penstock/cloud/prices/index.ts";
import { type SiteCapability, valueCurve } from "@penstock/cloud/strategies/index.ts";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { intervalAt } from "@penstock/protocol/time";
import { hours, Ms, MW, MWh, minutes, UtcMs } from "@penstock/protocol/units";

export interface BidFleetTask {
  readonly firstSite: number;
  readonly sites: number;
}

/** One thread's share of the fleet: forecast, curve, bid, checks, file, site by site. Answers with what it made. */
const { firstSite, sites } = workerData as BidFleetTask;
parentPort?.on("message", () => {
  let bytes = 0;
  let broken = 0;
  for (let index = firstSite; index < firstSite + sites; index++) {
    const made = bidFor(index);
    bytes += made.bytes;
    broken += made.broken;
  }
  parentPort?.postMessage({ bids: sites, bytes, broken });
});

const startMs = UtcMs(Date.UTC(2024, 2, 1, 14));
const HISTORY_DAYS = 21;
const REGIONS = ["NSW1", "QLD1", "SA1", "VIC1"];
const histories = new Map(
  REGIONS.map((region) => {
    const series = generatePrices({
      rng: new Rng(`bid-fleet-${region}`),
      region,
      currency: "AUD",
      startMs,
      intervalMs: minutes(5),
      count: HISTORY_DAYS * 288,
      knownAfterStartMs: Ms(0),
      floor: -1000,
      cap: 16_600,
      utcOffsetMs: hours(10),
    });
    return [region, PriceHistory.asOf(series, UtcMs(startMs + (HISTORY_DAYS - 1) * 86_400_000))] as const;
  }),
);

function bidFor(index: number): { readonly bytes: number; readonly broken: number } {
  const rng = new Rng(`site-${index}`);
  const region = REGIONS[index % REGIONS.length] as string;
  const powerMW = rng.integer(1, 100);
  const site: SiteCapability = {
    siteId: `site-${index}`,
    available: true,
    soc: rng.between(0.1, 0.9),
    socMin: 0.05,
    socMax: 0.95,
    capacityWh: MWh(powerMW * rng.between(1, 4)),
    powerWMaxCharge: MW(powerMW),
    powerWMaxDischarge: MW(powerMW),
    efficiencyOneWay: rng.between(0.9, 0.96),
    costPerMWh: rng.between(0, 30),
  };
  const unit: MarketUnit = {
    id: `UNIT${index}`,
    region,
    siteIds: [site.siteId],
    maxCapacityMW: powerMW,
    minLoadMW: powerMW,
    lossFactor: rng.between(0.9, 1.02),
    rampMWPerMin: powerMW,
    storageMWh: site.capacityWh / 1e6,
  };
  const history = histories.get(region);
  const forecast = history && forecasters["blend"]?.forecast(history, 2 * 288);
  invariant(forecast?.ok, "three weeks are enough to forecast from");
  const interval = intervalAt(forecast.value.startMs, nem.intervalMs);
  const market = nem.constantsAt(interval.startMs, unit);
  invariant(market.ok, "the market has rules for the day");
  const asOfMs = nem.gateClosureMs(interval);
  const view = { asOfMs, interval, forecast: forecast.value, sites: [site], market: market.value };
  const intents = valueCurve.decide(view);
  const day = nem.tradingDay(interval.startMs);
  const levels = valueCurve.levels(view, day);
  invariant(intents.ok && levels.ok && intents.value[0] !== undefined, "the strategy answers");
  const bandPrices = nem.dayBandPrices({ unit, day, levels: [levels.value] });
  invariant(bandPrices.ok, "bands can be chosen");
  const bid = nem.buildBid({
    unit,
    interval,
    curve: intents.value[0].curve,
    bandPrices: bandPrices.value,
    versionNumber: 1,
    decidedAtMs: asOfMs,
  });
  invariant(bid.ok, "a bid is made");
  const broken = nem.validate(bid.value, unit, { dayBandPrices: bandPrices.value }).length;
  return { bytes: nem.encodeBids([bid.value]).length, broken };
}
