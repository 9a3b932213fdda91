import type { MetricDefinition } from "@penstock/protocol/telemetry";
import { MonotonicMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { Deadband, type MetricValue } from "./deadband.ts";

const definition = (name: string, deadband: number): MetricDefinition => ({
  name,
  type: "Double",
  unit: "W",
  class: "live",
  deadband,
  text: "",
});

test.each<[story: string, deadband: number, values: MetricValue[], told: MetricValue[]]>([
  ["a change below the deadband is not told", 100, [0, 99, -99], [0]],
  ["a change of the deadband is", 100, [0, 100], [0, 100]],
  ["a slow drift is measured from what was last told", 100, [0, 60, 120, 180], [0, 120]],
  ["without a deadband every change is", 0, [1, 1, 1.5], [1, 1.5]],
  ["becoming unknown, and known again, is a change", 100, [5, null, null, 5], [5, null, 5]],
  ["a text is compared as it is", 0, ["a", "a", "b"], ["a", "b"]],
  ["a truth is compared as it is", 0, [true, true, false], [true, false]],
])("%s", (_, deadband, values, told) => {
  const band = new Deadband([definition("x", deadband)]);
  const heard = values.flatMap((value, index) => band.select([value], MonotonicMs(index)).map(([, one]) => one));
  expect(heard).toEqual(told);
});

test("what never changes is told once a minute", () => {
  const band = new Deadband([definition("x", 100)]);
  const toldAt = Array.from({ length: 200 }, (_, second) => second).filter(
    (second) => band.select([7], MonotonicMs(second * 1_000)).length > 0,
  );
  expect(toldAt).toEqual([0, 60, 120, 180]);
});
