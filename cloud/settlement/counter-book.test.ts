import { Rng } from "@penstock/protocol/rng";
import { Ms, UtcMs, Wh } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { CounterBook } from "./counter-book.ts";

const gapMsMax = Ms(60_000);
const sample = (atS: number, outWh: number, inWh = 0) => ({
  atMs: UtcMs(atS * 1000),
  outWh: Wh(outWh),
  inWh: Wh(inWh),
});
const interval = (fromS: number, toS: number) => ({ startMs: UtcMs(fromS * 1000), endMs: UtcMs(toS * 1000) });

function bookOf(samples: readonly ReturnType<typeof sample>[]): CounterBook {
  const book = new CounterBook(gapMsMax);
  for (const each of samples) book.add(each);
  return book;
}

test.each([
  // samples (s, out, in)                                   interval     Wh, or why not
  [
    "on its edges",
    [
      [0, 100],
      [300, 600],
    ],
    [0, 300],
    500,
  ],
  [
    "around its edges",
    [
      [-10, 0],
      [10, 20],
      [290, 300],
      [310, 320],
    ],
    [0, 300],
    300,
  ],
  [
    "charging",
    [
      [0, 5, 10],
      [300, 5, 70],
    ],
    [0, 300],
    -60,
  ],
  [
    "with nothing in between",
    [
      [0, 0],
      [50, 10],
      [250, 90],
      [300, 100],
    ],
    [0, 300],
    100,
  ],
  [
    "not yet at its end",
    [
      [0, 0],
      [290, 10],
    ],
    [0, 300],
    "settlement.counters-missing",
  ],
  [
    "only after its start",
    [
      [10, 0],
      [300, 10],
    ],
    [0, 300],
    "settlement.counters-missing",
  ],
  [
    "too far apart around its start",
    [
      [-40, 0],
      [40, 10],
      [300, 20],
    ],
    [0, 300],
    "settlement.counters-missing",
  ],
  [
    "of a meter that was exchanged",
    [
      [0, 500],
      [100, 510],
      [200, 3],
      [300, 20],
    ],
    [0, 300],
    "settlement.counters-reset",
  ],
] as const)("counters %s", (_, samples, [from, to], wanted) => {
  const energy = bookOf(samples.map(([at, out, into]) => sample(at, out, into ?? 0))).energyWh(interval(from, to));
  expect(energy.ok ? energy.value : energy.error.code).toBe(wanted);
});

test("neither the order nor the repetition of samples changes a watt-hour", () => {
  const rng = new Rng("counters");
  const samples = Array.from({ length: 40 }, (_, index) => sample(index * 30 + rng.between(0, 20), index * 100));
  const inOrder = bookOf(samples).energyWh(interval(300, 900));
  for (let round = 0; round < 50; round++) {
    const shuffled = [...samples, ...samples.slice(0, 10)]
      .map((each) => ({ each, at: rng.uniform() }))
      .sort((a, b) => a.at - b.at)
      .map(({ each }) => each);
    expect(bookOf(shuffled).energyWh(interval(300, 900))).toEqual(inOrder);
  }
});

test("energies of neighbouring intervals add up to the energy of both", () => {
  const rng = new Rng("sums");
  const book = bookOf(
    Array.from({ length: 60 }, (_, index) => sample(index * 17, index * rng.integer(50, 51) + index)),
  );
  const energyWh = (from: number, to: number) => {
    const energy = book.energyWh(interval(from, to));
    return energy.ok ? energy.value : Number.NaN;
  };
  expect(energyWh(0, 400) + energyWh(400, 900)).toBeCloseTo(energyWh(0, 900), 9);
});

test("what is forgotten is what no later interval needs", () => {
  const book = bookOf([sample(0, 0), sample(290, 29), sample(310, 31), sample(600, 60)]);
  book.forgetBefore(UtcMs(300_000));
  expect(book.energyWh(interval(300, 600))).toEqual({ ok: true, value: 30 });
  expect(book.energyWh(interval(0, 300)).ok).toBe(false);
});
