import { Rng } from "@penstock/protocol/rng";
import { UtcMs } from "@penstock/protocol/units";
import { type DayAheadMarket, HOURS } from "../day-ahead/day-ahead-market.ts";

/**
 * A market in which price follows load less wind, with a level that wanders, weekends that are quieter and now and
 * then a spike: enough for a model that learns to be told from one that does not.
 */
export function madeUpMarket(seed: string, days: number): DayAheadMarket {
  const rng = new Rng(seed);
  const load = new Float64Array(days * HOURS);
  const wind = new Float64Array(days * HOURS);
  const prices = new Float64Array(days * HOURS);
  let level = 40;
  for (let day = 0; day < days; day++) {
    level += 0.05 * (40 - level) + rng.normal();
    const quiet = day % 7 >= 5 ? 8 : 0;
    const windToday = rng.between(0, 20);
    for (let hour = 0; hour < HOURS; hour++) {
      const at = day * HOURS + hour;
      load[at] = 50 - quiet + 10 * Math.sin((2 * Math.PI * (hour - 8)) / HOURS) + rng.normal();
      wind[at] = Math.max(0, windToday + rng.normal());
      const spike = rng.chance(0.004) ? rng.between(50, 200) : 0;
      const net = (load[at] as number) - (wind[at] as number) - 40;
      prices[at] = level + net + (net > 0 ? 0.05 * net * net : 0) + rng.normal() + spike;
    }
  }
  return {
    name: "made-up",
    firstDayMs: UtcMs(Date.UTC(2021, 0, 4)),
    prices,
    known: [
      { name: "load", values: load },
      { name: "wind", values: wind },
    ],
  };
}
