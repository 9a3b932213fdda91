import { MonotonicMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { type NodeValue, plantReading } from "./plant-reading.ts";

const good = (value: unknown, ageMs = 0): NodeValue => ({
  status: "Good",
  value,
  sourceTimestampMs: 1_000_000 - ageMs,
  serverTimestampMs: 1_000_000,
});
const bad: NodeValue = { status: "BadNoCommunication", value: 42, sourceTimestampMs: 0, serverTimestampMs: 1_000_000 };

test.each<[story: string, values: NodeValue[], limitW: unknown]>([
  ["not active", [good(false), good(-1), good(1)], { powerWMin: -Infinity, powerWMax: Infinity }],
  ["not active, its figures unreadable", [good(false), bad, bad], { powerWMin: -Infinity, powerWMax: Infinity }],
  ["active", [good(true), good(-1e6), good(2e6)], { powerWMin: -1e6, powerWMax: 2e6 }],
  ["active with one figure unreadable", [good(true), good(-1e6), bad], undefined],
  ["active and inside out", [good(true), good(2e6), good(-1e6)], undefined],
  ["active and not a number", [good(true), good(Number.NaN), good(1e6)], undefined],
  ["unreadable itself", [bad, good(-1e6), good(2e6)], undefined],
  ["of the wrong type", [good(1), good(-1e6), good(2e6)], undefined],
])("a grid operator's limit that is %s", (_, limit, limitW) => {
  expect(plantReading([good(true), good(60), ...limit], MonotonicMs(0)).gridOperatorLimitW).toEqual(limitW);
});

test("a value that is not Good is no value, whatever it says", () => {
  expect(plantReading([bad, bad, bad, bad, bad], MonotonicMs(5))).toEqual({
    readAtMonotonicMs: 5,
    sourceAgeMs: 0,
    flaws: {
      breakerClosed: "BadNoCommunication",
      transformerTemperatureC: "BadNoCommunication",
      gridOperatorLimitW: "BadNoCommunication",
    },
    clockSkewMs: undefined,
    breakerClosed: undefined,
    transformerTemperatureC: undefined,
    gridOperatorLimitW: undefined,
    agc: undefined,
    gridOperatorSetpointW: undefined,
  });
});

test("a regulation set-point needs its counter, and an old one makes nothing else old", () => {
  const plant = [good(true), good(60), good(false), bad, bad, bad, bad];
  const reading = plantReading([...plant, good(3e6, 9_000), good(17, 9_000)], MonotonicMs(10_000));
  expect(reading).toMatchObject({ readAtMonotonicMs: 10_000, agc: { powerW: 3e6, sequence: 17 } });
  expect(plantReading([...plant, good(3e6), bad], MonotonicMs(0)).agc).toBeUndefined();
  expect(plantReading(plant, MonotonicMs(0)).agc).toBeUndefined();
});

test.each<[story: string, values: NodeValue[], setpointW: unknown]>([
  ["commands 3 MW of import", [good(true), good(-3e6)], -3e6],
  ["commands nothing", [good(false), good(-3e6)], "none"],
  ["commands nothing, the figure unreadable", [good(false), bad], "none"],
  ["commands a figure that cannot be read", [good(true), bad], undefined],
  ["commands what is no number", [good(true), good(Number.NaN)], undefined],
  ["cannot be read at all", [bad, good(-3e6)], undefined],
  ["does not exist on this controller", [], undefined],
])("a grid operator's set-point that %s", (_, setpoint, setpointW) => {
  const plant = [good(true), good(60), good(false), bad, bad];
  expect(plantReading([...plant, ...setpoint], MonotonicMs(0)).gridOperatorSetpointW).toBe(setpointW);
});

test("a reading is as old as the server says its oldest good value is", () => {
  const values = [good(true, 100), good(60, 2_500), good(false), bad, bad];
  expect(plantReading(values, MonotonicMs(10_000)).readAtMonotonicMs).toBe(7_500);
});

test("while the server's own time stands still its account grows no older, and the reading does", () => {
  const values = [good(true, 100), good(60, 500), good(false)];
  const reading = plantReading(values, MonotonicMs(10_000), { stoodStillMs: 4_000, skewMs: -90_000 });
  expect(reading).toMatchObject({ readAtMonotonicMs: 5_500, sourceAgeMs: 4_500, clockSkewMs: -90_000 });
});

test("of a limit that cannot be read the first of its nodes says why", () => {
  const values = [good(true), good(60), good(true), { ...bad, status: "BadSensorFailure" }, bad];
  expect(plantReading(values, MonotonicMs(0)).flaws).toEqual({ gridOperatorLimitW: "BadSensorFailure" });
});

test("a source that claims to be ahead of its server is not from the future", () => {
  expect(plantReading([good(true, -9_000)], MonotonicMs(10_000)).readAtMonotonicMs).toBe(10_000);
});
