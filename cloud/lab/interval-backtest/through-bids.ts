import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { BandPrices, Bid, BidStep, Market, MarketUnit } from "../../markets/market.ts";
import type { Battery } from "../../optimise/battery.ts";
import type { IntervalTrader } from "../../strategies/learned/interval-trader.ts";
import type { Past } from "../../strategies/learned/past.ts";
import { type CurveStep, type PriceQuantityCurve, priceQuantityCurve } from "../../strategies/price-quantity-curve.ts";
import type { PriceLevels } from "../../strategies/strategy.ts";
import type { MarketTable } from "./market-table.ts";

/** Offers so recent say where the next day's bands should lie. */
const OFFERS_SINCE_MS = 7 * 86_400_000;

/**
 * A trader whose curves go to the market as bids: its curve is what is left of the other's after the market's bands,
 * whole megawatts and price steps. Bands of a trading day are chosen at their gate on the day before, from where the
 * trader's offers then lay; before there are any, from where prices lay.
 */
export class ThroughBids implements IntervalTrader {
  readonly name: string;
  readonly #trader: IntervalTrader;
  readonly #market: Market<Bid>;
  readonly #unit: MarketUnit;
  readonly #offers: { readonly atMs: UtcMs; readonly curve: PriceQuantityCurve }[] = [];
  #bands: { readonly day: Interval; readonly prices: BandPrices } | undefined;

  constructor(trader: IntervalTrader, market: Market<Bid>, battery: Battery) {
    this.name = trader.name;
    this.#trader = trader;
    this.#market = market;
    this.#unit = unitOf(battery);
  }

  curve(past: Past, soc: number): PriceQuantityCurve {
    const startMs = (past.startMs + past.length * past.intervalMs) as UtcMs;
    const interval = { startMs, endMs: (startMs + past.intervalMs) as UtcMs };
    const curve = this.#trader.curve(past, soc);
    const bid = whole(
      this.#market.buildBid({
        unit: this.#unit,
        interval,
        curve,
        bandPrices: this.#bandsOn(this.#market.tradingDay(startMs), past),
        versionNumber: 1,
        decidedAtMs: this.#market.gateClosureMs(interval),
      }),
    );
    this.#offers.push({ atMs: startMs, curve });
    return clearedCurve(this.#market.stackOf(bid));
  }

  #bandsOn(day: Interval, past: Past): BandPrices {
    if (this.#bands?.day.startMs === day.startMs) return this.#bands.prices;
    const gateMs = this.#market.bandPriceGateMs(day);
    const known = this.#offers.filter(({ atMs }) => atMs < gateMs);
    const levels = known.length === 0 ? pricesBefore(past, gateMs) : levelsOf(known.map(({ curve }) => curve));
    const prices = whole(this.#market.dayBandPrices({ unit: this.#unit, day, levels: [levels] }));
    while (this.#offers[0] !== undefined && this.#offers[0].atMs < gateMs - OFFERS_SINCE_MS) this.#offers.shift();
    this.#bands = { day, prices };
    return prices;
  }
}

/** Whether a market's rules say something for every interval of a stretch of a table. */
export function coversBids(
  rules: Market<Bid>,
  battery: Battery,
  { startMs, intervalMs }: MarketTable,
  from: number,
  to: number,
): Result<void, CodedError> {
  if (intervalMs !== rules.intervalMs)
    return fail({ code: "lab.other-interval", market: rules.id, intervalMs, marketIntervalMs: rules.intervalMs });
  for (const index of [from, to - 1]) {
    const constants = rules.constantsAt((startMs + index * intervalMs) as UtcMs, unitOf(battery));
    if (!constants.ok) return constants;
  }
  return ok(undefined);
}

/** What a stack clears at each price: sold at and above a band's price, bought at and below it. */
export function clearedCurve(stack: readonly BidStep[]): PriceQuantityCurve {
  let powerW = stack.reduce((sum, { volumeMW }) => sum + Math.min(0, volumeMW), 0) * 1e6;
  const atFloor = powerW;
  const steps = stack.map(({ pricePerMWh, volumeMW }): CurveStep => {
    powerW += Math.abs(volumeMW) * 1e6;
    return {
      pricePerMWh: volumeMW < 0 ? pricePerMWh + JUST_ABOVE : pricePerMWh,
      powerW: powerW as CurveStep["powerW"],
    };
  });
  return priceQuantityCurve(atFloor, steps);
}

/** Far below any market's tick. */
const JUST_ABOVE = 1e-6;

/** Prices at which the curves change what they sell, and what they buy. */
function levelsOf(curves: readonly PriceQuantityCurve[]): PriceLevels {
  const steps = curves.flatMap((curve) => curve.steps);
  const pricesOf = (kept: (powerW: number) => boolean): readonly number[] =>
    steps.filter(({ powerW }) => kept(powerW)).map(({ pricePerMWh }) => pricePerMWh);
  return { sellPrices: pricesOf((powerW) => powerW > 0), buyPrices: pricesOf((powerW) => powerW <= 0) };
}

function pricesBefore(past: Past, gateMs: UtcMs): PriceLevels {
  const end = Math.min(past.length, Math.floor((gateMs - past.startMs) / past.intervalMs));
  const start = Math.max(0, end - Math.round(OFFERS_SINCE_MS / past.intervalMs));
  const prices = Array.from({ length: Math.max(0, end - start) }, (_, at) => past.price(start + at));
  return { sellPrices: prices, buyPrices: prices };
}

/** As a unit of its own at the reference node: whole megawatts, and fast enough for any step within an interval. */
function unitOf({ powerWMaxDischarge, powerWMaxCharge, capacityWh }: Battery): MarketUnit {
  return {
    id: "BACKTEST1",
    region: "BACKTEST",
    siteIds: ["backtest"],
    maxCapacityMW: Math.floor(powerWMaxDischarge / 1e6),
    minLoadMW: Math.floor(powerWMaxCharge / 1e6),
    lossFactor: 1,
    rampMWPerMin: Math.ceil((powerWMaxDischarge + powerWMaxCharge) / 1e6),
    storageMWh: capacityWh / 1e6,
  };
}

function whole<T>(result: Result<T, CodedError>): T {
  invariant(result.ok, "the market's rules cover the days of a backtest through bids");
  return result.value;
}
