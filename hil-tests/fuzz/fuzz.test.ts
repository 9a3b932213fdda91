import { expect, test } from "vitest";
import { codecFuzz } from "./codec-fuzz.ts";
import { codecs } from "./codecs/index.ts";
import { fuzzWorld } from "./fuzz-world.ts";
import { regressions } from "./regressions/index.ts";

test.each(codecs.map(({ name }) => name))("mutated frames do not get past %s", (only) => {
  const result = codecFuzz({ seed: 1, frames: 2_000, only });
  expect(result.codecs[0]).toMatchObject({ failures: 0, found: [] });
  // A judge that refuses everything, or nothing, judges nothing.
  const { taken, refused, frames } = result.codecs[0] ?? { taken: 0, refused: 0, frames: 0 };
  if (frames >= 100) expect(Math.min(taken, refused)).toBeGreaterThan(frames / 50);
});

test.each(regressions)("seed $seed, which once found: $found", ({ seed }) => {
  expect(fuzzWorld(seed).failures).toEqual([]);
}, 300_000);

test("a drawn world is disturbed, judged, and the same again from its seed", () => {
  const world = fuzzWorld(10); // A short life: twenty minutes.
  expect(world.failures).toEqual([]);
  expect(world.faults).toBeGreaterThan(10);
}, 300_000);
