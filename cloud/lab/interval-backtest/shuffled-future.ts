import { Rng } from "@penstock/protocol/rng";

/**
 * The same table with its prices shuffled among the intervals from `from` on. The past then says nothing of the
 * future; whoever still keeps more than the naive level has seen what was to come.
 */
export function shuffledFuture<T extends { readonly prices: Float64Array }>(table: T, from: number, seed: string): T {
  const rng = new Rng(seed);
  const prices = table.prices.slice();
  for (let index = prices.length - 1; index > from; index--) {
    const other = rng.integer(from, index + 1);
    const kept = prices[index] as number;
    prices[index] = prices[other] as number;
    prices[other] = kept;
  }
  return { ...table, prices };
}
