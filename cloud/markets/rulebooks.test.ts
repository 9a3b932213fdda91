import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { markets } from "./index.ts";
import { exampleKinds, tryKind } from "./testing/index.ts";

test.each(
  exampleKinds,
)("$id: sound ones pass, their files read back, broken ones are refused by their rule", (kind) => {
  const tally = tryKind(kind, 600, new Rng(kind.id));
  expect(tally.failures).toEqual([]);
  const rules = new Set(kind.breaks.map(({ rule }) => rule));
  expect(Object.keys(tally.byRule).sort()).toEqual([...rules].sort());
});

test("everything a market takes is tried here", () => {
  const taken = Object.values(markets).flatMap(({ id, submissions }) => [
    `${id}.energy`,
    ...submissions.map((each) => each.id),
  ]);
  expect(exampleKinds.map(({ id }) => id).sort()).toEqual(taken.sort());
});
