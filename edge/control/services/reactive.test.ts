import { Ms, MW, seconds, V, Var } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, missing, type Reading, type SiteImage, stale } from "../image.ts";
import { sampleGrant, sampleImage, sampleInput } from "../sample-site.ts";
import { runServices, withServices } from "./sample-services.ts";
import type { Service } from "./service.ts";

const shape = { form: "lag", openLoopMs: seconds(5) } as const;
const voltVar: Service = {
  type: "volt-var",
  name: "voltVar",
  contractedVar: Var(2e6),
  nominalV: V(20_000),
  curve: [
    [0.92, 1],
    [0.98, 0],
    [1.02, 0],
    [1.08, -1],
  ],
  shape,
};

const imageAt = (voltageV: Reading<V>): SiteImage => {
  const image = sampleImage();
  return { ...image, meter: { ...image.meter, voltageV } };
};
const fresh = (perUnit: number) => good(V(perUnit * 20_000), Ms(20));

function settledAt(service: Service, voltage: Reading<V>, powerW = MW(0), forMs = 30_000) {
  const input = sampleInput(imageAt(voltage), { grants: [sampleGrant({ powerW })] });
  const { output } = runServices(input, withServices(service), forMs, () => 50).at(-1) ?? {};
  const reactiveVar = output?.commands.reduce((sum, command) => sum + command.reactiveVar, 0) ?? Number.NaN;
  return { reactiveVar, powerW: output?.explanation.targetW, explanation: output?.explanation };
}

test.each([
  // voltage  reactive power, Mvar
  [0.9, 2],
  [0.95, 1],
  [0.98, 0],
  [1.0, 0],
  [1.05, -1],
  [1.1, -2],
])("volt-var at %d per unit gives %d Mvar over the units", (voltage, mvar) => {
  expect(settledAt(voltVar, fresh(voltage)).reactiveVar / 1e6).toBeCloseTo(mvar, 3);
});

test("volt-var gives nine tenths in its response time, and goes back to nothing without a fresh voltage", () => {
  const { reactiveVar } = settledAt(voltVar, fresh(0.92), MW(0), 5_000);
  expect(reactiveVar / 2e6).toBeGreaterThan(0.89);
  expect(reactiveVar / 2e6).toBeLessThan(0.92);
  expect(settledAt(voltVar, missing("no answer")).reactiveVar).toBe(0);
  expect(settledAt(voltVar, stale(V(18_000), Ms(900), "late")).reactiveVar).toBe(0);
});

test.each<[string, Service, number, number]>([
  [
    "over-excited at 0.95, discharging 2 MW",
    { type: "fixed-power-factor", name: "pf", powerFactor: 0.95, excitation: "over" },
    2,
    0.657,
  ],
  [
    "under-excited at 0.95, charging 2 MW",
    { type: "fixed-power-factor", name: "pf", powerFactor: 0.95, excitation: "under" },
    -2,
    -0.657,
  ],
  ["1", { type: "fixed-power-factor", name: "pf", powerFactor: 1, excitation: "over" }, 2, 0],
])("a power factor %s", (_what, service, powerMW, mvar) => {
  expect(settledAt(service, fresh(1), MW(powerMW)).reactiveVar / 1e6).toBeCloseTo(mvar, 3);
});

test("a fixed reactive power gets what the units' circles leave, and is named", () => {
  const service: Service = { type: "fixed-reactive", name: "fixedReactive", reactiveVar: Var(3e6) };
  expect(settledAt(service, fresh(1)).reactiveVar).toBe(3e6);
  const full = settledAt(service, fresh(1), MW(4));
  expect(full.powerW).toBe(4e6);
  expect(full.reactiveVar / 1e6).toBeCloseTo(4 * 0.458, 2);
  expect(full.explanation?.reactive).toEqual([{ service: "fixedReactive", wantedVar: 3e6, text: "fixed" }]);
});

const voltWatt: Service = {
  type: "volt-watt",
  name: "voltWatt",
  nominalV: V(20_000),
  curve: [
    [1.06, 1],
    [1.1, 0.2],
  ],
  shape,
};

test.each([
  // voltage  power left of 4 MW
  [1.05, 4],
  [1.06, 4],
  [1.08, 2.4],
  [1.2, 0.8],
])("volt-watt at %d per unit leaves %d MW", (voltage, powerMW) => {
  const { powerW, explanation } = settledAt(voltWatt, fresh(voltage), MW(4));
  expect((powerW ?? 0) / 1e6).toBeCloseTo(powerMW, 2);
  expect(explanation?.because.map(({ limit }) => limit)).toEqual(powerMW === 4 ? [] : ["volt-watt"]);
});

test("volt-watt leaves charging alone, and an unknown voltage lifts nothing", () => {
  expect(settledAt(voltWatt, fresh(1.2), MW(-4)).powerW).toBe(-4e6);
  const input = sampleInput(imageAt(fresh(1.2)), { grants: [sampleGrant({ powerW: MW(4) })] });
  const before = runServices(input, withServices(voltWatt), 10_000, () => 50).at(-1)?.output.state.services.voltWattPu;
  expect(before).toBeCloseTo(0.2, 3);
});
