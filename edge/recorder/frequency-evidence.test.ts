import { Hz, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { BenchSite } from "../loop/testing/bench-site.ts";
import { COLUMNS } from "./frequency-evidence.ts";
import { measureResponse } from "./measure-response.ts";

const column = (name: (typeof COLUMNS)[number]) => COLUMNS.indexOf(name);

function siteWithTrigger(): BenchSite {
  const site = new BenchSite({ config: { evidence: { triggerBelowHz: Hz(49.85), triggerAboveHz: Hz(50.15) } } });
  site.loop.start();
  return site;
}

function setFrequencyHz(site: BenchSite, hz: number): void {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, hz);
  site.meter.put(40070 + 26, view.getUint16(0), view.getUint16(2));
}

test("a dip is frozen with its five seconds before, its minute and its ten minutes after", () => {
  const site = siteWithTrigger();
  site.run(60_000);
  setFrequencyHz(site, 49.6);
  site.run(5_000);
  setFrequencyHz(site, 50);
  site.run(54_000);
  expect(site.of("evidence")).toHaveLength(0);
  site.run(2_000);
  const [first] = site.of("evidence");
  expect(first?.evidence).toMatchObject({ isComplete: false, slow: [], services: [], response: undefined });
  expect(first?.evidence.triggerHz).toBeCloseTo(49.6, 3);
  site.run(600_000);
  const [, last, ...more] = site.of("evidence");
  expect(more).toEqual([]);
  const { fast = [], slow = [], isComplete, id } = last?.evidence ?? {};
  expect([isComplete, id]).toEqual([true, first?.evidence.id]);
  expect(fast).toHaveLength(650);
  expect([fast[0]?.[0], fast.at(-1)?.[0]]).toEqual([-4.9, 60]);
  expect(slow).toHaveLength(605);
  expect(slow.at(-1)?.[0]).toBeGreaterThan(599);
  const hz = (row: readonly number[] | undefined) => row?.[column("frequencyHz")];
  expect(hz(fast.find(([sinceS = 0]) => sinceS === -0.1))).toBe(50);
  expect(hz(fast.find(([sinceS = 0]) => sinceS === 2))).toBeCloseTo(49.6, 3);
});

test("a frequency that stays outside is one event; one that cannot be read is none", () => {
  const site = siteWithTrigger();
  site.run(10_000);
  site.meter.isSilent = true;
  site.run(70_000);
  expect(site.of("evidence")).toEqual([]);
  site.meter.isSilent = false;
  setFrequencyHz(site, 50.3);
  site.run(1_300_000);
  expect(site.of("evidence").map(({ evidence }) => evidence.isComplete)).toEqual([false, true]);
});

/** Rows of a droop that gives 1 MW, half a second late, on top of a 2 MW wish with 50 kW of losses. */
function rows(shareGiven: number): number[][] {
  return Array.from({ length: 650 }, (_, index) => {
    const sinceS = index / 10 - 5;
    const contractedW = sinceS >= 0 ? 1e6 : 0;
    const batteryW = 2e6 - 50e3 + (sinceS >= 0.5 ? 1e6 * shareGiven : 0);
    return [sinceS, sinceS >= 0 ? 49.5 : 50, batteryW, batteryW, 2e6, contractedW, contractedW];
  });
}

test.each([
  // given of the contract  measured peak  half after  worst shortfall
  [1, 1e6, 0.5, 1e6],
  [0.8, 0.8e6, 0.5, 1e6],
  [0.3, 0.3e6, null, 1e6],
])("a response of %d of what was contracted is measured as such", (share, measuredPeakW, halfAfterS, worst) => {
  const response = measureResponse(rows(share));
  expect(response).toMatchObject({ contractedPeakW: 1e6, extremeHz: 49.5 });
  expect(response?.measuredPeakW).toBeCloseTo(W(measuredPeakW), 3);
  expect(response?.halfAfterS ?? null).toBe(halfAfterS);
  expect(response?.worstShortfallW).toBeCloseTo(worst, 3);
});

test("a response is signed: charging in a high frequency", () => {
  const mirrored = rows(1).map(([s = 0, hz = 0, grid = 0, battery = 0, wish = 0, contracted = 0]) => [
    s,
    100 - hz,
    grid,
    battery - 2 * (battery - 1.95e6),
    wish,
    -contracted,
    -contracted,
  ]);
  expect(measureResponse(mirrored)).toMatchObject({ contractedPeakW: -1e6, measuredPeakW: -1e6, halfAfterS: 0.5 });
});

test("without a sample before the event nothing is claimed", () => {
  expect(measureResponse(rows(1).filter(([s = 0]) => s >= 0))).toBeUndefined();
});
