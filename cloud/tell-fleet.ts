import { type Clock, intervalAt, onGrid, type Timer } from "@penstock/protocol/time";
import { Fraction, Ms, seconds } from "@penstock/protocol/units";
import type { CloudConfig } from "./config/cloud-config.ts";
import type { BidRecord } from "./desk/bid-record.ts";
import type { Desk } from "./desk/desk.ts";
import { energyProduct } from "./desk/gate-book.ts";
import type { MarketClock } from "./desk/market-clock.ts";
import type { DispatchResults } from "./desk/market-operator.ts";
import { stepsOf } from "./desk/product-door.ts";
import type { BidOutcome, BidUpdate, FleetInput } from "./fleet/index.ts";
import type { Award, Market } from "./markets/index.ts";
import { clearedPrice, type PriceSeries } from "./prices/index.ts";
import type { Settlement } from "./settlement/settlement.ts";
import { type CloudStore, completeUpToMs } from "./store/index.ts";

export interface FleetTellerParts {
  readonly clock: Clock;
  readonly config: CloudConfig;
  readonly store: CloudStore;
  readonly prices: PriceSeries;
  readonly market: Market;
  readonly marketClock: MarketClock;
  readonly desk: Desk;
  readonly settlement: Settlement;
}

/** How often the fleet view is told what changes by itself. */
const TELL_EVERY_MS = seconds(1);
/** Hindsight is dear to work out; the view can do with a figure this old. */
const PROFIT_EVERY_MS = seconds(5);

/** Tells the fleet view what changes by itself: market time and price, the desk, records, profit. Returns its timers. */
export function tellFleet(fleet: FleetInput, parts: FleetTellerParts): readonly Timer[] {
  return [
    onGrid(parts.clock, TELL_EVERY_MS, () => {
      tellMarket(fleet, parts);
      fleet.desk(parts.desk.document());
      tellKill(fleet, parts.desk);
      tellRecords(fleet, parts);
    }),
    onGrid(parts.clock, PROFIT_EVERY_MS, () => tellProfit(fleet, parts)),
  ];
}

function tellMarket(fleet: FleetInput, { config, prices, market, marketClock }: FleetTellerParts): void {
  const marketTimeMs = marketClock.nowMs();
  const interval = intervalAt(marketTimeMs, market.intervalMs);
  const price = clearedPrice(prices, interval.startMs);
  if (!price.ok) return;
  fleet.market({
    marketId: market.id,
    region: prices.region,
    currency: market.currency,
    marketTimeMs,
    marketSpeed: config.market.speed,
    intervalStartMs: interval.startMs,
    intervalEndMs: interval.endMs,
    pricePerMWh: price.value,
    pricesGenerated: prices.generated,
    pricesSource: prices.source,
  });
}

/** Said again as long as it holds: a stopped desk earns nothing, and somebody should know. */
function tellKill(fleet: FleetInput, desk: Desk): void {
  const killed = desk.killed();
  if (killed === null) return;
  const text = `the algorithm was stopped by ${killed.by}: ${killed.why}`;
  fleet.alarm({ error: { code: "desk.killed" }, text, standsMs: Ms(3 * TELL_EVERY_MS) });
}

function tellRecords(fleet: FleetInput, { config, store }: FleetTellerParts): void {
  fleet.counted(store.recordCounts());
  for (const { siteId } of config.sites) fleet.completeUpTo(siteId, completeUpToMs(store.ledgers(siteId)));
}

function tellProfit(fleet: FleetInput, { market, settlement }: FleetTellerParts): void {
  const { byUnit: _, bySite: __, shortfallMWh: ___, shortfallCost: ____, ...profit } = settlement.totals(false);
  fleet.profit(market.id, { ...profit, share: profit.share === null ? null : Fraction(profit.share) });
}

/** A bid as it is now. */
export function toldBid(record: BidRecord, market: Market, siteIds: readonly string[]): BidUpdate {
  const { bid, product, state, gate, because, refusals } = record;
  return {
    marketId: bid.marketId,
    unitId: bid.unitId,
    siteIds,
    intervalStartMs: bid.interval.startMs,
    intervalEndMs: bid.interval.endMs,
    bidVersion: bid.versionNumber,
    decidedAtMs: bid.decidedAtMs,
    ...(product !== energyProduct && { product }),
    state,
    gate,
    steps: stepsOf(market, record),
    because,
    refusals: refusals.map(({ rule }) => rule),
  };
}

/** What the market made of a unit's bids: its energy, and the reserves enabled with it. */
export function toldAward(award: Award, { reserves = [] }: DispatchResults): BidOutcome {
  return {
    marketId: award.marketId,
    unitId: award.unitId,
    intervalStartMs: award.interval.startMs,
    awardPowerW: award.targetW,
    pricePerMWh: award.pricePerMWh,
    enabled: reserves
      .filter(({ unitId }) => unitId === award.unitId)
      .map(({ product, enabledW, pricePerMWh }) => ({ product, enabledW, pricePerMWh })),
  };
}
