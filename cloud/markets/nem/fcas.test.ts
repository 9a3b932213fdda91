import { Rng } from "@penstock/protocol/rng";
import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { clearFcas, settleFcas } from "./clear-fcas.ts";
import type { FcasOffer, FcasService } from "./fcas.ts";
import { availableMW, brokenJointConstraints, type FcasPlant, notEnabledBecause } from "./fcas-availability.ts";
import { nemFcasExamples } from "./testing/examples.ts";

const startMs = UtcMs(Date.parse("2026-06-10T10:00:00Z"));
const plant: FcasPlant = {
  initialMW: 0,
  isAgcOn: true,
  agcMinMW: -90,
  agcMaxMW: 100,
  agcRampUpMWPerMin: 20,
  agcRampDownMWPerMin: 20,
  energyMaxAvailMW: 100,
};

/** 40 MW for 3 dollars, 20 more for 30; the whole of it between −60 and 60 MW of energy, none beyond ±100. */
const offer = (service: FcasService, change: Partial<FcasOffer> = {}): FcasOffer => ({
  marketId: "nem",
  unitId: "U",
  service,
  interval: { startMs, endMs: UtcMs(startMs + 300_000) },
  versionNumber: 1,
  decidedAtMs: UtcMs(startMs - 60_000),
  bandPrices: [0, 1, 2, 3, 10, 30, 100, 1000, 5000, 10_000],
  bandAvailMW: [0, 0, 0, 40, 0, 20, 0, 0, 0, 0],
  maxAvailMW: 60,
  trapezium: { enablementMinMW: -100, lowBreakpointMW: -60, highBreakpointMW: 60, enablementMaxMW: 100 },
  ...change,
});

test.each([
  // energy MW  available MW
  [-101, 0],
  [-100, 0],
  [-80, 30],
  [-60, 60],
  [0, 60],
  [60, 60],
  [90, 15],
  [100, 0],
])("with %d MW of energy the trapezium leaves %d MW of a contingency service", (energyMW, available) => {
  expect(availableMW(offer("RAISE6SEC"), energyMW, plant)).toBeCloseTo(available, 9);
});

test.each<[string, Partial<FcasOffer>, Partial<FcasPlant>, RegExp]>([
  ["nothing is offered", { maxAvailMW: 0 }, {}, /max avail/],
  ["no band holds volume", { bandAvailMW: Array(10).fill(0) }, {}, /band/],
  ["the unit stands outside its enablement limits", {}, { initialMW: 101 }, /stranded/],
  [
    "the energy availability is too low",
    { trapezium: { enablementMinMW: 20, lowBreakpointMW: 30, highBreakpointMW: 60, enablementMaxMW: 100 } },
    { energyMaxAvailMW: 10 },
    /availability/,
  ],
])("it is not enabled when %s", (_, change, state, because) => {
  const it = offer("RAISE6SEC", change);
  expect(notEnabledBecause(it, { ...plant, ...state })).toMatch(because);
  expect(availableMW(it, 0, { ...plant, ...state })).toBe(0);
});

test("regulation needs the AGC, and lives inside its limits and its ramp", () => {
  const regulation = offer("RAISEREG", {
    direction: "GEN",
    trapezium: { enablementMinMW: 0, lowBreakpointMW: 0, highBreakpointMW: 40, enablementMaxMW: 100 },
  });
  expect(notEnabledBecause(regulation, { ...plant, isAgcOn: false })).toBe("AGC is off");
  expect(availableMW(regulation, 20, plant)).toBe(60);
  // The AGC may go to 80 MW only: both upper corners move down by 20.
  expect(availableMW(regulation, 50, { ...plant, agcMaxMW: 80 })).toBeCloseTo(30, 9);
  expect(availableMW(regulation, 20, { ...plant, agcRampUpMWPerMin: 4 })).toBe(20);
});

test("regulation and contingency share the megawatts above the energy target", () => {
  const regulation = { offer: offer("RAISEREG", { direction: "GEN" }), enabledMW: 30 };
  const contingency = { offer: offer("RAISE5MIN"), enabledMW: 45 };
  // 40 + (40/60) × 45 + 30 = 100: just fits.
  expect(brokenJointConstraints(40, [regulation, contingency], plant)).toEqual([]);
  expect(brokenJointConstraints(41, [regulation, contingency], plant)).toContain("joint capacity above, RAISE5MIN");
  expect(brokenJointConstraints(75, [regulation], plant)).toContain("joint ramping, raise");
});

test("a price taker is enabled up to its price, its trapezium and what the others leave", () => {
  const offers = [offer("RAISEREG", { direction: "GEN" }), offer("RAISE6SEC"), offer("LOWER6SEC")];
  const awards = clearFcas(offers, 60, { RAISEREG: 45, RAISE6SEC: 5, LOWER6SEC: 2 }, plant);
  const enabled = Object.fromEntries(awards.map(({ service, enabledMW }) => [service, enabledMW]));
  // Regulation first: 40 MW reach 100. Then nothing is left above 60 for the contingency service; lowering is too dear at 2.
  expect(enabled).toEqual({ RAISEREG: 40, RAISE6SEC: 0, LOWER6SEC: 0 });
  expect(settleFcas("U", offers[0]?.interval as FcasOffer["interval"], awards).map(({ amount }) => amount)).toEqual([
    150, 0, 0,
  ]);
});

test("whatever is enabled breaks no joint constraint, in a thousand markets", () => {
  const rng = new Rng("enabled");
  for (let round = 0; round < 1_000; round++) {
    const offers = Array.from({ length: rng.integer(1, 6) }, () => nemFcasExamples.make(rng).offer);
    const energyMW = rng.integer(-100, 100);
    const state = {
      ...plant,
      initialMW: rng.integer(-100, 100),
      agcMaxMW: rng.integer(0, 400),
      agcMinMW: -rng.integer(0, 400),
    };
    const prices = Object.fromEntries(offers.map(({ service }) => [service, rng.exponential(60)]));
    const byService = [...new Map(offers.map((each) => [each.service, each])).values()];
    const awards = clearFcas(byService, energyMW, prices, state);
    const enabled = awards.flatMap(({ service, enabledMW }) => {
      const found = byService.find((each) => each.service === service);
      return found === undefined ? [] : [{ offer: found, enabledMW }];
    });
    const alone = brokenJointConstraints(energyMW, [], state);
    expect(
      brokenJointConstraints(energyMW, enabled, state).filter((broken) => !alone.includes(broken)),
      `round ${round}`,
    ).toEqual([]);
  }
});
