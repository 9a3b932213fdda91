import type { Battery } from "../../optimise/battery.ts";
import { moveBattery } from "../../optimise/move-battery.ts";
import type { IntervalTrader } from "../../strategies/learned/interval-trader.ts";
import { type PriceQuantityCurve, powerAt } from "../../strategies/price-quantity-curve.ts";
import { MarketPast, type MarketTable } from "./market-table.ts";

export interface Run {
  /** Element 0 is interval `from` of the table. Power at the meter, positive out. */
  readonly powerW: Float64Array;
  /** At the START of each interval, and after the last. */
  readonly soc: Float64Array;
  /** Money of each interval, after wear. */
  readonly profit: Float64Array;
  readonly dischargedMWh: number;
}

export interface RunWish {
  readonly table: MarketTable;
  readonly battery: Battery;
  readonly trader: IntervalTrader;
  /** Half-open, in intervals of the table. */
  readonly from: number;
  readonly to: number;
  readonly socStart: number;
  readonly onCurve?: (index: number, curve: PriceQuantityCurve) => void;
  readonly onDay?: (done: number) => void;
}

/** Bids before each interval with what is known then, clears the curve at the price that came, moves the battery. */
export function runTrader({ table, battery, trader, from, to, socStart, onCurve, onDay }: RunWish): Run {
  const perDay = Math.round(86_400_000 / table.intervalMs);
  const powerW = new Float64Array(to - from);
  const soc = new Float64Array(to - from + 1);
  soc[0] = socStart;
  for (let index = from; index < to; index++) {
    const at = index - from;
    const curve = trader.curve(new MarketPast(table, index), soc[at] as number);
    onCurve?.(index, curve);
    const moved = moveBattery(
      battery,
      soc[at] as number,
      powerAt(curve, table.prices[index] as number),
      table.intervalMs,
    );
    powerW[at] = moved.powerW;
    soc[at + 1] = moved.soc;
    if ((at + 1) % perDay === 0) onDay?.(at + 1);
  }
  return { powerW, soc, ...earned(table, battery, from, powerW) };
}

/** What a schedule earns at the prices of the table from interval `from` on: sales less purchases, less wear. */
export function earned(
  table: MarketTable,
  battery: Battery,
  from: number,
  powerW: Float64Array,
): { readonly profit: Float64Array; readonly dischargedMWh: number } {
  const hours = table.intervalMs / 3_600_000;
  let dischargedMWh = 0;
  const profit = powerW.map((power, at) => {
    const soldMWh = (power / 1e6) * hours;
    dischargedMWh += Math.max(0, soldMWh);
    return soldMWh * (table.prices[from + at] as number) - Math.max(0, soldMWh) * battery.costPerMWh;
  });
  return { profit, dischargedMWh };
}
