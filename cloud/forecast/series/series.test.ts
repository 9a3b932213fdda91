import { Rng } from "@penstock/protocol/rng";
import { Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { activation, activationOf } from "./activation.ts";
import { load } from "./load.ts";
import type { SeriesForecaster } from "./series-forecaster.ts";
import { type MeasuredSeries, SeriesHistory } from "./series-history.ts";
import { solar } from "./solar.ts";

const PER_DAY = 48;
const startMs = UtcMs(Date.UTC(2026, 5, 1)); // A Monday.
const seriesOf = (values: Float64Array): MeasuredSeries => ({
  startMs,
  intervalMs: minutes(30),
  values,
  utcOffsetMs: Ms(0),
});
const asOf = (values: Float64Array, known: number): SeriesHistory =>
  SeriesHistory.asOf(seriesOf(values), UtcMs(startMs + known * 1_800_000));
const sun = (index: number): number => Math.max(0, Math.sin((Math.PI * ((index % PER_DAY) - 12)) / 24)) * 4_000;

function street(rng: Rng, days: number): Float64Array {
  return Float64Array.from({ length: days * PER_DAY }, (_, index) => {
    const isRest = Math.floor(index / PER_DAY) % 7 >= 5;
    const evening = index % PER_DAY > 34 && index % PER_DAY < 44 ? 6_000 : 0;
    return 3_000 + evening + (isRest ? 3_000 : 0) + 300 * rng.normal();
  });
}

/** Each day under a sky of its own. */
function roofs(rng: Rng, days: number): Float64Array {
  const skies = Array.from({ length: days }, () => rng.between(0.2, 1));
  return Float64Array.from({ length: days * PER_DAY }, (_, i) => sun(i) * (skies[Math.floor(i / PER_DAY)] as number));
}

function maeAgainstYesterday(forecaster: SeriesForecaster, values: Float64Array, hour: number, horizon: number) {
  let [own, yesterday, count] = [0, 0, 0];
  for (let known = 21 * PER_DAY + hour * 2; known + horizon < values.length; known += PER_DAY) {
    const made = forecaster.forecast(asOf(values, known), horizon);
    if (!made.ok) throw new Error(made.error.code);
    for (let ahead = 0; ahead < horizon; ahead++, count++) {
      const real = values[known + ahead] as number;
      own += Math.abs((made.value.mean[ahead] as number) - real);
      yesterday += Math.abs((values[known + ahead - PER_DAY] as number) - real);
    }
  }
  return { own: own / count, yesterday: yesterday / count };
}

test("a street's Saturday is forecast from its days of rest, its Monday from working days", () => {
  const { own, yesterday } = maeAgainstYesterday(load, street(new Rng("street"), 56), 0, PER_DAY);
  expect(own).toBeLessThan(0.8 * yesterday);
});

test("under today's sky the next hours are forecast well, and never more than a clear sky gives", () => {
  const values = roofs(new Rng("roofs"), 49);
  const { own, yesterday } = maeAgainstYesterday(solar, values, 9, 6);
  expect(own).toBeLessThan(0.5 * yesterday);
});

test("a day ahead, under skies that change from day to day, solar is nearer than yesterday and its band holds what it says", () => {
  const rng = new Rng("skies");
  let sky = 0.6;
  const skies = Array.from({ length: 200 }, () => {
    sky = Math.min(1, Math.max(0.1, 0.6 + 0.4 * (sky - 0.6) + 0.2 * rng.normal()));
    return sky;
  });
  const values = Float64Array.from({ length: 200 * PER_DAY }, (_, i) => sun(i) * (skies[Math.floor(i / PER_DAY)] ?? 0));
  let [own, yesterday, inside, count] = [0, 0, 0, 0];
  for (let known = 50 * PER_DAY + 24; known + PER_DAY <= values.length; known += PER_DAY) {
    const made = solar.forecast(asOf(values, known), PER_DAY);
    if (!made.ok) throw new Error(made.error.code);
    const [low, , middle, , high] = made.value.quantiles.map((quantile) => quantile.values[PER_DAY - 1] as number);
    const real = values[known + PER_DAY - 1] as number;
    own += Math.abs(real - (middle ?? 0));
    yesterday += Math.abs(real - (values[known - 1] as number));
    inside += real >= (low ?? 0) && real <= (high ?? 0) ? 1 : 0;
    count++;
  }
  expect(own).toBeLessThan(0.97 * yesterday);
  expect(inside / count).toBeGreaterThan(0.8);
});

test("after two days of sun nothing is certain: the band reaches from the dark to a clear sky", () => {
  const values = roofs(new Rng("young"), 3);
  const made = solar.forecast(asOf(values, 2 * PER_DAY), PER_DAY);
  if (!made.ok) throw new Error(made.error.code);
  const noon = made.value.quantiles.map((quantile) => quantile.values[24] as number);
  expect(noon[0]).toBe(0);
  expect(noon.at(-1)).toBe(Math.max(values[24] as number, values[24 + PER_DAY] as number));
});

test("night is dark, whatever the sky", () => {
  const values = roofs(new Rng("night"), 30);
  const made = solar.forecast(asOf(values, 25 * PER_DAY), PER_DAY);
  if (!made.ok) throw new Error(made.error.code);
  for (const { values: path } of made.value.paths) {
    for (let ahead = 0; ahead < 12; ahead++) expect(path[ahead]).toBe(0);
    expect(Math.min(...path)).toBeGreaterThanOrEqual(0);
  }
});

test("a weather forecast of a clear day is believed", () => {
  const values = roofs(new Rng("weather"), 30);
  const history = asOf(values, 25 * PER_DAY);
  const at = (clearness: number): number => {
    const made = solar.forecast(history, PER_DAY, { clearness: new Float64Array(PER_DAY).fill(clearness) });
    if (!made.ok) throw new Error(made.error.code);
    return made.value.mean[24] as number;
  };
  expect(at(1)).toBeGreaterThan(0.8 * 4_000);
  expect(at(0.2)).toBeLessThan(0.35 * 4_000);
});

test("a service is called upon beyond its deadband, in full at its end, discharging when frequency is low", () => {
  const called = activationOf(Float64Array.of(0.01, -0.115, 0.3, -0.3), { deadbandHz: 0.015, fullAtHz: 0.215 });
  expect([...called].map((each) => Math.round(each * 1000) / 1000)).toEqual([-0, 0.5, -1, 1]);
});

test("the courses of an activation are whole past days", () => {
  const rng = new Rng("activation");
  const values = Float64Array.from({ length: 30 * PER_DAY }, () => rng.between(-1, 1));
  const made = activation.forecast(asOf(values, 29 * PER_DAY + 5), 10);
  if (!made.ok) throw new Error(made.error.code);
  expect(made.value.paths).toHaveLength(28);
  expect(made.value.paths[2]?.values).toEqual(values.slice(26 * PER_DAY + 5, 26 * PER_DAY + 15));
  expect(made.value.mean.every((mean) => Math.abs(mean) < 0.6)).toBe(true);
});
