import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { type Lessons, OUTPUTS } from "./lessons.ts";
import { NetReader } from "./small-net.ts";
import { type NetSettings, trainNets } from "./train-nets.ts";

const settings: NetSettings = { nets: 2, hidden: [24, 16], rounds: 20, rate: 0.005, decay: 0.01, seed: "test" };

/** Two features that matter, one that does not and one that never changes; each output wants something else. */
function lessons(count: number, seed: string): Lessons {
  const rng = new Rng(seed);
  const x = new Float32Array(count * 4);
  const y = new Float32Array(count * OUTPUTS);
  for (let row = 0; row < count; row++) {
    for (let feature = 0; feature < 3; feature++) x[row * 4 + feature] = rng.between(-1, 1);
    x[row * 4 + 3] = 7;
    for (let output = 0; output < OUTPUTS; output++)
      y[row * OUTPUTS + output] = truth(x, row * 4, output) + rng.normal();
  }
  return { rows: count, features: 4, x, y };
}

const truth = (x: Float32Array, at: number, output: number): number =>
  50 + 20 * Math.abs(x[at] as number) * (output + 1) - 10 * (x[at + 1] as number);

const answersOf = (reader: NetReader, given: Lessons, row: number): number[] => {
  const out = new Float64Array(OUTPUTS);
  reader.ask(given.x, row * 4, 1, out);
  return [...out];
};

test("learns what bends, each output for itself, through noise", () => {
  const reader = new NetReader(trainNets(lessons(3_000, "learn"), settings));
  const unseen = lessons(200, "unseen");
  let error = 0;
  for (let row = 0; row < unseen.rows; row++) {
    for (const [output, answer] of answersOf(reader, unseen, row).entries())
      error += Math.abs(answer - truth(unseen.x, row * 4, output)) / (unseen.rows * OUTPUTS);
  }
  // The outputs range over 20 to 160, by 35 about their means.
  expect(error).toBeLessThan(2);
});

test("the same lessons and seed make the same nets; another seed makes others", () => {
  const given = lessons(300, "same");
  expect(trainNets(given, settings)).toEqual(trainNets(given, settings));
  expect(trainNets(given, { ...settings, seed: "other" }).nets).not.toEqual(trainNets(given, settings).nets);
});

test("an answer depends on its own row alone, whatever is asked with it or before", () => {
  const given = lessons(300, "alone");
  const reader = new NetReader(trainNets(given, settings));
  const all = new Float64Array(77 * OUTPUTS);
  reader.ask(given.x, 0, 77, all);
  for (const row of [70, 0, 33, 76, 1])
    expect(answersOf(reader, given, row)).toEqual([...all.subarray(row * OUTPUTS, (row + 1) * OUTPUTS)]);
});

test("a feature that never changed in the lessons has no say when it does", () => {
  const given = lessons(300, "flat");
  const reader = new NetReader(trainNets(given, settings));
  const [row, other] = [given.x.slice(0, 4), given.x.slice(0, 4)];
  other[3] = 1e6;
  const said = new Float64Array(OUTPUTS);
  reader.ask(row, 0, 1, said);
  const otherwise = new Float64Array(OUTPUTS);
  reader.ask(other, 0, 1, otherwise);
  expect(otherwise).toEqual(said);
});

test("a feature far outside what was seen answers finitely", () => {
  const given = lessons(300, "far");
  const reader = new NetReader(trainNets(given, settings));
  const far = Float32Array.of(1e9, -1e9, 0, 7);
  const out = new Float64Array(OUTPUTS);
  reader.ask(far, 0, 1, out);
  for (const answer of out) expect(Number.isFinite(answer)).toBe(true);
});
