import type { Battery } from "../../optimise/battery.ts";
import { ValueFunction } from "../../optimise/index.ts";
import type { PriceQuantityCurve } from "../price-quantity-curve.ts";
import type { IntervalTrader } from "./interval-trader.ts";
import type { Past } from "./past.ts";
import { responsiveCurve } from "./responsive-curve.ts";

const GRID_POINTS = 97;
const DAYS_AHEAD = 2;

/**
 * A yardstick: reckons with the mean of the last days at the same time of day, whatever the day looks like, and bids
 * what stored energy is worth at those prices. With one day it reckons with yesterday.
 */
export class ProfileValue implements IntervalTrader {
  readonly name: string;
  readonly #battery: Battery;
  readonly #days: number;
  readonly #priceTick: number;
  #value: ValueFunction | undefined;
  #madeAt = -1;

  constructor(name: string, days: number, battery: Battery, priceTick: number) {
    this.name = name;
    this.#days = days;
    this.#battery = battery;
    this.#priceTick = priceTick;
  }

  curve(past: Past, soc: number): PriceQuantityCurve {
    const worth = this.worth(past);
    return responsiveCurve({
      battery: this.#battery,
      intervalMs: past.intervalMs,
      soc,
      edges: [],
      worth: (_, share) => worth(share),
      priceTick: this.#priceTick,
    });
  }

  /** The length of the past that is reckoned with, and going on with what it was. */
  get madeAt(): number {
    return this.#madeAt;
  }

  resume(past: Past): ValueFunction {
    const value = this.#valueFrom(past, Math.round(86_400_000 / past.intervalMs));
    this.#value = value;
    this.#madeAt = past.length;
    return value;
  }

  /** Of one more stored MWh after interval `past.length`, at a stored share 0..1. */
  worth(past: Past): (share: number) => number {
    const perDay = Math.round(86_400_000 / past.intervalMs);
    const isOld = past.length - this.#madeAt >= perDay;
    const value = this.#value === undefined || isOld ? this.resume(past) : this.#value;
    const worth = value.marginalValue(past.length - this.#madeAt + 1);
    return (share) => worth[Math.min(worth.length - 1, Math.floor(share * worth.length))] as number;
  }

  #valueFrom(past: Past, perDay: number): ValueFunction {
    const days = Math.min(this.#days, Math.floor(past.length / perDay));
    const prices = Float64Array.from({ length: (DAYS_AHEAD + 1) * perDay }, (_, ahead) => {
      let sum = 0;
      for (let day = 1; day <= days; day++) sum += past.price(past.length - day * perDay + (ahead % perDay));
      return sum / Math.max(1, days);
    });
    return new ValueFunction({
      battery: this.#battery,
      intervalMs: past.intervalMs,
      scenarios: [{ weight: 1, prices }],
      gridPoints: GRID_POINTS,
    });
  }
}
