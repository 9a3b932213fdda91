import type { Battery } from "../../optimise/battery.ts";

/**
 * Two volumes of one day that are accepted together or not at all: what is bought at one hour is what is sold at the
 * other. The auction accepts it when the two together pay at the prices that clear.
 */
export interface LoopBlock {
  readonly buyHour: number;
  readonly sellHour: number;
  /** At the meter. */
  readonly buyMWh: number;
  readonly sellMWh: number;
  /** Least that the pair must bring, money: wear. */
  readonly costMin: number;
}

const NOTHING_MWH = 1e-9;

/**
 * Takes a schedule apart into loop blocks, last in first out: each discharge is paired with the latest charge not
 * yet sold again, and each charge with the latest discharge not yet bought back.
 *
 * Whatever the auction leaves out, the battery can deliver the rest. Above the level the day begins at only charges
 * are open, below it only discharges; leaving out a pair brings the store between its two hours nearer to that level
 * and changes nothing elsewhere. What a schedule leaves open at the end of the day is returned as `alone`.
 */
export function loopBlocks(
  scheduleMWh: Float64Array,
  battery: Battery,
): {
  readonly pairs: readonly LoopBlock[];
  readonly alone: readonly { readonly hour: number; readonly meterMWh: number }[];
} {
  const { efficiencyCharge, efficiencyDischarge, costPerMWh } = battery;
  const open: { readonly hour: number; storedMWh: number }[] = [];
  const pairs: LoopBlock[] = [];
  for (const [hour, meterMWh] of scheduleMWh.entries()) {
    let storedMWh = meterMWh > 0 ? -meterMWh / efficiencyDischarge : -meterMWh * efficiencyCharge;
    while (Math.abs(storedMWh) > NOTHING_MWH) {
      const latest = open.at(-1);
      if (latest === undefined || Math.sign(latest.storedMWh) === Math.sign(storedMWh)) {
        open.push({ hour, storedMWh });
        break;
      }
      const bothMWh = Math.min(Math.abs(storedMWh), Math.abs(latest.storedMWh));
      const sellMWh = bothMWh * efficiencyDischarge;
      pairs.push({
        buyHour: storedMWh > 0 ? hour : latest.hour,
        sellHour: storedMWh > 0 ? latest.hour : hour,
        buyMWh: bothMWh / efficiencyCharge,
        sellMWh,
        costMin: sellMWh * costPerMWh,
      });
      latest.storedMWh += Math.sign(storedMWh) * bothMWh;
      storedMWh -= Math.sign(storedMWh) * bothMWh;
      if (Math.abs(latest.storedMWh) <= NOTHING_MWH) open.pop();
    }
  }
  const alone = open.map(({ hour, storedMWh }) => ({
    hour,
    meterMWh: storedMWh > 0 ? -storedMWh / efficiencyCharge : -storedMWh * efficiencyDischarge,
  }));
  return { pairs, alone };
}

/** What a pair brings at the day's prices, after wear; the auction accepts it when this is not negative. */
export const bringsAt = ({ buyHour, sellHour, buyMWh, sellMWh, costMin }: LoopBlock, prices: Float64Array): number =>
  sellMWh * (prices[sellHour] as number) - buyMWh * (prices[buyHour] as number) - costMin;
