import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { seriesForecasters } from "../../forecast/series/index.ts";
import { evaluateSeries } from "./evaluate-series.ts";
import { readSiteSeries } from "./read-site-series.ts";

const load = seriesForecasters["load"] as NonNullable<(typeof seriesForecasters)[string]>;
const hourly = (days: number, powerAt: (hour: number) => number) => ({
  startMs: UtcMs(Date.UTC(2026, 0, 5)),
  intervalMs: Ms(3_600_000),
  utcOffsetMs: Ms(0),
  values: Float64Array.from({ length: days * 24 }, (_, hour) => powerAt(hour)),
});

test("days that repeat themselves are forecast without error, and yesterday is too; holding a value is not", () => {
  const scores = evaluateSeries(
    hourly(40, (hour) => 1_000 + 100 * (hour % 24)),
    load,
    [1, 6],
  );
  expect(scores).toMatchObject({
    ok: true,
    value: [{ hoursAhead: 1, yesterdayMae: 0, bandCoverage: 1 }, { hoursAhead: 6 }],
  });
  if (!scores.ok) return;
  for (const { mae, persistenceMae } of scores.value) {
    expect(mae).toBeLessThan(1e-6);
    expect(persistenceMae).toBeGreaterThan(100);
  }
});

test("what comes later changes no score of what came before it", () => {
  const wave = (hour: number) => 1_000 + 500 * Math.sin(hour / 7);
  const whole = evaluateSeries(hourly(40, wave), load, [1]);
  // The last interval is judged, and never looked at: a forecaster that saw it would do better.
  const spoilt = evaluateSeries(
    hourly(40, (hour) => (hour === 40 * 24 - 1 ? 9_999 : wave(hour))),
    load,
    [1],
  );
  const judged = 5 * 24;
  if (!whole.ok || !spoilt.ok) throw new Error("both are judged");
  const jumpW = 9_999 - wave(40 * 24 - 1);
  expect((spoilt.value[0]?.persistenceMae ?? 0) - (whole.value[0]?.persistenceMae ?? 0)).toBeLessThanOrEqual(
    jumpW / judged,
  );
  expect((spoilt.value[0]?.mae ?? 0) - (whole.value[0]?.mae ?? 0)).toBeGreaterThan((0.8 * jumpW) / judged);
});

test("too short a series is refused", () => {
  expect(
    evaluateSeries(
      hourly(30, () => 1),
      load,
      [1],
    ),
  ).toMatchObject({ ok: false, error: { code: "series.too-short" } });
});

const folder = mkdtempSync(join(tmpdir(), "homes-"));
const fileOf = (name: string, ...lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
};

test("homes are added up, in watts, and begin on the weekday the file says", () => {
  const heading = "month,hour,day_type,load_kwh_b1,solar_w_per_kwp_b1,load_kwh_b2,solar_w_per_kwp_b2";
  const read = readSiteSeries(fileOf("homes.csv", heading, "7,24,7,1,0,0.5,0", "8,1,1,2,100,0,50"), "citylearn");
  if (!read.ok) throw new Error(read.error.code);
  expect([...read.value.load.values]).toEqual([1_500, 2_000]);
  expect([...read.value.solar.values]).toEqual([0, 600]);
  expect(new Date(read.value.load.startMs).getUTCDay()).toBe(0);
});

test.each([
  ["an hour is missing", "8,3,1,2,100", "series.out-of-step", 3],
  ["a cell is empty", "8,1,1,,100", "series.malformed-number", 3],
])("a file in which %s is refused with its line", (_, row, code, line) => {
  const path = fileOf("bad.csv", "month,hour,day_type,load_kwh_b1,solar_w_per_kwp_b1", "7,24,7,1,0", row);
  expect(readSiteSeries(path, "citylearn")).toMatchObject({ ok: false, error: { code, line } });
});

const recorded = new URL("../../../../shared/data/vpp/ausgrid_customer12_30min_2011_2012.csv.gz", import.meta.url)
  .pathname;

test.skipIf(!existsSync(recorded))("a recorded home is read whole (needs ../shared/data)", () => {
  const read = readSiteSeries(recorded, "ausgrid");
  expect(read.ok && read.value.load.values.length).toBe(366 * 48);
});
