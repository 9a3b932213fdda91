import { Rng } from "@penstock/protocol/rng";
import { MW, MWh, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Battery } from "../../optimise/battery.ts";
import { dayProfit, LoopBlockOffers, Schedule } from "./auction-trader.ts";
import { bringsAt, loopBlocks } from "./loop-blocks.ts";
import { planDay } from "./plan-day.ts";

const battery: Battery = {
  capacityWh: MWh(2),
  socMin: 0,
  socMax: 1,
  powerWMaxCharge: MW(1),
  powerWMaxDischarge: MW(1),
  efficiencyCharge: 0.92,
  efficiencyDischarge: 0.92,
  costPerMWh: 5,
  auxiliaryW: W(0),
};
const day = (rng: Rng): Float64Array => Float64Array.from({ length: 24 }, () => rng.between(-20, 90));

test("a purchase at 20 and a sale at 60 become one pair, which pays from a spread that covers losses and wear", () => {
  const schedule = new Float64Array(24);
  schedule[3] = -1;
  schedule[18] = 0.8464;
  const { pairs, alone } = loopBlocks(schedule, battery);
  expect(alone).toEqual([]);
  expect(pairs).toHaveLength(1);
  const pair = pairs[0] as NonNullable<(typeof pairs)[0]>;
  expect(pair).toMatchObject({ buyHour: 3, sellHour: 18 });
  const prices = new Float64Array(24);
  prices[3] = 20;
  prices[18] = 60;
  expect(bringsAt(pair, prices)).toBeCloseTo(60 * 0.8464 - 20 - 5 * 0.8464, 6);
  prices[18] = 28;
  expect(bringsAt(pair, prices)).toBeLessThan(0);
});

test("whichever pairs an auction leaves out, the store never runs over or dry (500 random days)", () => {
  const rng = new Rng("loops");
  for (let round = 0; round < 500; round++) {
    const schedule = planDay(battery, day(rng));
    const { pairs, alone } = loopBlocks(schedule, battery);
    const volumes = new Float64Array(24);
    for (const { hour, meterMWh } of alone) volumes[hour] = (volumes[hour] ?? 0) + meterMWh;
    for (const pair of pairs) {
      if (rng.chance(0.5)) continue;
      volumes[pair.buyHour] = (volumes[pair.buyHour] ?? 0) - pair.buyMWh;
      volumes[pair.sellHour] = (volumes[pair.sellHour] ?? 0) + pair.sellMWh;
    }
    let soc = 0.5;
    for (const volume of volumes) {
      soc += (volume > 0 ? -volume / 0.92 : -volume * 0.92) / 2;
      expect(soc).toBeGreaterThan(-1e-6);
      expect(soc).toBeLessThan(1 + 1e-6);
      expect(Math.abs(volume)).toBeLessThan(1 + 1e-6);
    }
  }
});

test("all pairs together are the schedule", () => {
  const rng = new Rng("whole");
  for (let round = 0; round < 50; round++) {
    const schedule = planDay(battery, day(rng));
    const { pairs, alone } = loopBlocks(schedule, battery);
    const rebuilt = new Float64Array(24);
    for (const { hour, meterMWh } of alone) rebuilt[hour] = (rebuilt[hour] ?? 0) + meterMWh;
    for (const { buyHour, sellHour, buyMWh, sellMWh } of pairs) {
      rebuilt[buyHour] = (rebuilt[buyHour] ?? 0) - buyMWh;
      rebuilt[sellHour] = (rebuilt[sellHour] ?? 0) + sellMWh;
    }
    for (const [hour, volume] of schedule.entries()) expect(rebuilt[hour]).toBeCloseTo(volume, 6);
  }
});

test("a known day is cleared as hindsight would; a wrong forecast loses money as a schedule and none as pairs", () => {
  const rng = new Rng("known");
  const known = day(rng);
  const best = dayProfit(battery, planDay(battery, known), known);
  expect(dayProfit(battery, new Schedule(battery).order(known).clear(known), known)).toBeCloseTo(best, 6);
  const upsideDown = known.map((price) => 70 - price);
  expect(dayProfit(battery, new Schedule(battery).order(upsideDown).clear(known), known)).toBeLessThan(0);
  expect(dayProfit(battery, new LoopBlockOffers(battery).order(upsideDown).clear(known), known)).toBeGreaterThan(-1e-6);
});
