import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { madeUpMarket } from "../testing/made-up-market.ts";
import { type DayAheadModel, DayAheadView, dayAheadModels, evenMix, expertMix } from "./index.ts";
import { asinhStabiliser, linearStabiliser, rootStabiliser } from "./stabiliser.ts";

const market = madeUpMarket("day-ahead", 150);

function maeOf(model: DayAheadModel, fromDay: number, days: number): number {
  const learner = model.begin(new Rng("test"));
  let sum = 0;
  for (let day = fromDay; day < fromDay + days; day++) {
    const said = learner.forecast(DayAheadView.before(market, day));
    for (let hour = 0; hour < 24; hour++)
      sum += Math.abs((said[hour] as number) - (market.prices[day * 24 + hour] as number));
  }
  return sum / days / 24;
}

test("a view opens no door to its own day's prices, nor to what is published after it", () => {
  const view = DayAheadView.before(market, 20);
  expect(view.prices(19)).toHaveLength(24);
  expect(() => view.prices(20)).toThrow("days before its own");
  expect(view.known(1, 20)).toHaveLength(24);
  expect(() => view.known(1, 21)).toThrow("published by its day");
  expect(view.weekday(0)).toBe(1);
});

test.each(
  Object.values(dayAheadModels).filter(({ name }) => /^(lear|kernel)-/.test(name)),
)("$name halves the error of last week's prices where price follows load and wind", (model) => {
  const naive = maeOf(dayAheadModels["last-week"] as DayAheadModel, 120, 21);
  expect(maeOf(model, 120, 21)).toBeLessThan(naive / 2);
});

test("last week on Saturday to Monday, yesterday on the other days", () => {
  const learner = (dayAheadModels["similar-day"] as DayAheadModel).begin(new Rng("test"));
  const pricesBack = (day: number): number | undefined => {
    const said = learner.forecast(DayAheadView.before(market, day));
    return [1, 7].find((back) => said[5] === market.prices[(day - back) * 24 + 5]);
  };
  // The market begins on a Monday.
  expect([14, 15, 16, 17, 18, 19, 20].map(pricesBack)).toEqual([7, 1, 1, 1, 1, 7, 7]);
});

test.each([asinhStabiliser, linearStabiliser, rootStabiliser])("$name: what goes in comes back", (stabiliser) => {
  const column = Float64Array.from({ length: 99 }, (_, index) => (index === 50 ? 3000 : 30 + (index % 20)));
  const { to, back } = stabiliser.fit(column);
  for (const price of [-500, 0, 30, 45, 3000]) expect(back(to(price))).toBeCloseTo(price, 6);
  expect(to(41)).toBeGreaterThan(to(40));
});

test("a column that hardly ever changes is scaled all the same", () => {
  const column = new Float64Array(50);
  column[7] = 10;
  expect(asinhStabiliser.fit(column).to(10)).toBeGreaterThan(1);
  expect(asinhStabiliser.fit(new Float64Array(50)).to(3)).toBeGreaterThan(0);
});

test("an expert mix begins even and then follows whoever was right", () => {
  const mix = expertMix({ halfLifeDays: 7, sharpness: 20 });
  const even = evenMix();
  for (let day = 100; day < 110; day++) {
    const view = DayAheadView.before(market, day);
    const right = market.prices.slice(day * 24, day * 24 + 24).map((price, hour) => price + (hour % 2 === 0 ? 1 : -1));
    const wrong = right.map((price) => price + 30);
    const said = mix.forecast(view, [wrong, right]);
    const middle = (right[0] as number) + 15;
    expect(even.forecast(view, [wrong, right])[0]).toBeCloseTo(middle, 9);
    if (day === 100) expect(said[0]).toBeCloseTo(middle, 9);
    else expect(Math.abs((said[0] as number) - (right[0] as number))).toBeLessThan(1.5);
  }
});

test("a mix of models that are all 10 too high at one hour is put right by half there, and nowhere else", () => {
  const mix = expertMix({ halfLifeDays: 14, sharpness: 8 });
  let said = new Float64Array(24);
  for (let day = 60; day < 140; day++) {
    const high = market.prices.slice(day * 24, day * 24 + 24).map((price, hour) => (hour === 18 ? price + 10 : price));
    said = new Float64Array(mix.forecast(DayAheadView.before(market, day), [high, high]));
  }
  const errorAt = (hour: number): number => (said[hour] as number) - (market.prices[139 * 24 + hour] as number);
  expect(errorAt(18)).toBeCloseTo(5, 0);
  expect(errorAt(3)).toBeCloseTo(0, 9);
});
