import { type Hz, kW, Ms, MW, Var, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { missing, stale } from "../image.ts";
import { samplePlant } from "../sample-run.ts";
import { noLatches, sampleGrant, sampleImage, sampleInput } from "../sample-site.ts";
import { fcasFastRaise, fcasSlowRaise, fcr, nesoDcHigh, nesoDcLow, nesoDrLow, nordicFfr } from "./index.ts";
import { curveService, type Moment, runServices, switchedService, withServices } from "./sample-services.ts";

const dc = withServices(curveService("nesoDcLow", MW(2), nesoDcLow));
const atRest = sampleInput(sampleImage());
/** A step from nominal at one second. */
const dropTo = (hz: number) => (atMs: number) => (atMs < 1_000 ? 50 : hz);
const at = (moments: readonly Moment[], atMs: number) => moments.find((moment) => moment.atMs === atMs);
const firstMove = (moments: readonly Moment[]) =>
  (moments.find(({ powerW }) => powerW !== 0)?.atMs ?? Infinity) - 1_000;

test("Dynamic Containment begins no earlier than its rule allows and is full in its time", () => {
  const moments = runServices(atRest, dc, 3_000, dropTo(49.5));
  // 100 ms more from the command to the first watt: 0.3 s after the change.
  expect(firstMove(moments)).toBe(200);
  expect(at(moments, 1_300)?.powerW).toBe(2e6);
  expect(at(moments, 3_000)?.output.explanation.services).toMatchObject([
    { service: "nesoDcLow", contractedW: 2e6, wantedW: 2e6, deliveredW: 2e6 },
  ]);
});

test("Dynamic Regulation takes the seconds its rule gives it", () => {
  const moments = runServices(atRest, withServices(curveService("nesoDrLow", MW(2), nesoDrLow)), 8_000, dropTo(49.8));
  expect(firstMove(moments)).toBe(100);
  expect(at(moments, 3_600)?.powerW).toBeCloseTo(1_040e3, 0);
  expect(at(moments, 6_100)?.powerW).toBe(2e6);
});

test("services come on top of what the lease asks, at their own pace, and the lease keeps the site's ramp", () => {
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(1.5) })] });
  const moments = runServices(input, dc, 6_000, dropTo(49.5));
  // 0.5 MW/s from the first cycle on.
  expect(at(moments, 1_000)?.powerW).toBe(500e3);
  expect(at(moments, 1_500)?.powerW).toBe(2_750e3);
  expect(at(moments, 6_000)?.output.explanation).toMatchObject({ wishW: 1.5e6, targetW: 3.5e6 });
});

test("what is low and what is high add up, and each is named with its megawatts", () => {
  const config = withServices(curveService("nesoDcLow", MW(1), nesoDcLow), curveService("fcr", MW(1), fcr));
  const { output } = runServices(atRest, config, 20_000, dropTo(49.5)).at(-1) as Moment;
  expect(output.explanation.services.map(({ deliveredW }) => deliveredW)).toEqual([1e6, 1e6]);
  expect(output.explanation.targetW).toBe(2e6);
  expect(output.explanation.services[1]?.text).toBe(
    "Frequency Containment Reserve: 49.500 Hz asks for 100 %, 100 % of 1.00 MW now",
  );
});

test("services of one family are the same megawatts", () => {
  const config = withServices(curveService("fast", MW(1), fcasFastRaise), curveService("slow", MW(1.5), fcasSlowRaise));
  expect(runServices(atRest, config, 5_000, dropTo(49.5)).at(-1)?.powerW).toBe(1.5e6);
});

test("a site that rests, is in maintenance or stopped serves nothing", () => {
  for (const latches of [
    { ...noLatches, stop: { by: "Ana", reason: "test" } },
    { ...noLatches, mode: "maintenance" as const },
  ]) {
    const { output } = runServices(sampleInput(sampleImage(), { latches }), dc, 5_000, dropTo(49.5)).at(-1) as Moment;
    expect(output.explanation).toMatchObject({ targetW: 0, services: [] });
  }
});

test.each([
  [
    "the connection, at once",
    sampleInput(sampleImage()),
    { ...dc, connection: { ...dc.connection, exportWMax: kW(800) } },
    800e3,
    "grid-connection",
  ],
  [
    "the grid operator",
    sampleInput(
      sampleImage({
        plant: samplePlant({
          gridOperatorLimitW: { quality: "good", value: { powerWMin: MW(-1), powerWMax: kW(500) }, ageMs: Ms(20) },
        }),
      }),
    ),
    dc,
    500e3,
    "grid-operator",
  ],
  [
    "an open breaker",
    sampleInput(
      sampleImage({ plant: samplePlant({ breakerClosed: { quality: "good", value: false, ageMs: Ms(20) } }) }),
    ),
    dc,
    0,
    "breaker",
  ],
])("a service obeys %s, which is named", (_what, input, config, powerW, limit) => {
  const { output } = runServices(input, config, 5_000, dropTo(49.5)).at(-1) as Moment;
  expect(output.explanation).toMatchObject({
    targetW: powerW,
    because: [{ limit }],
    services: [{ wantedW: 2e6, deliveredW: powerW }],
  });
});

test.each([
  ["stale", stale(49.5 as Hz, Ms(900), "no new value"), "service-frequency-stale"],
  ["missing", missing("no answer"), "service-frequency-missing"],
  ["nonsense", { quality: "good" as const, value: 0 as Hz, ageMs: Ms(20) }, "service-frequency-missing"],
])("a frequency that is %s: the answer is held for a second, then released, with an alarm", (_what, reading, code) => {
  const moments = runServices(atRest, dc, 16_000, (atMs) => (atMs < 3_000 ? dropTo(49.65)(atMs) : reading));
  const heldW = at(moments, 3_000)?.powerW ?? 0;
  expect(heldW).toBe(1_050e3);
  expect(at(moments, 4_000)?.powerW).toBe(heldW);
  expect(at(moments, 7_000)?.powerW).toBeLessThan(heldW);
  expect(moments.at(-1)?.powerW).toBe(0);
  expect(moments.at(-1)?.output.explanation.alarms).toMatchObject([{ code }]);
});

test("a service never grows on a frequency that is not known", () => {
  const moments = runServices(atRest, dc, 5_000, (atMs) => (atMs < 1_000 ? 50 : stale(49.2 as Hz, Ms(900), "late")));
  expect(moments.every(({ powerW }) => powerW === 0)).toBe(true);
});

test("a trigger once pulled keeps its power up for its time, whatever frequency does, and is armed again late", () => {
  const config = withServices(switchedService("nordicFfr", MW(2), nordicFfr(49.7 as never, "short")));
  // Below the trigger for a moment only; and once more much later, before it is armed again, and after.
  const dips = [1_000, 60_000, 300_000];
  const hzAt = (atMs: number) => (dips.some((dipMs) => atMs >= dipMs && atMs < dipMs + 300) ? 49.6 : 50);
  const moments = runServices(atRest, config, 303_000, hzAt);
  expect(at(moments, 1_000)?.powerW).toBe(0);
  expect(at(moments, 1_100)?.powerW).toBe(2e6);
  expect(at(moments, 6_000)?.powerW).toBe(2e6);
  expect(at(moments, 8_600)?.powerW).toBeCloseTo(1e6, -5); // 20 % a second.
  expect(at(moments, 20_000)?.powerW).toBe(0);
  expect(at(moments, 61_000)?.powerW).toBe(0);
  expect(at(moments, 301_000)?.powerW).toBe(2e6);
});

test("a lost frequency pulls no trigger", () => {
  const config = withServices(switchedService("nordicFfr", MW(2), nordicFfr(49.7 as never, "short")));
  const moments = runServices(atRest, config, 3_000, () => stale(49 as Hz, Ms(900), "late"));
  expect(moments.at(-1)?.powerW).toBe(0);
});

test("nothing is left over when a service ends: the baseline goes on from where it is", () => {
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(1), reactiveVar: Var(0) })] });
  const config = withServices(curveService("nesoDcHigh", MW(2), nesoDcHigh));
  const moments = runServices(input, config, 10_000, (atMs) => (atMs >= 4_000 && atMs < 6_000 ? 50.5 : 50));
  expect(at(moments, 5_000)?.powerW).toBe(-1e6);
  expect(at(moments, 6_300)?.powerW).toBe(1e6);
  expect(moments.at(-1)?.output.explanation).toMatchObject({ targetW: 1e6, services: [{ wantedW: W(0), text: "" }] });
});
