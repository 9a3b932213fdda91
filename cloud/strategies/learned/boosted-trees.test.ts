import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { askTrees, type Lessons, OUTPUTS, type TreeSettings, trainTrees } from "./boosted-trees.ts";

const settings: TreeSettings = {
  trees: 60,
  depth: 3,
  rate: 0.2,
  shrinkRows: 5,
  rowShare: 0.7,
  featureShare: 1,
  seed: "test",
};

/** Two features that matter and one that does not; each output wants something else. */
function lessons(count: number, seed: string): Lessons {
  const rng = new Rng(seed);
  const x = new Float32Array(count * 3);
  const y = new Float32Array(count * OUTPUTS);
  for (let row = 0; row < count; row++) {
    for (let feature = 0; feature < 3; feature++) x[row * 3 + feature] = rng.between(-1, 1);
    for (let output = 0; output < OUTPUTS; output++)
      y[row * OUTPUTS + output] = truth(x, row * 3, output) + rng.normal();
  }
  return { rows: count, features: 3, x, y };
}

const truth = (x: Float32Array, at: number, output: number): number =>
  ((x[at] as number) > 0.2 ? 10 : 0) * (output + 1) + ((x[at + 1] as number) > -0.3 ? 5 : 0);

test("learns what depends on what, each output for itself", () => {
  const model = trainTrees(lessons(3_000, "learn"), settings);
  const unseen = lessons(200, "unseen");
  const answer = new Float64Array(OUTPUTS);
  let error = 0;
  let count = 0;
  for (let row = 0; row < unseen.rows; row++) {
    askTrees(model, unseen.x, row * 3, answer);
    for (let output = 0; output < OUTPUTS; output++) {
      error += Math.abs((answer[output] as number) - truth(unseen.x, row * 3, output));
      count++;
    }
  }
  // The steps are up to 80 high; what is left is the noise of one and the width of a bin.
  expect(error / count).toBeLessThan(1);
});

test("the same lessons and seed make the same trees; another seed makes others", () => {
  const given = lessons(500, "same");
  expect(trainTrees(given, settings)).toEqual(trainTrees(given, settings));
  expect(trainTrees(given, { ...settings, seed: "other" })).not.toEqual(trainTrees(given, settings));
});

test("features that never change are left alone, and the answer is the mean", () => {
  const given = lessons(400, "flat");
  const model = trainTrees({ ...given, x: new Float32Array(400 * 3).fill(7) }, settings);
  const answer = new Float64Array(OUTPUTS);
  askTrees(model, Float32Array.of(-1, 0, 1), 0, answer);
  for (let output = 0; output < OUTPUTS; output++) {
    let mean = 0;
    for (let row = 0; row < 400; row++) mean += (given.y[row * OUTPUTS + output] as number) / 400;
    expect(Math.abs((answer[output] as number) - mean)).toBeLessThan(1);
  }
});
