import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs, W, Wh } from "@penstock/protocol/units";
import type { Forecaster } from "../forecast/forecaster.ts";
import type { BandPrices, Market, MarketUnit } from "../markets/market.ts";
import { type Battery, perfectForesight } from "../optimise/index.ts";
import { moveBattery } from "../optimise/move-battery.ts";
import { PriceHistory } from "../prices/price-history.ts";
import { indexAt, intervalOf, type PriceSeries, seriesEndMs } from "../prices/price-series.ts";
import { type PriceQuantityCurve, powerAt } from "../strategies/price-quantity-curve.ts";
import type { MarketConstants, SiteCapability, Strategy, StrategyView } from "../strategies/strategy.ts";

export interface BacktestInput {
  readonly series: PriceSeries;
  readonly battery: Battery;
  readonly strategy: Strategy;
  readonly forecaster: Forecaster;
  /** Half-open; prices before it are for learning only. */
  readonly fromMs: UtcMs;
  readonly toMs: UtcMs;
  readonly socStart: number;
  /** How far ahead the strategy is shown a forecast, in intervals. */
  readonly horizon: number;
  /** With a market its bands, whole megawatts, gates and clearing apply; without one the curve itself is cleared. */
  readonly venue?: { readonly market: Market; readonly unit: MarketUnit };
  /** Called after each interval, for progress and reports. */
  readonly onInterval?: (step: BacktestStep) => void;
}

export interface BacktestStep {
  readonly startMs: UtcMs;
  readonly pricePerMWh: number;
  readonly powerW: number;
  readonly socStart: number;
  /** After wear. */
  readonly profit: number;
}

export interface BacktestResult {
  readonly intervals: number;
  /** Sales less purchases, less wear: money of the series. */
  readonly profit: number;
  /** The same of a battery that knew every price. */
  readonly perfectForesightProfit: number;
  /** The one over the other; undefined where even hindsight earns nothing. */
  readonly capture: number | undefined;
  /** Energy discharged over usable capacity, a day. */
  readonly cyclesPerDay: number;
  readonly dischargedMWh: number;
}

/**
 * Runs a strategy over recorded prices as it would have run then: at each gate it sees what was known, offers a
 * curve, and is cleared at the price that came. The prices ahead are out of its reach by type, since all it is
 * handed is a {@link PriceHistory}.
 */
export function backtest(input: BacktestInput): Result<BacktestResult, CodedError> {
  const { series, battery, fromMs, toMs } = input;
  const first = indexAt(series, fromMs);
  const last = indexAt(series, toMs);
  const isCovered = fromMs < toMs && first >= 0 && toMs <= seriesEndMs(series);
  if (!isCovered) {
    return fail({ code: "lab.outside-series", fromMs, toMs, startMs: series.startMs, endMs: seriesEndMs(series) });
  }
  const desk = deskOf(input);
  const hours = series.intervalMs / 3_600_000;
  let soc = input.socStart;
  let initialW = 0 as W;
  let profit = 0;
  let dischargedMWh = 0;
  for (let index = first; index < last; index++) {
    const price = series.prices[index] as number;
    const awarded = desk(index, soc, initialW);
    if (!awarded.ok) return awarded;
    const moved = moveBattery(battery, soc, awarded.value(price), series.intervalMs);
    const soldMWh = (moved.powerW / 1e6) * hours;
    const earned = soldMWh * paidPrice(input, price) - Math.max(0, soldMWh) * battery.costPerMWh;
    profit += earned;
    dischargedMWh += Math.max(0, soldMWh);
    const { startMs } = intervalOf(series, index);
    input.onInterval?.({ startMs, pricePerMWh: price, powerW: moved.powerW, socStart: soc, profit: earned });
    soc = moved.soc;
    initialW = moved.powerW;
  }
  const perfectForesightProfit = perfectForesight({
    battery,
    intervalMs: series.intervalMs,
    prices: series.prices.slice(first, last).map((price) => paidPrice(input, price)),
    socStart: input.socStart,
  }).revenue;
  const usableMWh = ((battery.socMax - battery.socMin) * battery.capacityWh) / 1e6;
  return ok({
    intervals: last - first,
    profit,
    perfectForesightProfit,
    capture: perfectForesightProfit > 0 ? profit / perfectForesightProfit : undefined,
    cyclesPerDay: dischargedMWh / usableMWh / ((toMs - fromMs) / 86_400_000),
    dischargedMWh,
  });
}

const paidPrice = ({ venue }: BacktestInput, price: number): number => price * (venue?.unit.lossFactor ?? 1);

/** Decides before the gate of an interval; the answer is asked with the price once that is known. */
type Desk = (index: number, soc: number, initialW: W) => Result<(pricePerMWh: number) => number, CodedError>;

function deskOf(input: BacktestInput): Desk {
  const { venue } = input;
  if (venue === undefined) {
    return (index, soc) => {
      const curve = curveFor(input, index, soc, NO_MARKET);
      return curve.ok ? ok((price) => powerAt(curve.value, price)) : curve;
    };
  }
  const { market, unit } = venue;
  const bands = new DayBands(input, market, unit);
  return (index, soc, initialW) => {
    const interval = intervalOf(input.series, index);
    const constants = market.constantsAt(interval.startMs, unit);
    if (!constants.ok) return constants;
    const curve = curveFor(input, index, soc, constants.value);
    if (!curve.ok) return curve;
    const bandPrices = bands.on(index, soc, constants.value);
    if (!bandPrices.ok) return bandPrices;
    const decidedAtMs = market.gateClosureMs(interval);
    const bid = market.buildBid({
      unit,
      interval,
      curve: curve.value,
      bandPrices: bandPrices.value,
      versionNumber: 1,
      decidedAtMs,
    });
    if (!bid.ok) return bid;
    const [broken] = market.validate(bid.value, unit, { dayBandPrices: bandPrices.value });
    if (broken !== undefined) return fail({ code: "lab.bid-refused", ...broken });
    return ok((price) => market.clear(bid.value, price, { initialW, lossFactor: unit.lossFactor }).targetW);
  };
}

/** Band prices of each trading day, chosen with what was known at their gate on the day before. */
class DayBands {
  readonly #input: BacktestInput;
  readonly #market: Market;
  readonly #unit: MarketUnit;
  readonly #chosen = new Map<number, BandPrices>();

  constructor(input: BacktestInput, market: Market, unit: MarketUnit) {
    this.#input = input;
    this.#market = market;
    this.#unit = unit;
  }

  on(index: number, soc: number, constants: MarketConstants): Result<BandPrices, CodedError> {
    const { series } = this.#input;
    const day = this.#market.tradingDay(intervalOf(series, index).startMs);
    const known = this.#chosen.get(day.startMs);
    if (known !== undefined) return ok(known);
    const gateMs = this.#market.bandPriceGateMs(day);
    const history = PriceHistory.asOf(series, gateMs);
    const horizon = Math.ceil((day.endMs - history.endMs) / series.intervalMs);
    const forecast = this.#input.forecaster.forecast(history, horizon);
    if (!forecast.ok) return forecast;
    const interval = intervalOf(series, indexAt(series, history.endMs));
    const view = viewOf(this.#input, { interval, forecast: forecast.value, soc, market: constants });
    const levels = this.#input.strategy.levels(view, day);
    if (!levels.ok) return levels;
    const bands = this.#market.dayBandPrices({ unit: this.#unit, day, levels: [levels.value] });
    if (bands.ok) this.#chosen.set(day.startMs, bands.value);
    return bands;
  }
}

function curveFor(
  input: BacktestInput,
  index: number,
  soc: number,
  market: MarketConstants,
): Result<PriceQuantityCurve, CodedError> {
  const interval = intervalOf(input.series, index);
  const decidedAtMs = input.venue?.market.gateClosureMs(interval) ?? ((interval.startMs - 1) as UtcMs);
  const history = PriceHistory.asOf(input.series, decidedAtMs);
  const forecast = input.forecaster.forecast(history, input.horizon);
  if (!forecast.ok) return forecast;
  const intents = input.strategy.decide(viewOf(input, { interval, forecast: forecast.value, soc, market }));
  if (!intents.ok) return intents;
  const [intent] = intents.value;
  invariant(intent !== undefined, "a strategy answers for every site it is shown");
  return ok(intent.curve);
}

function viewOf(
  { battery }: BacktestInput,
  at: Pick<StrategyView, "interval" | "forecast" | "market"> & { readonly soc: number },
): StrategyView {
  invariant(battery.efficiencyCharge === battery.efficiencyDischarge, "a site attests one efficiency for both ways");
  const site: SiteCapability = {
    siteId: "backtest",
    available: true,
    soc: at.soc,
    socMin: battery.socMin,
    socMax: battery.socMax,
    capacityWh: battery.capacityWh as Wh,
    powerWMaxCharge: battery.powerWMaxCharge,
    powerWMaxDischarge: battery.powerWMaxDischarge,
    efficiencyOneWay: battery.efficiencyCharge,
    costPerMWh: battery.costPerMWh,
    ...(battery.importWMax !== undefined && { importWMax: battery.importWMax }),
    ...(battery.exportWMax !== undefined && { exportWMax: battery.exportWMax }),
  };
  return {
    asOfMs: at.forecast.asOfMs,
    interval: at.interval,
    forecast: at.forecast,
    sites: [site],
    market: at.market,
  };
}

/** A curve cleared as it is: no caps, a cent's tick. */
const NO_MARKET: MarketConstants = {
  lossFactor: 1,
  priceTick: 0.01,
  priceFloor: Number.NEGATIVE_INFINITY,
  priceCap: Number.POSITIVE_INFINITY,
};
