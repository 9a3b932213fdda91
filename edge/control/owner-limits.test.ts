import { hours, kW, MonotonicMs, Ms, MW, MWh, minutes, Soc, seconds, UtcMs, W, Wh } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, missing } from "./image.ts";
import { settled } from "./sample-run.ts";
import { sampleConfig, sampleGrant, sampleImage, sampleInput, sampleUnit, sampleUnits } from "./sample-site.ts";
import type { OwnerTerms, SiteControlConfig } from "./site-control-config.ts";
import { initialState, type StepOutput, step } from "./step.ts";

const fresh = Ms(20);
const owner: OwnerTerms = { zone: "Australia/Brisbane", dayStartsAt: "04:00", seasons: [] };
const with_ = (changes: Partial<OwnerTerms>): SiteControlConfig => ({
  ...sampleConfig,
  owner: { ...owner, ...changes },
});

/** Four units of 1 MW and 2 MWh, doing what they are told, their counters running; ends with the last cycle. */
function play(config: SiteControlConfig, wishes: (atMs: number) => number, forMs: number): readonly StepOutput[] {
  const outputs: StepOutput[] = [];
  let state = initialState(sampleImage());
  let powerW = 0;
  let lifetimeWh = MWh(100) as number;
  for (let atMs = 0; atMs <= forMs; atMs += 1_000) {
    lifetimeWh += Math.max(0, powerW) / 4 / 3_600;
    const units = sampleUnits(4, { powerW: good(W(powerW / 4), fresh), dischargedWh: good(Wh(lifetimeWh), fresh) });
    const image = sampleImage({ units, meterW: W(powerW), monotonicMs: MonotonicMs(atMs) });
    const grants = [sampleGrant({ powerW: W(wishes(atMs)), expiresMonotonicMs: MonotonicMs(Infinity) })];
    const output = step(state, sampleInput(image, { grants }), config);
    outputs.push(output);
    ({ state } = output);
    powerW = output.explanation.targetW;
  }
  return outputs;
}

const last = (outputs: readonly StepOutput[]) => outputs.at(-1)?.explanation;

test("a day's cycles are used to the last, power fading at the end, and then only charging is left", () => {
  const config = with_({ cyclesPerDayMax: 0.25 }); // 2 MWh of 8: half an hour of 4 MW.
  const discharging = play(config, () => 4e6, hours(1));
  expect(last(discharging)).toMatchObject({ because: [{ limit: "daily-throughput" }] });
  expect(last(discharging)?.because[0]?.text).toContain("0.25 cycles a day: 2.00 MWh discharged");
  expect(last(discharging)?.targetW).toBeLessThan(1_000);
  expect(discharging.at(-1)?.state.ledger?.dischargedTodayWh).toBeLessThanOrEqual(2e6 + 1);
  const charging = play(config, (atMs) => (atMs < minutes(40) ? 4e6 : -2e6), hours(1));
  expect(last(charging)?.targetW).toBe(-2e6);
});

test("a rest that is due is taken in full, and then the lease goes on", () => {
  const config = with_({ rest: { afterCycles: 0.125, forMs: minutes(10) } }); // 1 MWh: a quarter of an hour of 4 MW.
  const outputs = play(config, () => 4e6, minutes(40));
  const targets = outputs.map(({ explanation }) => explanation.targetW);
  expect(targets[minutes(14) / 1e3]).toBe(4e6);
  expect(targets[minutes(18) / 1e3]).toBe(0);
  expect(outputs[minutes(18) / 1e3]?.explanation.because).toMatchObject([{ limit: "rest-period" }]);
  expect(targets[minutes(24) / 1e3]).toBe(0);
  expect(targets[minutes(28) / 1e3]).toBe(4e6);
});

test.each<[string, number, number, number]>([
  // month  soc  commanded of 4 MW asked
  ["January, narrow above 20 %", 0, 0.15, 0],
  ["January, well inside", 0, 0.5, 4e6],
  ["June, not narrow", 5, 0.15, 4e6],
])("the owner's band by month: %s", (_what, month, soc, commandedW) => {
  const band = { socMin: Soc(0.2), socMax: Soc(0.8), taper: Soc(0.05) };
  const config = with_({ seasons: [{ months: [12, 1, 2], band }] });
  const units = sampleUnits(4, { soc: good(Soc(soc), fresh) });
  const image = sampleImage({ units, nowMs: UtcMs(Date.UTC(2026, month, 15)) });
  const output = settled(sampleInput(image, { grants: [sampleGrant({ powerW: MW(4) })] }), config);
  expect(output.explanation.targetW).toBe(commandedW);
  expect(output.explanation.because.map(({ limit }) => limit)).toEqual(commandedW === 0 ? ["season-band"] : []);
});

test("the batteries' feeder counts units that are lost, whatever they do next", () => {
  const config = { ...sampleConfig, feeder: { exportWMax: MW(2), importWMax: MW(1) } };
  const wants = (powerW: W, units = sampleUnits(4)) => {
    const image = sampleImage({ units });
    return step(initialState(image), sampleInput(image, { grants: [sampleGrant({ powerW })] }), config).explanation;
  };
  expect(wants(MW(4))).toMatchObject({ clampedW: 2e6, because: [{ limit: "battery-feeder" }] });
  expect(wants(MW(-4)).clampedW).toBe(-1e6);
  const local = sampleUnit("odd", { remote: good(false, fresh), powerW: good(kW(500), fresh) });
  expect(wants(MW(4), [...sampleUnits(3), local]).clampedW).toBe(1.5e6);
  const silent = sampleUnit("odd", { remote: missing("silent"), powerW: missing("silent") });
  expect(wants(MW(4), [...sampleUnits(3), silent]).clampedW).toBe(1e6);
});

test("a cloud that swings the site to and fro may do so only as often as was agreed", () => {
  const config = { ...sampleConfig, leaseReversals: { max: 4, withinMs: minutes(5) } };
  const outputs = play(config, (atMs) => (Math.floor(atMs / seconds(20)) % 2 === 0 ? 1e6 : -1e6), minutes(12));
  const sides = outputs.map(({ explanation }) => Math.sign(explanation.targetW)).filter((side) => side !== 0);
  const turns = sides.filter((side, index) => index > 0 && side !== sides[index - 1]).length;
  expect(turns).toBeGreaterThanOrEqual(8); // Bounded, not stopped: it may turn again when time has passed.
  expect(turns).toBeLessThanOrEqual(12);
  const held = outputs.filter(({ explanation }) =>
    explanation.because.some(({ limit }) => limit === "lease-reversals"),
  );
  expect(held[0]?.explanation).toMatchObject({ alarms: [], because: [{ text: expect.stringContaining("4 times") }] });
});
