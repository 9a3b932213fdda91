import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { ByteWriter } from "./byte-stream.ts";
import { TreeDecoder } from "./tree-decoder.ts";
import { TreeEncoder } from "./tree-encoder.ts";
import type { Tree } from "./tree-format.ts";

function roundTrip(trees: readonly Tree[]): { readonly decoded: readonly Tree[]; readonly bytes: readonly number[] } {
  const writer = new ByteWriter();
  const encoder = new TreeEncoder(writer);
  const decoder = new TreeDecoder();
  const bytes: number[] = [];
  const decoded = trees.map((tree) => {
    encoder.encode(tree);
    const entry = writer.take();
    bytes.push(entry.length);
    return decoder.decode(entry);
  });
  return { decoded, bytes };
}

test.each([
  ["nothing, then something", [undefined, { a: 1 }]],
  [
    "what stays",
    [
      { a: 1, b: [1, 2] },
      { a: 1, b: [1, 2] },
    ],
  ],
  [
    "numbers no scale knows",
    [
      [0.1, -0, Number.NaN, 1 / 0, -1 / 0, 2 ** 60, 5e-324],
      [-0, 0, 1, -1 / 0, 1, -(2 ** 60), 0],
    ],
  ],
  [
    "times that move together",
    [
      { a: 100.5, b: 100.5, c: 3 },
      { a: 200.75, b: 200.75, c: 3 },
    ],
  ],
  [
    "a key that comes and goes",
    [
      { q: "good", v: 1 },
      { q: "stale", v: 1, cause: "no answer" },
      { q: "good", v: 1 },
    ],
  ],
  [
    "the same keys in another order",
    [
      { a: 1, b: 2 },
      { b: 3, a: 4 },
    ],
  ],
  ["a list that grows", [[1], [1, 2], []]],
  ["an empty object and an empty list", [{}, [], {}]],
  ["text of every kind", [{ a: "Ωµ" }, { a: "" }, { a: "Ωµ" }]],
  ["undefined and a missing key", [{ a: undefined }, {}, { a: undefined }]],
] satisfies [string, Tree[]][])("%s comes back to the last bit", (_, trees) => {
  const { decoded } = roundTrip(trees);
  trees.forEach((tree, index) => {
    expect(decoded[index]).toStrictEqual(tree);
  });
});

test("what did not change costs nothing, what moved by a little costs a little", () => {
  const image = (ms: number) => ({ ms, units: Array.from({ length: 20 }, () => ({ w: 1_000.5, ageMs: ms / 4 })) });
  const { bytes } = roundTrip([image(1_000), image(1_000), image(1_100.125)]);
  expect(bytes[1]).toBe(0);
  expect(bytes[2]).toBeLessThan(60);
});

test("a thousand random histories come back to the last bit", () => {
  const rng = new Rng("trees");
  for (let run = 0; run < 1_000; run++) {
    const trees: Tree[] = [randomTree(rng, 4)];
    for (let i = 0; i < 5; i++) trees.push(changed(rng, trees.at(-1)));
    roundTrip(trees).decoded.forEach((tree, index) => {
      expect(tree).toStrictEqual(trees[index]);
    });
  }
});

test("bytes that are not an entry throw, and never hang", () => {
  const rng = new Rng("noise");
  let thrown = 0;
  for (let run = 0; run < 2_000; run++) {
    const noise = Uint8Array.from({ length: rng.integer(1, 40) }, () => rng.integer(0, 256));
    try {
      new TreeDecoder().decode(noise);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      thrown++;
    }
  }
  expect(thrown).toBeGreaterThan(1_500);
});

function randomTree(rng: Rng, depth: number): Tree {
  const kind = rng.integer(0, depth > 0 ? 8 : 6);
  if (kind === 0) return rng.pick([undefined, null, true, false]);
  if (kind === 1) return rng.pick(["good", "stale", "missing", "unit-1", "never read"]);
  if (kind < 6) return randomNumber(rng);
  const size = rng.integer(0, 5);
  if (kind === 6) return Array.from({ length: size }, () => randomTree(rng, depth - 1));
  return Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, randomTree(rng, depth - 1)]));
}

const randomNumber = (rng: Rng): number =>
  rng.pick([
    rng.integer(-5, 6),
    rng.between(-1e6, 1e6),
    rng.integer(-1e9, 1e9) / 1_024,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
  ]);

function changed(rng: Rng, tree: Tree): Tree {
  if (rng.chance(0.1)) return randomTree(rng, 2);
  if (typeof tree === "number") return rng.chance(0.5) ? tree : tree + rng.integer(-300, 300) / 1_024;
  if (Array.isArray(tree)) return tree.map((item: Tree) => changed(rng, item));
  if (typeof tree !== "object" || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, changed(rng, value as Tree)]));
}
