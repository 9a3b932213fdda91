import { SimClock } from "@penstock/protocol/time";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { SleepWatch } from "./sleep-watch.ts";

function watched() {
  const clock = new SimClock(UtcMs(0));
  const machine = { asleepMs: 0, coarseMs: 0 };
  const watch = new SleepWatch(clock, () => 7_000_000 + clock.monotonicMs() + machine.asleepMs + machine.coarseMs);
  return { clock, machine, watch };
}

test("a machine that never sleeps is never said to, however its clock since boot is rounded", () => {
  const { clock, machine, watch } = watched();
  for (let look = 0; look < 1_000; look++) {
    clock.advance(Ms(100));
    machine.coarseMs = -(look % 10);
    expect(watch.look()).toBeUndefined();
  }
});

test("a sleep is said once, with its length", () => {
  const { clock, machine, watch } = watched();
  clock.advance(Ms(100));
  machine.asleepMs += 90_000;
  expect(watch.look()).toBe(90_000);
  expect(watch.look()).toBeUndefined();
  machine.asleepMs += 2_000;
  expect(watch.look()).toBe(2_000);
});

test("a process that was stopped between its two looks at the clocks has not slept", () => {
  const clock = new SimClock(UtcMs(0));
  let stopsForMs = 0;
  const watch = new SleepWatch(clock, () => {
    const bootMs = clock.monotonicMs();
    clock.advance(Ms(stopsForMs));
    return bootMs;
  });
  stopsForMs = 15_000;
  expect(watch.look()).toBeUndefined();
  stopsForMs = 0;
  expect(watch.look()).toBeUndefined();
});
