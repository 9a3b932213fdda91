import { MonotonicMs, Ms, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { PlantReading } from "./loop-types.ts";
import { PlantMemory } from "./plant-memory.ts";

const FRESH_MS = Ms(1_000);

test("before anything was read, everything is missing", () => {
  const { breakerClosed, gridOperatorLimitW } = new PlantMemory().image(MonotonicMs(0), FRESH_MS);
  expect([breakerClosed.quality, gridOperatorLimitW.quality]).toEqual(["missing", "missing"]);
});

test("each value has its own age: one that cannot be read grows old beside one that can", () => {
  const memory = new PlantMemory();
  memory.remember(reading(0, { breakerClosed: true, transformerTemperatureC: 60 }));
  for (let atMs = 500; atMs <= 5_000; atMs += 500) memory.remember(reading(atMs, { breakerClosed: true }));
  const at = (nowMs: number) => memory.image(MonotonicMs(nowMs), FRESH_MS);
  expect(at(5_000).breakerClosed).toEqual({ quality: "good", value: true, ageMs: 0 });
  expect(at(1_001).transformerTemperatureC).toMatchObject({ quality: "stale", value: 60, ageMs: 1_001 });
  expect(at(3_001).transformerTemperatureC.quality).toBe("missing");
});

test("a reading that repeats an old moment does not make a value young", () => {
  const memory = new PlantMemory();
  memory.remember(reading(0, { breakerClosed: true }));
  memory.remember(reading(0, { breakerClosed: true }));
  expect(memory.image(MonotonicMs(2_000), FRESH_MS).breakerClosed.quality).toBe("stale");
});

test("only another limit is news", () => {
  const memory = new PlantMemory();
  const limit = (powerWMax: number) =>
    reading(0, { gridOperatorLimitW: { powerWMin: W(-1), powerWMax: W(powerWMax) } });
  expect([limit(5), limit(5), reading(1, {}), limit(6), limit(6)].map((one) => memory.remember(one))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
});

test("a set-point grows old like everything else, and is not there where it never was read", () => {
  const memory = new PlantMemory();
  memory.remember(reading(0, { breakerClosed: true }));
  expect(memory.image(MonotonicMs(0), FRESH_MS).gridOperatorSetpointW).toBeUndefined();
  memory.remember(reading(0, { gridOperatorSetpointW: W(3e6) }));
  memory.remember(reading(900, { breakerClosed: true }));
  const at = (nowMs: number) => memory.image(MonotonicMs(nowMs), FRESH_MS).gridOperatorSetpointW?.quality;
  expect([at(1_000), at(1_001), at(3_001)]).toEqual(["good", "stale", "missing"]);
  memory.remember(reading(3_100, { gridOperatorSetpointW: "none" }));
  expect(memory.image(MonotonicMs(3_100), FRESH_MS).gridOperatorSetpointW).toMatchObject({ value: "none" });
});

test.each<[story: string, tell: (memory: PlantMemory) => void, cause: string]>([
  ["has no session", (memory) => memory.lost({ code: "opc-ua.certificate-expired" }), "opc-ua.certificate-expired"],
  [
    "answers without the value",
    (memory) => memory.remember(reading(1_500, { flaws: { breakerClosed: "BadSensorFailure" } })),
    "BadSensorFailure",
  ],
  [
    "repeats an old value",
    (memory) => memory.remember(reading(0, { breakerClosed: true, sourceAgeMs: Ms(2_500) })),
    "its source time is too old",
  ],
  ["has said nothing more", () => {}, "no answer"],
])("a value of a controller that %s is stale and then missing, and says why", (_, tell, cause) => {
  const memory = new PlantMemory();
  memory.remember(reading(0, { breakerClosed: true }));
  tell(memory);
  const at = (nowMs: number) => memory.image(MonotonicMs(nowMs), FRESH_MS).breakerClosed;
  expect(at(1_001)).toEqual({ quality: "stale", value: true, ageMs: 1_001, cause });
  expect(at(3_001)).toEqual({ quality: "missing", cause });
});

test("how the talk goes: connecting, ready, lost with its cause, ready again", () => {
  const memory = new PlantMemory();
  const status = () => memory.status("plant-1", "opc-ua-plant", MonotonicMs(2_000));
  expect(status()).toMatchObject({ id: "plant-1", state: "connecting", requests: 0 });
  memory.lost({ code: "opc-ua.unreachable", cause: "connect ECONNREFUSED" });
  expect(status()).toMatchObject({ state: "lost", lastError: "opc-ua.unreachable (cause=connect ECONNREFUSED)" });
  memory.remember(reading(1_900, { breakerClosed: true, clockSkewMs: 90_000 }));
  expect(status()).toMatchObject({ state: "ready", lastReadAgeMs: 100, clockSkewMs: 90_000, requests: 2, timeouts: 1 });
});

const reading = (atMs: number, values: Partial<PlantReading>): PlantReading => ({
  readAtMonotonicMs: MonotonicMs(atMs),
  breakerClosed: undefined,
  transformerTemperatureC: undefined,
  gridOperatorLimitW: undefined,
  ...values,
});
