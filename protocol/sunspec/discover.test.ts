import { expect, test } from "vitest";
import { fail, ok } from "../result/index.ts";
import { discover, type ReadAnswer, type ReadRequest } from "./discover.ts";

/** A device that answers from a sparse map of registers and refuses every other address. */
function ask(map: Map<number, number>, readsMax = 2000) {
  const reads: ReadRequest[] = [];
  const search = discover();
  let step = search.next(undefined as never);
  while (!step.done) {
    reads.push(step.value);
    expect(reads.length).toBeLessThan(readsMax);
    step = search.next(answer(map, step.value));
  }
  return { result: step.value, reads };
}

function answer(map: Map<number, number>, { address, registers }: ReadRequest): ReadAnswer {
  const words = Array.from({ length: registers }, (_, i) => map.get(address + i));
  return words.every((word) => word !== undefined)
    ? ok(Uint16Array.from(words as number[]))
    : fail({ code: "modbus.exception", modbusException: 2 });
}

function mapAt(base: number, models: readonly (readonly [id: number, length: number])[], end: number[]) {
  const words = [0x5375, 0x6e53, ...models.flatMap(([id, length]) => [id, length, ...Array(length).fill(0)]), ...end];
  return new Map(words.map((word, i) => [base + i, word]));
}

const battery = [
  [1, 66],
  [701, 153],
  [702, 50],
  [713, 7],
  [715, 7],
  [802, 62],
] as const;

test.each([40_000, 0, 50_000])("a battery unit with its map at %i is found whole", (base) => {
  const { result } = ask(mapAt(base, battery, [0xffff, 0]));
  expect(result).toMatchObject({ ok: true, value: { base, endedBy: "end-marker" } });
  expect(result.ok && result.value.models.map(({ id, address, length }) => [id, address - base, length])).toEqual([
    [1, 2, 66],
    [701, 70, 153],
    [702, 225, 50],
    [713, 277, 7],
    [715, 286, 7],
    [802, 295, 62],
  ]);
});

test("two models of one id are told apart", () => {
  const { result } = ask(
    mapAt(
      0,
      [
        [1, 66],
        [803, 26],
        [803, 26],
      ],
      [0xffff],
    ),
  );
  expect(result.ok && result.value.models.map(({ id, instance }) => [id, instance])).toEqual([
    [1, 0],
    [803, 0],
    [803, 1],
  ]);
});

test("a device without an end marker refuses the address behind its last model", () => {
  expect(
    ask(
      mapAt(
        40_000,
        [
          [1, 66],
          [103, 50],
        ],
        [],
      ),
    ).result,
  ).toMatchObject({
    ok: true,
    value: { endedBy: "illegal-address", models: [{ id: 1 }, { id: 103 }] },
  });
});

test("an id is read alone: an end marker may be the very last register", () => {
  const { reads } = ask(mapAt(40_000, [[1, 66]], [0xffff]));
  expect(reads.slice(1).every(({ registers }) => registers === 1)).toBe(true);
});

test.each([
  ["nothing at all", new Map<number, number>(), "sunspec.not-found"],
  ["SunS and then no common model", mapAt(40_000, [[701, 10]], [0xffff]), "sunspec.not-found"],
  [
    "a model of no length",
    mapAt(
      0,
      [
        [1, 66],
        [701, 0],
      ],
      [0xffff],
    ),
    "sunspec.broken-map",
  ],
  ["a model that runs off the address space", mapAt(50_000, [[1, 15_600]], []), "sunspec.broken-map"],
  ["an id without a length", mapAt(0, [[1, 66]], [701]), "sunspec.read-failed"],
  ["more models than can be", mapAt(0, Array(300).fill([1, 1]), [0xffff]), "sunspec.broken-map"],
])("a device with %s is refused", (_, map, code) => {
  expect(ask(map).result).toMatchObject({ ok: false, error: { code } });
});

test("a device that falls silent in the middle is not taken for one that ends there", () => {
  const map = mapAt(0, battery, [0xffff]);
  const search = discover();
  let step = search.next(undefined as never);
  while (!step.done) {
    const silent = step.value.address === 225;
    step = search.next(silent ? fail({ code: "modbus.timeout" }) : answer(map, step.value));
  }
  expect(step.value).toMatchObject({ ok: false, error: { code: "sunspec.read-failed", address: 225 } });
});

test("a device that shows its header and then refuses its first model is not an empty one", () => {
  const search = discover();
  search.next(undefined as never);
  search.next(ok(Uint16Array.of(0x5375, 0x6e53, 1)));
  const step = search.next(fail({ code: "modbus.exception", modbusException: 2 }));
  expect(step.value).toMatchObject({ ok: false, error: { code: "sunspec.read-failed", address: 40_002 } });
});
