import { Rng } from "@penstock/protocol/rng";
import { MonotonicMs, Ms, MW, MWh, minutes, Soc, UtcMs, W, Wh } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good } from "../image.ts";
import { sampleGrant, sampleImage, sampleInput, sampleUnits } from "../sample-site.ts";
import { initialState, step } from "../step.ts";
import { advanceEnergy, type EnergyBlock, recoveriesAhead, requiredNowWh } from "./energy-by-half-hour.ts";
import { nesoDcLow, nesoDrLow } from "./index.ts";
import type { EnergyRule } from "./rule.ts";
import { curveService, withServices } from "./sample-services.ts";

const rule = nesoDrLow.energy as EnergyRule;
const at = (text: string) => UtcMs(Date.parse(`${text}Z`));
const nothing = { outWh: Wh(0), inWh: Wh(0) };

/** A block whose low contracts are of `volumeMWh`, lived half hour by half hour; what each had to begin with, in MWh. */
function requiredMWh(volumeMWh: number, deliveredMWh: readonly number[], startMs = at("2026-01-14T15:00")): number[] {
  const volume = { outWh: MWh(volumeMWh), inWh: Wh(0) };
  let block = advanceEnergy(undefined, volume, nothing, rule, startMs);
  for (const [period, mwh] of deliveredMWh.entries()) {
    const middleMs = UtcMs(startMs + (period + 0.5) * minutes(30));
    block = advanceEnergy(block, volume, { outWh: MWh(mwh), inWh: Wh(0) }, rule, middleMs);
    block = advanceEnergy(block, volume, nothing, rule, UtcMs(middleMs + minutes(15)));
  }
  return block.out.requiredWh.map((wh) => Math.round(wh / 1e3) / 1e3);
}

test("50 MWh contracted and 2 delivered in the first half hour: 48 are required until the sixth, then 50 again", () => {
  expect(requiredMWh(50, [2, 0, 0, 0, 0, 0, 0])).toEqual([50, 48, 48, 48, 48, 50, 50, 50]);
});

test.each<[what: string, delivered: readonly number[], required: readonly number[]]>([
  ["nothing delivered: all of it, all the time", [0, 0, 0, 0, 0], [10, 10, 10, 10, 10, 10]],
  ["a fifth at most comes back in a half hour", [6, 0, 0, 0, 0, 0, 0], [10, 4, 4, 4, 4, 6, 8, 10]],
  ["what comes back may be delivered again", [2, 0, 0, 0, 1, 0, 0], [10, 8, 8, 8, 8, 9, 9, 9]],
  ["never less than nothing", [7, 7, 0, 0, 0, 0, 0], [10, 3, 0, 0, 0, 2, 4, 6]],
])("10 MWh contracted, %s", (_what, delivered, required) => {
  expect(requiredMWh(10, delivered)).toEqual(required);
});

test.each([
  ["at four in the afternoon", "2026-01-14T15:00", 8],
  ["summer time, an hour earlier in UTC", "2026-07-14T14:00", 8],
  ["clocks go forward: the first block has six half hours", "2026-03-28T23:00", 6],
  ["clocks go back: it has ten", "2026-10-24T22:00", 10],
])("a block begins with the whole again: %s", (_what, start, periods) => {
  const required = requiredMWh(50, new Array(periods).fill(1), at(start));
  expect(required).toEqual([50]);
  expect(requiredMWh(50, new Array(periods - 1).fill(1), at(start))).toHaveLength(periods);
});

test("what is won back is known three half hours before", () => {
  const volume = { outWh: MWh(10), inWh: Wh(0) };
  const startMs = at("2026-01-14T15:00");
  let block: EnergyBlock = advanceEnergy(undefined, volume, nothing, rule, startMs);
  block = advanceEnergy(block, volume, { outWh: MWh(3), inWh: Wh(0) }, rule, startMs);
  expect(recoveriesAhead(block.out, rule)).toEqual([0, 0, 0, 0]); // not settled before the half hour is over
  block = advanceEnergy(block, volume, nothing, rule, UtcMs(startMs + minutes(30)));
  expect(recoveriesAhead(block.out, rule)).toEqual([0, 0, 0, 2e6]);
  block = advanceEnergy(block, volume, nothing, rule, UtcMs(startMs + minutes(60)));
  expect(recoveriesAhead(block.out, rule)).toEqual([0, 0, 2e6, 1e6]);
});

test.each([
  ["leaps an hour on", minutes(70)],
  ["goes back", minutes(-1)],
])("a clock that %s: the whole is required, for nobody knows what happened", (_what, byMs) => {
  const volume = { outWh: MWh(10), inWh: MWh(5) };
  const startMs = at("2026-01-14T15:00");
  let block = advanceEnergy(undefined, volume, nothing, rule, startMs);
  block = advanceEnergy(block, volume, { outWh: MWh(4), inWh: MWh(1) }, rule, UtcMs(startMs + 1));
  expect([requiredNowWh(block.out), requiredNowWh(block.in)]).toEqual([6e6, 4e6]);
  block = advanceEnergy(block, volume, nothing, rule, UtcMs(startMs + byMs));
  expect([requiredNowWh(block.out), requiredNowWh(block.in)]).toEqual([10e6, 5e6]);
});

test("whatever is delivered: never more than the volume, never less than the volume less all that was delivered, and whole again in time", () => {
  for (let seed = 0; seed < 150; seed++) {
    const rng = new Rng(`half-hours/${seed}`);
    const volume = { outWh: Wh(rng.between(1e5, 5e7)), inWh: Wh(rng.between(1e5, 5e7)) };
    const wide: EnergyRule = { ...rule, blockMs: Ms(24 * 3_600e3) };
    let nowMs = at("2026-01-13T23:00");
    let block = advanceEnergy(undefined, volume, nothing, wide, nowMs);
    const total = { out: 0, in: 0 };
    const look = () => {
      for (const way of ["out", "in"] as const) {
        const requiredWh = requiredNowWh(block[way]);
        expect(requiredWh).toBeLessThanOrEqual(volume[`${way}Wh`]);
        expect(requiredWh).toBeGreaterThanOrEqual(volume[`${way}Wh`] - total[way] - 1e-3);
        for (const wh of block[way].recoveryWh) expect(wh).toBeLessThanOrEqual(0.2 * volume[`${way}Wh`] + 1e-3);
      }
    };
    for (let period = 0; period < 12; period++) {
      for (let part = 0; part < 3; part++) {
        const delivered = { outWh: Wh(rng.between(0, 3e6)), inWh: Wh(rng.chance(0.5) ? 0 : rng.between(0, 3e6)) };
        total.out += delivered.outWh;
        total.in += delivered.inWh;
        block = advanceEnergy(block, volume, delivered, wide, nowMs);
        look();
        nowMs = UtcMs(nowMs + minutes(10));
      }
    }
    // Three half hours of notice, five of a fifth each, and one to arrive in.
    for (let period = 0; period < 9; period++) {
      block = advanceEnergy(block, volume, nothing, wide, nowMs);
      look();
      nowMs = UtcMs(nowMs + minutes(30));
    }
    block = advanceEnergy(block, volume, nothing, wide, nowMs);
    expect(requiredNowWh(block.out)).toBeCloseTo(volume.outWh, 3);
    expect(requiredNowWh(block.in)).toBeCloseTo(volume.inWh, 3);
  }
});

/** 4 MW and 8 MWh; 5 to 95 %. Cycles of a second, so that hours pass; units do what they are told and are charged by it. */
function live(contractMW: number, soc: number, baselineMW: number, hzAt: (minute: number) => number, forMin: number) {
  const config = { ...withServices(curveService("dr", MW(contractMW), nesoDrLow)), periodMs: Ms(1_000) };
  const grant = sampleGrant({ powerW: MW(baselineMW), expiresMonotonicMs: MonotonicMs(1e9) });
  const base = sampleInput(sampleImage(), { grants: [grant] });
  let units = sampleUnits(4, { soc: good(Soc(soc), Ms(20)) });
  let state = initialState({ ...base.image, units });
  const seen: {
    minute: number;
    targetW: number;
    limits: readonly string[];
    alarms: readonly string[];
    said: string;
  }[] = [];
  for (let second = 0; second <= forMin * 60; second++) {
    const minute = second / 60;
    const image = {
      ...base.image,
      monotonicMs: MonotonicMs(second * 1_000),
      nowMs: UtcMs(at("2026-01-14T15:00") + second * 1_000),
      units,
      meter: { ...base.image.meter, frequencyHz: good(hzAt(minute) as never, Ms(20)) },
    };
    const output = step(state, { ...base, image }, config);
    ({ state } = output);
    units = units.map((unit, index) => {
      const powerW = output.commands[index]?.powerW ?? W(0);
      const before = unit.soc.quality === "good" ? unit.soc.value : 0;
      return {
        ...unit,
        powerW: good(powerW, Ms(20)),
        soc: good(Soc(before - powerW / 3_600 / unit.rating.capacityWh), Ms(20)),
      };
    });
    const { explanation } = output;
    if (second % 60 === 0)
      seen.push({
        minute,
        targetW: explanation.targetW,
        limits: explanation.because.map(({ limit }) => limit),
        alarms: explanation.alarms.map(({ code }) => code),
        said: explanation.alarms.map(({ text }) => text).join("; "),
      });
  }
  return (minute: number) => seen.find((one) => one.minute === minute);
}

test("a response uses energy without stopping the declared baseline; what it used is asked back with notice, then required", () => {
  // 2 MW for an hour: 2 MWh, of 2.2 in store; 49.8 Hz for 20 minutes uses two thirds of a MWh.
  const seen = live(2, 0.325, 0.1, (minute) => (minute >= 2 && minute < 22 ? 49.8 : 50), 170);
  expect(seen(10)).toMatchObject({ targetW: 2.1e6, limits: [], alarms: [] });
  expect(seen(25)).toMatchObject({ targetW: 0.1e6, limits: [], alarms: [] });
  expect(seen(31)).toMatchObject({ targetW: 0.1e6, alarms: ["service-recovery-due"] });
  expect(seen(31)?.said).toBe("services win back 0.40 MWh in store from 17:00 UTC: the baseline must say so");
  expect(seen(61)?.said).toContain("0.40 MWh in store from 17:00 UTC, 0.27 MWh in store from 17:30 UTC");
  // Nobody declared one: at the end of 17:00 to 17:30 the energy is missing, and the baseline may take no more of it.
  expect(seen(151)?.alarms).toContain("service-energy-short");
  expect(seen(160)).toMatchObject({ targetW: 0, limits: ["service-reserve"] });
});

test("energy that a response asked for and the units did not give is not taken off what is required", () => {
  const config = withServices(curveService("dc", MW(2), nesoDcLow));
  const base = sampleInput(sampleImage());
  let state = initialState(base.image);
  for (let atMs = 0; atMs <= 60_000; atMs += 100) {
    const meter = { ...base.image.meter, frequencyHz: good(49.5 as never, Ms(20)) };
    ({ state } = step(state, { ...base, image: { ...base.image, monotonicMs: MonotonicMs(atMs), meter } }, config));
  }
  expect(state.services.fastW).toBe(2e6);
  expect(state.services.energy?.out).toMatchObject({ volumeWh: 0.5e6, deliveredWh: 0 });
});
