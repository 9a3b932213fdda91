import { MonotonicMs, Ms, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { EdgeEvent } from "./loop-types.ts";
import { StageWatch } from "./stage-watch.ts";

const quick = { read: 8, decode: 0.2, step: 0.1, guard: 0.02, write: 0.5 };

/** Cycles of 100 ms; what each took, and what was said. */
function run(cycles: readonly (Partial<typeof quick> | undefined)[]) {
  const said: EdgeEvent[] = [];
  const watch = new StageWatch(Ms(100), (event) => said.push(event));
  cycles.forEach((slow, index) => {
    watch.add({ ...quick, ...slow }, MonotonicMs(index * 100), UtcMs(index * 100));
  });
  return { said, stats: watch.stats() };
}

test("a cycle within its budgets is only measured", () => {
  const { said, stats } = run([undefined, undefined]);
  expect(said).toEqual([]);
  expect(stats.cycleP99Ms).toBeCloseTo(8.82, 1);
  expect(stats.stages.read).toMatchObject({ budgetMs: 60, overruns: 0 });
});

test("one slow step among many is a warning that names the stage", () => {
  const { said, stats } = run([...Array(50).fill(undefined), { step: 40 }]);
  expect(said).toMatchObject([
    { code: "loop.stage-overrun", level: "warning", facts: { stage: "step", tookMs: 40, budgetMs: 12, overruns: 1 } },
  ]);
  expect(stats.stages.step.overruns).toBe(1);
});

test("a stage that is over again and again is an alarm, said once in ten seconds", () => {
  const { said, stats } = run(Array(250).fill({ read: 70 }));
  expect(said.map(({ level, facts }) => [level, facts["overruns"]])).toEqual([
    ["warning", 1],
    ["alarm", 100],
    ["alarm", 100],
  ]);
  expect(stats.stages.read.overruns).toBe(250);
});
