import type { Battery } from "../../optimise/battery.ts";
import { bringsAt, loopBlocks } from "./loop-blocks.ts";
import { planDay } from "./plan-day.ts";

/** An order made before a day's auction: what it wishes to move at the prices that then clear. */
export interface DayOrder {
  /** MWh at the meter in each hour, positive out, that the auction accepts at these prices. */
  clear(prices: Float64Array): Float64Array;
}

/** Trades one battery in a day-ahead auction, a day at a time, from a forecast of its prices. */
export interface AuctionTrader {
  readonly name: string;
  order(forecast: Float64Array): DayOrder;
  /** Told what cleared, after the auction. */
  learn?(prices: Float64Array): void;
}

/** Fixed volumes at any price, hour by hour: every market takes them. */
export class Schedule implements AuctionTrader {
  readonly name = "schedule";
  readonly #battery: Battery;

  constructor(battery: Battery) {
    this.#battery = battery;
  }

  order(forecast: Float64Array): DayOrder {
    const volumes = planDay(this.#battery, forecast);
    return { clear: () => volumes };
  }
}

/** Shares of the wear to plan with: the less, the more pairs are offered that only clear on a better day than forecast. */
const WEAR_SHARES: readonly number[] = [1, 0.8, 0.6, 0.4, 0.2];
const HALF_LIFE_DAYS = 120;
/** Before anything is known the middle one is taken. */
const FIRST_SHARE = 2;

/**
 * The schedule as loop blocks: a pair that does not pay at the prices that come does not happen. Offering costs
 * nothing, so it plans with less wear than there is and lets the auction choose; how much less is what would have
 * earned most lately.
 */
export class LoopBlockOffers implements AuctionTrader {
  readonly name = "loop-blocks";
  readonly #battery: Battery;
  readonly #earned = new Float64Array(WEAR_SHARES.length);
  #last: readonly DayOrder[] = [];

  constructor(battery: Battery) {
    this.#battery = battery;
  }

  order(forecast: Float64Array): DayOrder {
    this.#last = WEAR_SHARES.map((share) => this.#orderWith(share, forecast));
    let best = FIRST_SHARE;
    for (const [index, earned] of this.#earned.entries()) if (earned > (this.#earned[best] as number)) best = index;
    return this.#last[best] as DayOrder;
  }

  learn(prices: Float64Array): void {
    const fade = 0.5 ** (1 / HALF_LIFE_DAYS);
    for (const [index, order] of this.#last.entries())
      this.#earned[index] =
        fade * (this.#earned[index] as number) + dayProfit(this.#battery, order.clear(prices), prices);
  }

  #orderWith(wearShare: number, forecast: Float64Array): DayOrder {
    const plan = planDay({ ...this.#battery, costPerMWh: this.#battery.costPerMWh * wearShare }, forecast);
    const { pairs, alone } = loopBlocks(plan, this.#battery);
    return {
      clear(prices) {
        const volumes = new Float64Array(prices.length);
        const add = (hour: number, meterMWh: number): void => {
          volumes[hour] = (volumes[hour] as number) + meterMWh;
        };
        for (const { hour, meterMWh } of alone) add(hour, meterMWh);
        for (const pair of pairs) {
          if (bringsAt(pair, prices) < 0) continue;
          add(pair.buyHour, -pair.buyMWh);
          add(pair.sellHour, pair.sellMWh);
        }
        return volumes;
      },
    };
  }
}

/** Sales less purchases, less wear. */
export function dayProfit(battery: Battery, meterMWh: Float64Array, prices: Float64Array): number {
  return meterMWh.reduce(
    (sum, volume, hour) => sum + volume * (prices[hour] as number) - Math.max(0, volume) * battery.costPerMWh,
    0,
  );
}
