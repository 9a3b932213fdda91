import { MonotonicMs, Ms } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { DeadlineWatch } from "./deadline-watch.ts";

/** A loop that counted so many cycles at so many milliseconds; whether it may command at the last of them or later. */
function mayCommand(periodMs: number, counts: readonly (readonly [atMs: number, cycles: number])[], nowMs: number) {
  const watch = new DeadlineWatch(Ms(periodMs));
  for (const [atMs, cycles] of counts) watch.counted(cycles, MonotonicMs(atMs));
  return watch.permitUntil(MonotonicMs(nowMs)) !== undefined;
}

const steady = (untilMs: number, everyMs: number, cyclesEach: number) =>
  Array.from({ length: untilMs / everyMs }, (_, index) => [(index + 1) * everyMs, (index + 1) * cyclesEach] as const);

test.each([
  // the loop                                 period  its counts                                    asked at  may command
  ["has not spoken yet", 100, [], 5_000, false],
  ["has said its first word", 100, [[0, 1]], 100, true],
  ["runs", 100, steady(5_000, 100, 1), 5_000, true],
  ["runs at 20 ms", 20, steady(5_000, 100, 5), 5_000, true],
  ["stands still for 900 ms", 100, steady(5_000, 100, 1), 5_900, true],
  ["stands still for 1.1 s", 100, steady(5_000, 100, 1), 6_100, false],
  [
    "still speaks but does not count",
    100,
    [...steady(5_000, 100, 1), ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((i) => [5_000 + i * 100, 50] as const)],
    6_200,
    false,
  ],
  ["creeps at a third of its pace", 100, steady(6_000, 300, 1), 6_000, false],
  ["runs at two thirds of its pace", 100, steady(6_000, 150, 1), 6_000, true],
  ["was started again", 100, [...steady(5_000, 100, 1), [5_400, 1], [5_500, 2]], 5_600, true],
] as const)("a loop that %s", (_, periodMs, counts, nowMs, expected) => {
  expect(mayCommand(periodMs, counts as readonly (readonly [number, number])[], nowMs)).toBe(expected);
});

test("a permit ends two seconds after it was given", () => {
  const watch = new DeadlineWatch(Ms(100));
  watch.counted(1, MonotonicMs(1_000));
  expect(watch.permitUntil(MonotonicMs(1_100))).toBe(3_100);
});
