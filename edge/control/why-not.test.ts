import { kW, Ms, MW, Soc, type W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, missing } from "./image.ts";
import { tightConfig } from "./sample-run.ts";
import { noLatches, sampleGrant, sampleImage, sampleInput, sampleUnit, sampleUnits } from "./sample-site.ts";
import { initialState } from "./step.ts";
import type { StepInput } from "./step-types.ts";
import { whyNot } from "./why-not.ts";
import { whyUnit } from "./why-unit.ts";

const fresh = Ms(20);
const ask = (powerW: W, changes: Partial<StepInput> = {}) => {
  const { image = sampleImage(), ...others } = changes;
  return whyNot(initialState(image), { ...sampleInput(image), ...others }, tightConfig, powerW);
};

test("a power that nothing stands in the way of: only the ramp", () => {
  expect(ask(kW(500))).toMatchObject({
    reachableW: 500e3,
    rampS: 1,
    obstacles: [],
    ruledBy: { source: "site-default" },
  });
});

test("every limit that would cut it is named, the tightest first, with what it leaves", () => {
  const localLimitW = { powerWMin: MW(-1), powerWMax: kW(300), by: "Ana", reason: "cable work" };
  const answer = ask(MW(9), { latches: { ...noLatches, localLimitW }, grants: [sampleGrant()] });
  expect(answer).toMatchObject({
    wantedW: 9e6,
    reachableW: 300e3,
    ruledBy: { source: "lease", powerW: 1e6 },
    obstacles: [
      { limit: "local-operator", leavesW: 300e3, text: "Ana allows -1.00 MW to 0.30 MW: cable work" },
      { limit: "grid-connection", leavesW: 800e3 },
      { limit: "unit-ratings", leavesW: 4e6 },
    ],
  });
});

test.each<[string, Partial<StepInput>, string]>([
  ["a stop", { latches: { ...noLatches, stop: { by: "Ana", reason: "smoke" } } }, "stop"],
  ["maintenance", { latches: { ...noLatches, mode: "maintenance" } }, "operator"],
  [
    "units of unknown charge",
    { image: sampleImage({ units: sampleUnits(4, { soc: missing("silent") }) }) },
    "soc-window",
  ],
])("under %s nothing is reachable, and that comes first", (_what, changes, limit) => {
  const answer = ask(MW(1), changes);
  expect(answer.reachableW).toBe(0);
  expect(answer.obstacles[0]).toMatchObject({ limit, leavesW: 0 });
});

test("one unit's chain: its even share, what each limit left of it, what it was told", () => {
  const units = [
    sampleUnit("hot", {
      dischargeWMax: good(kW(300), fresh),
      soc: good(Soc(0.06), fresh),
      powerW: good(kW(200), fresh),
    }),
    sampleUnit("well", { powerW: good(MW(1), fresh) }),
  ];
  const image = sampleImage({ units, meterW: kW(800) });
  const input = sampleInput(image, { grants: [sampleGrant({ powerW: MW(1.2) })] });
  const why = (unitId: string) => whyUnit(initialState(image), input, tightConfig, unitId);
  expect(why("hot")).toMatchObject({
    evenShareW: 599_999.5, // Bounds are whole watts, towards 0.
    limits: [
      { limit: "bms-allowance", left: { powerWMin: -1e6, powerWMax: 300e3 } },
      { limit: "soc-window", left: { powerWMin: -1e6 }, text: "state of charge 6.0 %, window 5 to 95 %" },
    ],
    powerW: 199_999,
    because: "soc-window: state of charge 6.0 %, window 5 to 95 %",
  });
  expect(why("well")).toMatchObject({ limits: [], powerW: 1e6, because: undefined });
  expect(why("nobody")).toBeUndefined();
});
