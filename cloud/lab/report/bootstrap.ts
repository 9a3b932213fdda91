import { Rng } from "@penstock/protocol/rng";

const BLOCK_DAYS = 7;
const DRAWS = 2_000;

/**
 * How far capture could have been another with other days of the same kind: whole weeks are drawn again and again
 * (days next to each other are alike), and the middle 90 % of what comes out is given. Null where hindsight earns nothing.
 */
export function captureInterval(
  profitByDay: Float64Array,
  hindsightByDay: Float64Array,
  seed: string,
): readonly [number, number] | null {
  const days = profitByDay.length;
  const rng = new Rng(seed);
  const shares: number[] = [];
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
    if (hindsight > 0) shares.push(profit / hindsight);
  }
  if (shares.length === 0) return null;
  shares.sort((a, b) => a - b);
  const at = (part: number): number => shares[Math.min(shares.length - 1, Math.floor(part * shares.length))] as number;
  return [at(0.05), at(0.95)];
}
