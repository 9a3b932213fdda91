import { kW, Ms, MW, minutes, seconds, W, WPerS } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { type AgcSignal, good, missing, type Reading } from "../image.ts";
import { sampleGrant, sampleImage, sampleInput } from "../sample-site.ts";
import { nesoDcLow } from "./index.ts";
import { curveService, type Moment, runServices, withServices } from "./sample-services.ts";
import type { AgcService, PeakShaving, SelfConsumption } from "./service.ts";

const agc: AgcService = {
  type: "agc",
  name: "agc",
  contractedW: MW(2),
  rampWPerS: WPerS(1e6),
  staleAfterMs: seconds(12),
  durationMs: minutes(30),
};
const calm = () => 50;
const leased = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(1) })] });
const at = (moments: readonly Moment[], atMs: number) => moments.find((moment) => moment.atMs === atMs)?.powerW ?? NaN;
/** A master that renews its set-point every 4 s until it dies. */
const master = (powerW: number, diesAtMs: number) => (atMs: number) =>
  good<AgcSignal>({ powerW: W(powerW), sequence: Math.floor(Math.min(atMs, diesAtMs) / 4_000) }, Ms(50));

test("regulation follows the set-point around the baseline, from the first renewal on, at its ramp and within its contract", () => {
  const moments = runServices(leased, withServices(agc), 12_000, calm, { agcAt: master(-5e6, Infinity) });
  expect(at(moments, 3_900)).toBe(1e6);
  expect(at(moments, 4_900)).toBeCloseTo(0, -3);
  expect(at(moments, 12_000)).toBe(-1e6); // 1 MW of lease, 2 MW of contract the other way.
});

test("a master that died: its last word is held for three renewals, then released at the ramp, with an alarm", () => {
  const moments = runServices(leased, withServices(agc), 30_000, calm, { agcAt: master(2e6, 8_000) });
  expect(at(moments, 19_900)).toBe(3e6);
  expect(at(moments, 21_000)).toBe(2e6);
  expect(at(moments, 23_000)).toBe(1e6);
  expect(moments.at(-1)?.output.explanation.alarms).toMatchObject([
    { code: "service-agc-stale", text: "agc: the set-point was not renewed for 12 s: released" },
  ]);
});

test.each<[string, (atMs: number) => Reading<AgcSignal>]>([
  ["that was standing there at the start", () => good({ powerW: MW(2), sequence: 7 }, Ms(50))],
  ["that cannot be read", () => missing("no answer")],
  ["that is not a number", (atMs) => good({ powerW: W(Number.NaN), sequence: atMs }, Ms(50))],
])("a set-point %s is no command", (_what, agcAt) => {
  const moments = runServices(leased, withServices(agc), 10_000, calm, { agcAt });
  expect(at(moments, 10_000)).toBe(1e6);
  expect(moments.at(-1)?.output.explanation.alarms).toMatchObject([{ code: "service-agc-stale" }]);
});

const shaving: PeakShaving = { type: "peak-shaving", name: "peakShaving", importWMax: MW(1), trimWMax: kW(100) };

test("peak shaving lifts whatever is wished so that import stays within the limit, at the site's ramp", () => {
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(-0.5) })] });
  const restWAt = (atMs: number) => (atMs < 10_000 ? -300e3 : -2.2e6);
  const moments = runServices(input, withServices(shaving), 40_000, calm, { restWAt });
  expect(at(moments, 9_900)).toBe(-500e3);
  expect(at(moments, 11_000)).toBe(300e3); // 0.5 MW/s out, 1 MW/s towards 0: on its way.
  expect(at(moments, 40_000)).toBeGreaterThanOrEqual(1.2e6);
  expect(at(moments, 40_000)).toBeLessThan(1.22e6);
  expect(moments.at(-1)?.output.explanation.services[0]?.text).toMatch(/^keeps import within 1\.00 MW: trim -?\d/);
});

const own: SelfConsumption = { type: "self-consumption", name: "selfConsumption", gridPowerW: W(0), trimWMax: kW(50) };

test("self-consumption brings the meter to zero while nobody asks, and leaves a lease alone", () => {
  const restWAt = (atMs: number) => -700e3 + 100e3 * Math.sin(atMs / 8_000);
  const alone = runServices(sampleInput(sampleImage()), withServices(own), 60_000, calm, { restWAt });
  for (const { atMs, powerW } of alone.slice(-200)) expect(Math.abs(powerW + restWAt(atMs))).toBeLessThan(30e3);
  expect(runServices(leased, withServices(own), 20_000, calm, { restWAt }).at(-1)?.powerW).toBe(1e6);
});

test("the trim never leaves its bounds, nor winds up behind a limit", () => {
  const tight = withServices(own);
  const config = { ...tight, connection: { ...tight.connection, exportWMax: MW(10) } };
  // More load than there are batteries for two minutes; then little.
  const restWAt = (atMs: number) => (atMs < 120_000 ? -9e6 : -500e3);
  const moments = runServices(sampleInput(sampleImage()), config, 160_000, calm, { restWAt });
  expect(at(moments, 119_000)).toBe(4e6);
  const after = moments.filter(({ atMs }) => atMs > 140_000);
  for (const { powerW } of after) expect(Math.abs(powerW - 500e3)).toBeLessThan(20e3);
});

test("frequency response is not taken for load: the meter's services do not work against it", () => {
  const config = withServices(own, curveService("nesoDcLow", MW(1), nesoDcLow));
  const restWAt = () => -500e3;
  const hzAt = (atMs: number) => (atMs < 20_000 ? 50 : 49.5);
  const moments = runServices(sampleInput(sampleImage()), config, 40_000, hzAt, { restWAt });
  expect(at(moments, 19_000)).toBeCloseTo(500e3, -4.5);
  expect(Math.abs(at(moments, 40_000) - 1.5e6)).toBeLessThan(30e3);
});
