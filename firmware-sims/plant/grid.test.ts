import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import {
  clearSky,
  createDailyPower,
  homesLoad,
  shapeAt,
  stationLoad,
  stepDailyPower,
  worksLoad,
} from "./daily-shape.ts";
import { createFeeder, stepFeeder } from "./feeder.ts";
import { createFrequency, deviate, playTrace, stepFrequency } from "./frequency.ts";

const hourMs = 3_600_000;

const weak = {
  voltageVNominal: 11_000,
  shortCircuitVA: 60e6,
  reactanceRatio: 1.2,
  transformerVA: 10e6,
  noLoadLossW: 7000,
  loadLossW: 50_000,
};

test.each([
  // export W    voltage
  [5e6, "above"],
  [-4e6, "below"],
])("%d W at the end of a weak line lifts or lowers its voltage: %s nominal", (powerW, where) => {
  const feeder = createFeeder(weak, 20);
  stepFeeder(feeder, 1, powerW, 0, 1, 20);
  expect(feeder.voltagePu > 1).toBe(where === "above");
  expect(Math.abs(feeder.voltagePu - 1)).toBeGreaterThan(0.02);
});

test("a transformer loses its no-load watts always and its load watts with the square of the load", () => {
  const feeder = createFeeder(weak, 20);
  stepFeeder(feeder, 1, 0, 0, 1, 20);
  expect(feeder.lossesW).toBe(7000);
  stepFeeder(feeder, 1, 5e6, 0, 1, 20);
  expect(feeder.lossesW).toBeCloseTo(7000 + 50_000 / 4, 6);
});

test("a transformer at its rating settles 50 °C above the day, and the same by short steps or one long one", () => {
  const short = createFeeder(weak, 20);
  const long = createFeeder(weak, 20);
  for (let second = 0; second < 3600; second++) stepFeeder(short, 1, 10e6, 0, 1, 20);
  stepFeeder(long, 3600, 10e6, 0, 1, 20);
  expect(short.transformerTemperatureC).toBeCloseTo(long.transformerTemperatureC, 6);
  stepFeeder(long, 1e6, 10e6, 0, 1, 20);
  expect(long.transformerTemperatureC).toBeCloseTo(70, 3);
});

test("behind an open breaker there is no voltage and nothing to lose", () => {
  const feeder = createFeeder(weak, 20);
  feeder.breakerClosed = false;
  stepFeeder(feeder, 1, 0, 0, 1, 20);
  expect([feeder.voltagePu, feeder.lossesW]).toEqual([0, 0]);
});

test("an ordinary hour of frequency wanders by about 20 mHz", () => {
  const frequency = createFrequency(new Rng("hour"), 50);
  let sum = 0;
  let squares = 0;
  const count = 36_000;
  for (let step = 1; step <= count; step++) {
    stepFrequency(frequency, step * 1000, 1000);
    sum += frequency.hz - 50;
    squares += (frequency.hz - 50) ** 2;
  }
  expect(Math.abs(sum / count)).toBeLessThan(0.005);
  expect(Math.sqrt(squares / count)).toBeGreaterThan(0.015);
  expect(Math.sqrt(squares / count)).toBeLessThan(0.025);
});

test("a step of -0.5 Hz is there at once; a ramp back takes its ten seconds", () => {
  const at = (nowMs: number) => {
    stepFrequency(frequency, nowMs, 100);
    return frequency.hz - frequency.wander.value;
  };
  const frequency = createFrequency(new Rng("step"), 50);
  deviate(frequency, 1000, -0.5, 0);
  expect(at(1000)).toBeCloseTo(49.5, 9);
  deviate(frequency, 2000, 0, 10_000);
  expect(at(7000)).toBeCloseTo(49.75, 9);
  expect(at(13_000)).toBeCloseTo(50, 9);
});

test("a recording replaces the frequency while it lasts, with straight lines between its samples", () => {
  const frequency = createFrequency(new Rng("trace"), 50);
  playTrace(frequency, 10_000, { samplesHz: Float64Array.of(50, 49, 48), intervalMs: 2000 });
  stepFrequency(frequency, 11_000, 1000);
  expect(frequency.hz).toBeCloseTo(49.5, 9);
  stepFrequency(frequency, 14_000, 3000);
  expect(frequency.hz).toBeCloseTo(48, 9);
  stepFrequency(frequency, 20_000, 6000);
  expect(frequency.hz).toBeGreaterThan(49.5);
});

test.each([
  ["works", worksLoad],
  ["homes", homesLoad],
  ["station", stationLoad],
  ["clear sky", clearSky],
])("the %s shape has 24 hours, all of them a fraction of the peak, joined without a jump at midnight", (_, shape) => {
  expect(shape).toHaveLength(24);
  for (const fraction of shape) expect(fraction).toBeGreaterThanOrEqual(0);
  expect(Math.max(...shape)).toBe(1);
  expect(shapeAt(shape, 24 * hourMs - 1)).toBeCloseTo(shapeAt(shape, 0), 4);
});

test("there is no sun at night, whatever the weather", () => {
  const solar = createDailyPower({
    shape: clearSky,
    powerWMax: 80_000,
    variation: 0.3,
    variationMs: 60_000,
    rng: new Rng("sky"),
  });
  expect(stepDailyPower(solar, 2 * hourMs, 1000)).toBe(0);
  expect(stepDailyPower(solar, 12 * hourMs, 1000)).toBeGreaterThan(10_000);
});
