import { Rng } from "@penstock/protocol/rng";

const BLOCK_DAYS = 7;
const DRAWS = 2_000;

/** The middle 90 % of what other days of the same kind would have brought. */
export interface ResampledWeeks {
  /** Profit over hindsight's; null where hindsight earns nothing. */
  readonly capture: readonly [number, number] | null;
  /** Money over as many days. */
  readonly profit: readonly [number, number];
}

/**
 * How far a result could have been another with other days of the same kind: whole weeks are drawn again and again
 * (days next to each other are alike).
 */
export function resampledWeeks(profitByDay: Float64Array, hindsightByDay: Float64Array, seed: string): ResampledWeeks {
  const days = profitByDay.length;
  const rng = new Rng(seed);
  const shares: number[] = [];
  const profits: number[] = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    let profit = 0;
    let hindsight = 0;
    for (let taken = 0; taken < days; taken += BLOCK_DAYS) {
      const first = rng.integer(0, days);
      for (let day = 0; day < Math.min(BLOCK_DAYS, days - taken); day++) {
        profit += profitByDay[(first + day) % days] as number;
        hindsight += hindsightByDay[(first + day) % days] as number;
      }
    }
    profits.push(profit);
    if (hindsight > 0) shares.push(profit / hindsight);
  }
  return { capture: shares.length === 0 ? null : middleOf(shares), profit: middleOf(profits) };
}

function middleOf(drawn: readonly number[]): readonly [number, number] {
  const sorted = drawn.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] as number;
  return [at(0.05), at(0.95)];
}
