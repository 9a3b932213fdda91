import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { OperatorBlend } from "./operator-blend.ts";

const PER_DAY = 48;
const DAYS = 12;

/** A market of twelve days with a daily shape and noise, and an operator that knows it but for what `spoil` does. */
function world(seed: string, spoil: (price: number, rng: Rng) => number) {
  const rng = new Rng(seed);
  const prices = Float64Array.from({ length: DAYS * PER_DAY }, (_, index) => {
    const evening = index % PER_DAY > 34 && index % PER_DAY < 42 ? 60 : 0;
    return 50 + evening + 10 * rng.normal();
  });
  const runAt = (now: number): Float64Array => prices.slice(now, now + 40).map((price) => spoil(price, rng));
  return { prices, runAt };
}

function errors({ prices, runAt }: ReturnType<typeof world>): { own: number; operator: number; yesterday: number } {
  const blend = new OperatorBlend(PER_DAY);
  let [own, operator, yesterday, count] = [0, 0, 0, 0];
  for (let now = PER_DAY; now < prices.length - 40; now++) {
    const said = runAt(now);
    const blended = blend.forecast({ known: prices.slice(0, now), operator: said });
    for (const ahead of [1, 7, 23]) {
      const real = prices[now + ahead] as number;
      own += Math.abs((blended[ahead] as number) - real);
      operator += Math.abs((said[ahead] as number) - real);
      yesterday += Math.abs((prices[now + ahead - PER_DAY] as number) - real);
      count++;
    }
  }
  return { own: own / count, operator: operator / count, yesterday: yesterday / count };
}

test("an operator that is right is followed", () => {
  const { own } = errors(world("right", (price) => price));
  expect(own).toBeLessThan(1);
});

test("one that is always 40 too high is brought down", () => {
  const { own, operator } = errors(world("high", (price) => price + 40));
  expect(operator).toBeCloseTo(40, 6);
  expect(own).toBeLessThan(10);
});

test("one that cries wolf is not believed, and one that knows nothing is left aside", () => {
  const wolf = errors(world("wolf", (price, rng) => (rng.chance(0.1) ? 9_000 : price + 5 * rng.normal())));
  expect(wolf.own).toBeLessThan(10);
  expect(wolf.operator).toBeGreaterThan(500);
  const noise = errors(world("noise", (_, rng) => rng.between(0, 300)));
  expect(noise.own).toBeLessThan(1.1 * noise.yesterday);
});

test("where the operator says nothing, the prices so far still do", () => {
  const blend = new OperatorBlend(PER_DAY);
  const known = Float64Array.from({ length: 5 * PER_DAY }, (_, index) => 40 + (index % PER_DAY));
  const said = blend.forecast({ known, operator: new Float64Array(20).fill(Number.NaN) });
  expect(said[3]).toBeCloseTo(43, 6);
  expect(said.every(Number.isFinite)).toBe(true);
});

test("its answer does not move with what comes later", () => {
  const { prices, runAt } = world("later", (price) => price + 3);
  const runs = Array.from({ length: 200 }, (_, index) => runAt(PER_DAY + index));
  const answer = (series: Float64Array): Float64Array => {
    const blend = new OperatorBlend(PER_DAY);
    let last = new Float64Array(0);
    for (const [index, operator] of runs.entries()) {
      last = new Float64Array(blend.forecast({ known: series.slice(0, PER_DAY + index), operator }));
    }
    return last;
  };
  const changed = prices.slice().fill(9_999, PER_DAY + 199);
  expect(answer(changed)).toEqual(answer(prices));
});
