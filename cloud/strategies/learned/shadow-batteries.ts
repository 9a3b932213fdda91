import type { Ms } from "@penstock/protocol/units";
import type { Battery } from "../../optimise/battery.ts";
import { moveBattery } from "../../optimise/move-battery.ts";
import { type PriceQuantityCurve, powerAt } from "../price-quantity-curve.ts";
import type { KeptShadows } from "./kept-value.ts";

/** What was earned so long ago counts half. */
const HALF_LIFE_DAYS = 60;

/**
 * One battery on paper for each of several opinions, each trading its own from its own state of charge at the prices
 * that come: what an opinion has lately been worth, free of what the real battery did.
 */
export class ShadowBatteries {
  readonly #battery: Battery;
  readonly #intervalMs: Ms;
  readonly #fade: number;
  readonly #soc: Float64Array;
  readonly #earned: Float64Array;
  #curves: readonly PriceQuantityCurve[] = [];

  constructor(battery: Battery, intervalMs: Ms, opinions: number, kept?: KeptShadows) {
    this.#battery = battery;
    this.#intervalMs = intervalMs;
    this.#fade = 0.5 ** (intervalMs / (HALF_LIFE_DAYS * 86_400_000));
    this.#soc = new Float64Array(opinions).fill(battery.socMin);
    this.#earned = new Float64Array(opinions);
    if (kept?.soc.length !== opinions) return;
    this.#soc.set(kept.soc);
    this.#earned.set(kept.earned);
    this.#curves = kept.curves;
  }

  /** Where they stand, to go on from. */
  get kept(): KeptShadows {
    return { soc: [...this.#soc], earned: [...this.#earned], curves: this.#curves };
  }

  /** The opinion that has lately earned most; the first of equals. */
  get best(): number {
    let best = 0;
    for (const [index, earned] of this.#earned.entries()) if (earned > (this.#earned[best] as number)) best = index;
    return best;
  }

  /** Before an interval: what each would bid with what it has in store. */
  offer(curveOf: (opinion: number, soc: number) => PriceQuantityCurve): void {
    this.#curves = Array.from(this.#soc, (soc, opinion) => curveOf(opinion, soc));
  }

  /** After it: the price it cleared at. */
  clear(price: number): void {
    const hours = this.#intervalMs / 3_600_000;
    for (const [opinion, curve] of this.#curves.entries()) {
      const { powerW, soc } = moveBattery(
        this.#battery,
        this.#soc[opinion] as number,
        powerAt(curve, price),
        this.#intervalMs,
      );
      const soldMWh = (powerW / 1e6) * hours;
      this.#soc[opinion] = soc;
      this.#earned[opinion] =
        this.#fade * (this.#earned[opinion] as number) +
        soldMWh * price -
        Math.max(0, soldMWh) * this.#battery.costPerMWh;
    }
  }
}
