import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { createBattery, stepBattery } from "./battery.ts";
import { cellSpreadV, cellVoltageV, socOf } from "./cells.ts";
import { commandInverter } from "./inverter.ts";
import { homeBattery, twoHourContainer } from "./ratings.ts";

const seeds = Array.from({ length: 100 }, (_, seed) => seed);

/** A life of random commands, step lengths and energy speeds; `look` sees the battery after every step. */
function live(seed: number, look: (before: { energyWh: number; powerW: number }, dtMs: number, speed: number) => void) {
  const rng = new Rng(`battery-${seed}`);
  const ratings = rng.chance(0.5) ? twoHourContainer : homeBattery;
  const battery = createBattery(ratings, rng.uniform(), rng.between(-5, 45));
  const speed = rng.pick([1, 10, 60, 300]);
  let nowMs = 0;
  const run = () => {
    for (let step = 0; step < 400; step++) {
      const dtMs = rng.pick([10, 50, 100, 1000, 20_000]);
      const before = { energyWh: battery.cells.energyWh, powerW: battery.inverter.powerW };
      nowMs += dtMs;
      if (rng.chance(0.1)) {
        commandInverter(
          battery.inverter,
          nowMs,
          rng.between(-1.2, 1.2) * ratings.powerWMax,
          rng.between(-1.2, 1.2) * ratings.apparentPowerVAMax,
        );
      }
      stepBattery(battery, nowMs, dtMs, speed, 20, !rng.chance(0.01));
      look(before, dtMs, speed);
    }
  };
  return { battery, run };
}

test.each(seeds)("state of charge stays between empty and full, whatever is asked (seed %d)", (seed) => {
  const { battery, run } = live(seed, () => {
    expect(socOf(battery.cells)).toBeGreaterThanOrEqual(0);
    expect(socOf(battery.cells)).toBeLessThanOrEqual(1);
  });
  run();
});

test.each(seeds)("power never leaves the rating nor the apparent-power circle (seed %d)", (seed) => {
  const { battery, run } = live(seed, () => {
    const { powerW, reactivePowerVar } = battery.inverter;
    expect(Math.abs(powerW)).toBeLessThanOrEqual(battery.ratings.powerWMax);
    expect(Math.hypot(powerW, reactivePowerVar)).toBeLessThanOrEqual(battery.ratings.apparentPowerVAMax * (1 + 1e-12));
  });
  run();
});

test.each(seeds)("cells lose exactly what left at the terminals plus the losses of the way (seed %d)", (seed) => {
  const { battery, run } = live(seed, (before, dtMs, speed) => {
    const oneWay = Math.sqrt(battery.ratings.roundTripEfficiency);
    const movedWh = (battery.inverter.meanPowerW * dtMs * speed) / 3_600_000;
    const expectedWh = movedWh >= 0 ? -movedWh / oneWay : -movedWh * oneWay;
    expect(battery.cells.energyWh - before.energyWh).toBeCloseTo(expectedWh, 4);
  });
  run();
});

test("a container that is charged and discharged by the same energy keeps 93.7 % of it", () => {
  const battery = createBattery(twoHourContainer, 0.3, 15);
  let nowMs = 0;
  const run = (powerW: number, untilWh: number) => {
    commandInverter(battery.inverter, nowMs, powerW, 0);
    while (Math.sign(powerW) * (battery.cells.energyWh - untilWh) > 0) {
      nowMs += 100;
      stepBattery(battery, nowMs, 100, 1, 15, true);
    }
  };
  const startWh = battery.cells.energyWh;
  run(-800_000, startWh + 500_000);
  run(800_000, startWh);
  expect(battery.dischargedWh / battery.chargedWh).toBeCloseTo(0.937, 3);
});

test.each([
  // soc    asked      given
  [0.5, 1_927_000, 1_927_000],
  [0.025, 1_927_000, 963_500],
  [0.975, -1_927_000, -963_500],
  [0, 1_000_000, 0],
  [1, -1_000_000, 0],
])("at soc %d a wish for %d W becomes %d W", (soc, askedW, givenW) => {
  const battery = createBattery(twoHourContainer, soc, 15);
  commandInverter(battery.inverter, 0, askedW, 0);
  for (let nowMs = 50; nowMs <= 4000; nowMs += 50) stepBattery(battery, nowMs, 50, 1, 15, true);
  expect(battery.inverter.powerW / 1e6).toBeCloseTo(givenW / 1e6, 1);
});

test("a command waits its latency, then power ramps no faster than the ramp limit", () => {
  const battery = createBattery(twoHourContainer, 0.5, 15);
  battery.inverter.rampWPerS = 200_000;
  commandInverter(battery.inverter, 0, 1_000_000, 0);
  let beforeW = 0;
  for (let nowMs = 10; nowMs <= 6000; nowMs += 10) {
    stepBattery(battery, nowMs, 10, 1, 15, true);
    if (nowMs < 100) expect(battery.inverter.powerW).toBe(0);
    expect(battery.inverter.powerW - beforeW).toBeLessThanOrEqual(2000 + 1e-6);
    beforeW = battery.inverter.powerW;
  }
  expect(beforeW).toBeCloseTo(1_000_000, 0);
});

test("more commands than the line holds: the newest wins", () => {
  const battery = createBattery(twoHourContainer, 0.5, 15);
  for (let powerW = 1000; powerW <= 40_000; powerW += 1000) commandInverter(battery.inverter, 0, powerW, 0);
  for (let nowMs = 50; nowMs <= 3000; nowMs += 50) stepBattery(battery, nowMs, 50, 1, 15, true);
  expect(battery.inverter.powerW).toBeCloseTo(40_000, 0);
});

test("the lag gives the same power after one long step as after many short ones", () => {
  const run = (dtMs: number) => {
    const battery = createBattery(twoHourContainer, 0.5, 15);
    battery.inverter.rampWPerS = 1e12;
    battery.inverter.commandW = 1_000_000;
    for (let nowMs = dtMs; nowMs <= 200; nowMs += dtMs) stepBattery(battery, nowMs, dtMs, 1, 15, true);
    return battery.inverter.powerW;
  };
  expect(run(200)).toBeCloseTo(run(1), 3);
  expect(run(200)).toBeCloseTo(1_000_000 * (1 - Math.exp(-200 / 80)), 3);
});

test("heat makes pumps work and, from 40 °C, takes power away", () => {
  const cool = createBattery(twoHourContainer, 0.5, 15);
  const hot = createBattery(twoHourContainer, 0.5, 47.5);
  for (const battery of [cool, hot]) {
    commandInverter(battery.inverter, 0, 1_927_000, 0);
    const ambientC = battery === cool ? 15 : 47.5;
    for (let nowMs = 50; nowMs <= 5000; nowMs += 50) stepBattery(battery, nowMs, 50, 1, ambientC, true);
  }
  expect(cool.inverter.powerW).toBeCloseTo(1_927_000, -1);
  expect(cool.thermal.auxiliaryW).toBe(5000);
  expect(hot.inverter.powerW / 1_927_000).toBeCloseTo(0.5, 1);
  expect(hot.thermal.auxiliaryW).toBe(40_000);
});

test("an opened breaker takes the power at once and forgets what was on its way", () => {
  const battery = createBattery(twoHourContainer, 0.5, 15);
  commandInverter(battery.inverter, 0, 1_000_000, 300_000);
  for (let nowMs = 50; nowMs <= 2000; nowMs += 50) stepBattery(battery, nowMs, 50, 1, 15, true);
  commandInverter(battery.inverter, 2000, 1_500_000, 0);
  stepBattery(battery, 2050, 50, 1, 15, false);
  expect([battery.inverter.powerW, battery.inverter.reactivePowerVar]).toEqual([0, 0]);
  for (let nowMs = 2100; nowMs <= 4000; nowMs += 50) stepBattery(battery, nowMs, 50, 1, 15, true);
  expect(battery.inverter.powerW).toBe(0);
});

test.each([
  0, 0.02, 0.5, 0.98, 1,
])("at soc %d the cells' voltages are plausible and spread around their mean", (soc) => {
  const { cells } = createBattery(twoHourContainer, soc, 20);
  for (const powerW of [-1_927_000, 0, 1_927_000]) {
    expect(cellVoltageV(cells, powerW)).toBeGreaterThan(2.5);
    expect(cellVoltageV(cells, powerW)).toBeLessThan(3.65);
    expect(cellSpreadV(cells, powerW)).toBeGreaterThan(0);
  }
});
