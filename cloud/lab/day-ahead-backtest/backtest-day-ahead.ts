import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { type DayAheadMarket, daysOf, HOURS } from "../../forecast/day-ahead/index.ts";
import type { Battery } from "../../optimise/battery.ts";
import { type AuctionTrader, LoopBlockOffers, Schedule } from "../../strategies/day-ahead/auction-trader.ts";
import type { BlockStore } from "../forecast-eval/blocks.ts";
import { dayOf, forecastDays } from "../forecast-eval/evaluate-day-ahead.ts";
import { type Score, scoreOf } from "../interval-backtest/score.ts";

export interface DayAheadBacktest {
  readonly market: DayAheadMarket;
  readonly battery: Battery;
  readonly trader: string;
  readonly model: string;
  /** The last so many days count; forecasts learn from all before. */
  readonly testDays: number;
  readonly store: BlockStore;
  readonly workers: number;
  readonly onProgress?: (text: string) => void;
}

export interface DayAheadBacktestResult extends Score {
  readonly intervals: number;
  readonly days: number;
  readonly baselines: Readonly<Record<string, Score>>;
  readonly profitByHour: Float64Array;
  /** State of charge at the START of each hour. */
  readonly socByHour: Float64Array;
  readonly hindsight: Float64Array;
}

/** The shelf: one entry a trader. The first is the default. */
export const auctionTraders: Readonly<
  Record<string, { readonly text: string; readonly make: (battery: Battery) => AuctionTrader }>
> = {
  "loop-blocks": {
    text: "pairs of a purchase and a sale accepted together or not at all (auctions with loop blocks, as SDAC)",
    make: (battery) => new LoopBlockOffers(battery),
  },
  schedule: {
    text: "fixed volumes hour by hour at any price (every auction)",
    make: (battery) => new Schedule(battery),
  },
};

const SOC_SHARE_TOLERANCE = 1e-6;

/** Orders before each day's auction from what was known then, cleared at the prices that came, set against hindsight. */
export async function backtestDayAhead(wish: DayAheadBacktest): Promise<Result<DayAheadBacktestResult, CodedError>> {
  const { market, battery, testDays, model } = wish;
  const endDay = daysOf(market);
  const firstDay = endDay - testDays;
  const { own } = await forecastDays({
    market,
    model,
    testDays,
    store: wish.store,
    workers: wish.workers,
    onProgress: (done, of, block) => wish.onProgress?.(`${done} of ${of} blocks of days forecast, ${block.model}`),
  });
  const realOn = (day: number): Float64Array => market.prices.subarray(day * HOURS, (day + 1) * HOURS);
  const run = (make: (battery: Battery) => AuctionTrader, forecastOn: (day: number) => Float64Array) => {
    const trader = make(battery);
    const meterMWh = new Float64Array(testDays * HOURS);
    for (let day = firstDay; day < endDay; day++) {
      const order = trader.order(forecastOn(day));
      const real = realOn(day);
      meterMWh.set(order.clear(real), (day - firstDay) * HOURS);
      trader.learn?.(real);
    }
    return meterMWh;
  };
  const real = market.prices.subarray(firstDay * HOURS, endDay * HOURS);
  const best = run((each) => new Schedule(each), realOn);
  const hindsight = profitsOf(battery, best, real);
  const judge = (meterMWh: Float64Array): Score =>
    scoreOf(profitsOf(battery, meterMWh, real), hindsight, soldMWh(meterMWh), HOURS, battery);
  const entry = auctionTraders[wish.trader];
  if (entry === undefined) return fail({ code: "lab.no-such-trader", trader: wish.trader });
  const volumes = run(entry.make, (day) => dayOf(own, day));
  const broken = firstBrokenDay(volumes, battery);
  if (broken !== undefined) return fail({ code: "lab.store-overdrawn", day: broken, trader: wish.trader });
  const score = judge(volumes);
  if (score.capture !== null && score.capture > 1 + 1e-6)
    return fail({ code: "lab.beats-perfect-foresight", capture: score.capture, trader: wish.trader });
  const schedule = (forecastOn: (day: number) => Float64Array): Score =>
    judge(run((each) => new Schedule(each), forecastOn));
  return ok({
    ...score,
    intervals: testDays * HOURS,
    days: testDays,
    baselines: {
      schedule: schedule((day) => dayOf(own, day)),
      "yesterday-schedule": schedule((day) => realOn(day - 1)),
      "last-week-schedule": schedule((day) => realOn(day - 7)),
    },
    profitByHour: profitsOf(battery, volumes, real),
    socByHour: socByHourOf(volumes, battery),
    hindsight,
  });
}

const profitsOf = (battery: Battery, meterMWh: Float64Array, prices: Float64Array): Float64Array =>
  meterMWh.map((volume, at) => volume * (prices[at] as number) - Math.max(0, volume) * battery.costPerMWh);

const soldMWh = (meterMWh: Float64Array): number => meterMWh.reduce((sum, volume) => sum + Math.max(0, volume), 0);

/** A store is half full when a day begins; whoever sells more than a day buys breaks the store, and is told. */
const SOC_AT_MIDNIGHT = 0.5;

const nextSoc = (soc: number, volume: number, battery: Battery): number =>
  soc +
  (volume > 0 ? -volume / battery.efficiencyDischarge : -volume * battery.efficiencyCharge) /
    (battery.capacityWh / 1e6);

function socByHourOf(meterMWh: Float64Array, battery: Battery): Float64Array {
  let soc = SOC_AT_MIDNIGHT;
  return meterMWh.map((volume, at) => {
    if (at % HOURS === 0) soc = SOC_AT_MIDNIGHT;
    const before = soc;
    soc = nextSoc(soc, volume, battery);
    return before;
  });
}

/** Whatever an auction accepts, the store must hold it; judged here by adding it up, hour by hour. */
function firstBrokenDay(meterMWh: Float64Array, battery: Battery): number | undefined {
  for (let day = 0; day * HOURS < meterMWh.length; day++) {
    let soc = SOC_AT_MIDNIGHT;
    for (const volume of meterMWh.subarray(day * HOURS, (day + 1) * HOURS)) {
      soc = nextSoc(soc, volume, battery);
      const isInside = soc > battery.socMin - SOC_SHARE_TOLERANCE && soc < battery.socMax + SOC_SHARE_TOLERANCE;
      const isWithinPower =
        volume * 1e6 <= battery.powerWMaxDischarge + 1 && -volume * 1e6 <= battery.powerWMaxCharge + 1;
      if (!(isInside && isWithinPower)) return day;
    }
  }
  return undefined;
}
