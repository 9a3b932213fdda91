import type { SiteEntry, UnitEntry } from "@penstock/cloud/config/cloud-config.ts";
import type { SiteReading } from "@penstock/cloud/desk/site-reading.ts";
import { type Market, type MarketUnit, markets } from "@penstock/cloud/markets/index.ts";
import { type PriceQuantityCurve, priceQuantityCurve } from "@penstock/cloud/strategies/price-quantity-curve.ts";
import type { Rng } from "@penstock/protocol/rng";
import { type Interval, intervalAt } from "@penstock/protocol/time";
import { hours, minutes, seconds, UtcMs, W, Wh } from "@penstock/protocol/units";

/** One interval of some market as a desk meets it: sites in any state, on any day, with any wish. */
export interface OfferWorld {
  readonly market: Market;
  readonly entry: UnitEntry;
  readonly sites: readonly SiteEntry[];
  readonly interval: Interval;
  readonly decidedAtMs: UtcMs;
  readonly readings: Map<string, SiteReading>;
  readonly attested: ReadonlyMap<string, string>;
  readonly curves: ReadonlyMap<string, PriceQuantityCurve>;
}

export const AGE_MS_MAX = seconds(10);
const SETTINGS = "a".repeat(64);
const OTHER_SETTINGS = "b".repeat(64);

export function drawWorld(rng: Rng): OfferWorld {
  const market = rng.pick(Object.values(markets));
  const interval = intervalAt(drawInstant(rng), market.intervalMs);
  const decidedAtMs = UtcMs(market.gateClosureMs(interval) - rng.integer(1, minutes(3)));
  const sites = Array.from({ length: rng.integer(1, 3) }, (_, index) => drawSite(rng, `site-${index}`));
  const unit = unitOf(market, sites, rng);
  const readings = new Map(sites.map((site) => [site.siteId, drawReading(rng, site, decidedAtMs)]));
  const attested = new Map(
    sites.filter(() => !rng.chance(0.03)).map(({ siteId }) => [siteId, rng.chance(0.03) ? OTHER_SETTINGS : SETTINGS]),
  );
  const curves = new Map(sites.map((site) => [site.siteId, drawCurve(rng, site)]));
  return { market, entry: { unit, gate: "auto" }, sites, interval, decidedAtMs, readings, attested, curves };
}

/** Any moment of the year, and often one of the days that have 23 or 25 hours somewhere. */
function drawInstant(rng: Rng): UtcMs {
  if (rng.chance(0.7)) return UtcMs(Date.UTC(2026, 1, 1) + Math.floor(rng.uniform() * 300 * hours(24)));
  return UtcMs(rng.pick(CHANGES_MS) + Math.floor(rng.between(-hours(26), hours(26))));
}

/** When clocks change in 2026: the United States, then Europe. */
const CHANGES_MS = [
  Date.UTC(2026, 2, 8, 8),
  Date.UTC(2026, 10, 1, 7),
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2026, 9, 25, 1),
] as const;

function drawSite(rng: Rng, siteId: string): SiteEntry {
  const powerW = Math.floor(rng.between(0.05, 120) * 1e6);
  return {
    siteId,
    groupId: "group",
    nodeId: siteId,
    capacityWh: Wh(Math.floor(powerW * rng.between(0.4, 6))),
    powerWMaxCharge: W(Math.floor(powerW * rng.between(0.5, 1))),
    powerWMaxDischarge: W(powerW),
    socMin: rng.between(0, 0.2),
    socMax: rng.between(0.8, 1),
    efficiencyOneWay: rng.between(0.8, 1),
    costPerMWh: rng.between(0, 30),
    settlementSource: "grid",
  };
}

function unitOf(market: Market, sites: readonly SiteEntry[], rng: Rng): MarketUnit {
  const totalMW = (of: (site: SiteEntry) => number): number =>
    Math.max(1, Math.ceil(sites.reduce((total, site) => total + of(site), 0) / 1e6));
  return {
    id: `${market.id.toUpperCase().slice(0, 4)}UNIT`,
    region: market.id === "nem" ? "NSW1" : "ZONE",
    siteIds: sites.map(({ siteId }) => siteId),
    maxCapacityMW: totalMW(({ powerWMaxDischarge }) => powerWMaxDischarge),
    minLoadMW: totalMW(({ powerWMaxCharge }) => powerWMaxCharge),
    lossFactor: market.id === "nem" ? rng.between(0.9, 1.05) : 1,
    rampMWPerMin: 100,
    storageMWh: Math.max(
      1,
      totalMW(({ capacityWh }) => capacityWh),
    ),
  };
}

/** Mostly well; sometimes derated, out, old, ahead of its time, or telling nonsense. */
export function drawReading(rng: Rng, site: SiteEntry, nowMs: number): SiteReading {
  const share = rng.chance(0.3) ? rng.integer(0, 10) / 10 : 1;
  const derate = rng.chance(0.3) ? rng.uniform() : 1;
  const whole: SiteReading = {
    online: !rng.chance(0.03),
    measuredAtMs: UtcMs(nowMs - drawAgeMs(rng)),
    soc: rng.chance(0.2) ? rng.pick([0, site.socMin, site.socMax, 1]) : rng.uniform(),
    capacityWh: Wh(site.capacityWh * share),
    powerWMaxCharge: W(site.powerWMaxCharge * derate),
    powerWMaxDischarge: W(site.powerWMaxDischarge * derate),
    batteryPowerW: W(rng.between(-site.powerWMaxCharge, site.powerWMaxDischarge)),
    capabilityHash: rng.chance(0.03) ? OTHER_SETTINGS : SETTINGS,
  };
  if (!rng.chance(0.08)) return whole;
  const field = rng.pick([
    "measuredAtMs",
    "soc",
    "capacityWh",
    "powerWMaxCharge",
    "powerWMaxDischarge",
    "batteryPowerW",
    "capabilityHash",
  ] as const);
  const { [field]: _, ...without } = whole;
  const nonsense = rng.pick([undefined, Number.NaN, Number.POSITIVE_INFINITY, -1]);
  if (nonsense === undefined || field === "measuredAtMs" || field === "capabilityHash") return without;
  return { ...without, [field]: nonsense };
}

const drawAgeMs = (rng: Rng): number => (rng.chance(0.05) ? rng.integer(-30_000, 60_000) : rng.integer(0, 3_000));

/** Rising from some charge to some discharge, up to a third beyond what the site is rated for; half of them are modest. */
function drawCurve(rng: Rng, site: SiteEntry): PriceQuantityCurve {
  const size = rng.chance(0.5) ? rng.uniform() * 0.3 : rng.uniform() * 1.3;
  const count = rng.integer(0, 5);
  const levels = Array.from(
    { length: count + 1 },
    () => rng.between(-site.powerWMaxCharge, site.powerWMaxDischarge) * size,
  );
  const prices = Array.from({ length: count }, () => Math.round(rng.between(-200, 400) * 100) / 100);
  levels.sort((a, b) => a - b);
  prices.sort((a, b) => a - b);
  return priceQuantityCurve(
    levels[0] ?? 0,
    prices.map((pricePerMWh, index) => ({ pricePerMWh, powerW: W(levels[index + 1] ?? 0) })),
  );
}
