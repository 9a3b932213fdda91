import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { isSound, predictTrees } from "./boosted-trees.ts";
import { Boosting, type BoostingChoices } from "./boosting.ts";
import { PackedTrees } from "./packed-trees.ts";

const choices: BoostingChoices = {
  loss: "squared",
  learningRate: 0.2,
  leavesMax: 15,
  rowsPerLeafMin: 10,
  rowShare: 0.8,
  featureShare: 1,
};

/** A step in one feature, a bend in a second, a third that says nothing, and noise. */
function made(seed: string, rows: number) {
  const rng = new Rng(seed);
  const values = Float64Array.from({ length: rows * 3 }, () => rng.between(-2, 2));
  const truth = Float64Array.from({ length: rows }, (_, row) => {
    const [step = 0, bend = 0] = values.subarray(row * 3, row * 3 + 2);
    return (step > 0.5 ? 5 : 0) + bend * bend;
  });
  return { values, truth, targets: truth.map((value) => value + rng.normal()) };
}

const meanError = (boosting: Boosting, { values, truth }: ReturnType<typeof made>): number =>
  truth.reduce((sum, value, row) => sum + Math.abs(value - predictTrees(boosting.model, values, row)), 0) /
  truth.length;

test("a step and a bend are found under noise, on rows never seen", () => {
  const { values, targets } = made("learn", 3000);
  const boosting = new Boosting(values, targets, choices, new Rng(1));
  const unseen = made("judge", 1000);
  const before = meanError(boosting, unseen);
  boosting.grow(60);
  expect(before).toBeGreaterThan(1.5);
  expect(meanError(boosting, unseen)).toBeLessThan(0.3);
});

test.each([0.1, 0.5, 0.9])("a quantile of %d has that share of what comes below it", (p) => {
  const { values, targets } = made("learn", 4000);
  const boosting = new Boosting(values, targets, { ...choices, loss: p, rowsPerLeafMin: 60 }, new Rng(1));
  boosting.grow(60);
  const unseen = made("judge", 2000);
  const below = unseen.targets.filter((target, row) => target <= predictTrees(boosting.model, unseen.values, row));
  expect(Math.abs(below.length / 2000 - p)).toBeLessThan(0.05);
});

test("two sittings grow the same trees as one, and a seed is a model", () => {
  const { values, targets } = made("learn", 600);
  const once = new Boosting(values, targets, { ...choices, featureShare: 0.7 }, new Rng(7));
  once.grow(12);
  const first = new Boosting(values, targets, { ...choices, featureShare: 0.7 }, new Rng(7));
  first.grow(5);
  const kept = JSON.parse(JSON.stringify(first.model));
  const second = new Boosting(values, targets, { ...choices, featureShare: 0.7 }, new Rng(7), kept);
  second.grow(7);
  expect(second.model).toEqual(once.model);
  expect(second.lossLeft()).toBeCloseTo(once.lossLeft(), 9);
  const other = new Boosting(values, targets, { ...choices, featureShare: 0.7 }, new Rng(8));
  other.grow(12);
  expect(other.model).not.toEqual(once.model);
});

test("a row without a feature is answered all the same, and a leaf has the rows it must have", () => {
  const { values, targets } = made("learn", 500);
  for (let row = 0; row < 500; row += 5) values[row * 3] = Number.NaN;
  const boosting = new Boosting(values, targets, { ...choices, rowsPerLeafMin: 300 }, new Rng(1));
  boosting.grow(3);
  expect(boosting.model.trees.every(({ feature }) => feature.length === 1)).toBe(true);
  const free = new Boosting(values, targets, choices, new Rng(1));
  free.grow(20);
  expect(predictTrees(free.model, Float64Array.of(Number.NaN, 0, 0), 0)).toBeGreaterThan(-1);
});

test("packed, trees say exactly what they said", () => {
  const { values, targets } = made("learn", 800);
  for (let row = 0; row < 800; row += 7) values[row * 3 + 1] = Number.NaN;
  const boosting = new Boosting(values, targets, choices, new Rng(1));
  boosting.grow(25);
  const packed = new PackedTrees(boosting.model);
  const said = new Float64Array(2 * 800);
  packed.predictAll(values, 800, said, 1, 2);
  for (let row = 0; row < 800; row++) {
    expect(said[2 * row]).toBe(0);
    expect(said[2 * row + 1]).toBe(predictTrees(boosting.model, values, row));
  }
});

test("trees that lead nowhere, or back, are not sound", () => {
  const { values, targets } = made("learn", 300);
  const boosting = new Boosting(values, targets, choices, new Rng(1));
  boosting.grow(2);
  const { model } = boosting;
  expect(isSound(model)).toBe(true);
  const [tree] = model.trees;
  if (tree === undefined) throw new Error("a tree was grown");
  const broken = (change: object) => isSound({ ...model, trees: [{ ...tree, ...change }] });
  expect(broken({ left: tree.left.map(() => 0) })).toBe(false);
  expect(broken({ feature: tree.feature.map((at) => (at < 0 ? at : 3)) })).toBe(false);
  expect(broken({ value: tree.value.map(() => Number.NaN) })).toBe(false);
  expect(broken({ threshold: [] })).toBe(false);
});
