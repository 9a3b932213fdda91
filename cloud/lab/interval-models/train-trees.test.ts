import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "@penstock/protocol/rng";
import { days, Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { afterAll, expect, test } from "vitest";
import type { Forecaster } from "../../forecast/forecaster.ts";
import { yesterday } from "../../forecast/index.ts";
import { readModelDocument } from "../../forecast/learned/model-document.ts";
import { quantileForecaster } from "../../forecast/learned/quantile-forecaster.ts";
import { openTreeModel } from "../../forecast/learned/tree-model.ts";
import { generatePrices, PriceHistory, type PriceSeries } from "../../prices/index.ts";
import { judgeForecaster } from "./judge-forecaster.ts";
import { type LearnedModel, type TreeTraining, trainTrees } from "./train-trees.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-trees-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const startMs = UtcMs(Date.UTC(2026, 0, 1));
const at = (day: number): UtcMs => UtcMs(startMs + days(day));
const series: PriceSeries = generatePrices({
  rng: new Rng(9),
  region: "NSW1",
  currency: "AUD",
  startMs,
  intervalMs: minutes(30),
  count: 48 * 48,
  knownAfterStartMs: Ms(0),
  floor: -1000,
  cap: 17_500,
  utcOffsetMs: Ms(10 * 3_600_000),
});
const training: TreeTraining = {
  series,
  fromMs: at(0),
  toMs: at(38),
  trees: 20,
  seed: 3,
  folder,
  onProgress: () => {},
  isCancelled: () => false,
};

async function learned(change: Partial<TreeTraining> = {}): Promise<LearnedModel> {
  const made = await trainTrees({ ...training, ...change });
  if (!made.ok) throw new Error(made.error.code);
  return made.value;
}

const forecasterOf = ({ document, artifact }: LearnedModel): Forecaster => {
  const opened = openTreeModel(document, artifact);
  if (!opened.ok) throw new Error(opened.error.code);
  return quantileForecaster("trees", document, opened.value);
};

const whole = learned();

test("a training that was stopped goes on where it was and ends with the same trees", async () => {
  const lines: string[] = [];
  let sittings = 0;
  const halfway = await trainTrees({
    ...training,
    seed: 4,
    onProgress: () => sittings++,
    isCancelled: () => sittings >= 3,
  });
  expect(halfway).toMatchObject({ ok: false, error: { code: "lab.cancelled" } });
  const resumed = await learned({ seed: 4, onProgress: (line) => lines.push(line) });
  expect(lines).toHaveLength(2 * 5 - 3);
  expect(resumed.artifact).toEqual((await learned({ seed: 4 })).artifact);
});

test("nothing after the end of the learning is looked at, and another seed is another model", async () => {
  const prices = series.prices.slice();
  for (let index = 38 * 48; index < prices.length; index++) prices[index] = 9_999;
  expect((await learned({ series: { ...series, prices } })).artifact).toEqual((await whole).artifact);
  expect((await learned({ seed: 5 })).artifact).not.toEqual((await whole).artifact);
});

test("judged on days it has not seen it is nearer to what came than yesterday, and its bands hold most of it", async () => {
  const judging = {
    series,
    fromMs: at(40),
    toMs: at(46),
    stopwatchMs: () => 0,
    onProgress: () => {},
    isCancelled: () => false,
  };
  const trees = await judgeForecaster({ ...judging, forecaster: forecasterOf(await whole) });
  const naive = await judgeForecaster({ ...judging, forecaster: yesterday });
  if (!trees.ok || !naive.ok) throw new Error("both can forecast");
  expect(naive.value.mae).toBeCloseTo(naive.value.naiveMae, 9);
  expect(trees.value.rmae).toBeLessThan(0.9);
  expect(trees.value.pinball).toBeLessThan(naive.value.pinball);
  expect(trees.value.coverage).toBeGreaterThan(0.75);
});

test("a forecast of trees has ascending quantiles, and paths between them that weigh one together", async () => {
  const said = forecasterOf(await whole).forecast(PriceHistory.asOf(series, at(42)), 48);
  if (!said.ok) throw new Error(said.error.code);
  const { quantiles, paths } = said.value;
  for (let ahead = 0; ahead < 48; ahead++) {
    const prices = quantiles.map((quantile) => quantile.prices[ahead] as number);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    for (const path of paths) {
      expect(path.prices[ahead]).toBeGreaterThanOrEqual(prices[0] as number);
      expect(path.prices[ahead]).toBeLessThanOrEqual(prices.at(-1) as number);
    }
  }
  expect(paths.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
});

test.each([
  ["too little to learn from", { toMs: at(20) }, "lab.too-few-days"],
])("%s is refused", async (_, change, code) => {
  expect(await trainTrees({ ...training, ...change })).toMatchObject({ ok: false, error: { code } });
});

test.each([
  ["trees of another document", { inputs: ["blend"] }],
  ["a document without the blend", { inputs: ["price-now"] }],
])("%s are refused, never served", async (_, change) => {
  const { document, artifact } = await whole;
  const other = readModelDocument({ ...document, ...change });
  if (!other.ok) throw new Error(other.error.code);
  expect(openTreeModel(other.value, artifact)).toMatchObject({ ok: false, error: { code: "model.broken" } });
  expect(openTreeModel(document, artifact.slice(0, -1))).toMatchObject({ ok: false, error: { code: "model.broken" } });
});

test.each([
  ["an input nobody knows", { inputs: ["tea-leaves"] }, "inputs.0: an input is one of"],
  ["quantiles that descend", { quantiles: [0.9, 0.5] }, "quantiles: must ascend"],
  ["no median", { quantiles: [0.1, 0.9] }, "quantiles: must have the median"],
  ["a key that is not there", { colour: "red" }, "colour"],
])("a document with %s is refused with its place", async (_, change, said) => {
  const read = readModelDocument({ ...(await whole).document, ...change });
  expect(JSON.stringify(read)).toContain(said);
});

test("a model that says something that is no price refuses the forecast", async () => {
  const { document } = await whole;
  const broken = quantileForecaster("broken", document, (_, horizon) => ({
    ok: true,
    value: new Float64Array(horizon * document.quantiles.length).fill(Number.NaN),
  }));
  const history = PriceHistory.asOf(series, at(42));
  expect(broken.forecast(history, 48)).toMatchObject({ ok: false, error: { code: "model.not-a-price" } });
  const other = quantileForecaster("other", { ...document, intervalMinutes: 5 }, () => ({
    ok: true,
    value: new Float64Array(0),
  }));
  expect(other.forecast(history, 48)).toMatchObject({ ok: false, error: { code: "model.other-interval" } });
});
