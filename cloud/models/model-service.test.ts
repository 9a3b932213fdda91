import { fail, ok } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { blend } from "../forecast/blend.ts";
import type { QuantileModel } from "../forecast/learned/quantile-forecaster.ts";
import { generatePrices, PriceHistory, type PriceSeries } from "../prices/index.ts";
import type { ModelRuntime, ModelState, RegisteredModel } from "../store/model-registry.ts";
import { type ModelEvent, ModelService } from "./model-service.ts";
import type { OnnxOpener } from "./open-model.ts";

const startMs = UtcMs(Date.UTC(2026, 0, 1));
const series: PriceSeries = generatePrices({
  rng: new Rng(4),
  region: "NSW1",
  currency: "AUD",
  startMs,
  intervalMs: minutes(5),
  count: 20 * 288,
  knownAfterStartMs: Ms(0),
  floor: -1000,
  cap: 17_500,
  utcOffsetMs: Ms(10 * 3_600_000),
});
const at = (interval: number): PriceHistory => PriceHistory.asOf(series, UtcMs(startMs + interval * 300_000));

const registered = (
  id: number,
  model: string,
  state: ModelState,
  runtime: ModelRuntime = "shelf",
): RegisteredModel => ({
  id,
  target: "nem:NSW1",
  model,
  codeVersion: "abc",
  runtime,
  judgedFrom: "2026-01-01",
  judgedTo: "2026-01-02",
  metrics: {},
  state,
  registeredMs: UtcMs(0),
  stateSinceMs: UtcMs(0),
});

const noRuntime: OnnxOpener = async () => fail({ code: "onnx.no-runtime" });

function service(
  models: RegisteredModel[],
  artifacts: Readonly<Record<number, Uint8Array>> = {},
  openOnnx: OnnxOpener = noRuntime,
) {
  const events: ModelEvent[] = [];
  let nowMs = 0;
  const made = new ModelService({
    target: "nem:NSW1",
    source: { list: () => models, artifact: (id) => artifacts[id] },
    openOnnx,
    fallback: blend,
    stopwatchMs: () => nowMs++,
    onEvent: (event) => events.push(event),
  });
  const said = (interval: number): string => {
    const forecast = made.forecast(at(interval), 288);
    if (!forecast.ok) throw new Error(forecast.error.code);
    return forecast.value.forecaster;
  };
  const fallenBack = () => events.flatMap((event) => (event.type === "fallen-back" ? [event.error.code] : []));
  return { made, events, said, fallenBack };
}

test("the champion speaks under its own name, and nothing is alarmed", () => {
  const { said, events } = service([registered(1, "yesterday", "champion"), registered(2, "persistence", "retired")]);
  expect(said(16 * 288)).toBe("yesterday#1");
  expect(events).toEqual([]);
});

test.each([
  ["without a champion", [], "models.no-champion"],
  [
    "with a champion of another target",
    [{ ...registered(1, "yesterday", "champion"), target: "nem:VIC1" }],
    "models.no-champion",
  ],
  ["with a champion the shelf does not know", [registered(1, "oracle", "champion")], "models.champion-failed"],
  ["with a champion whose trees are gone", [registered(1, "trees", "champion", "trees")], "models.champion-failed"],
])("%s the built-in blend speaks and it is said out loud", (_, models, code) => {
  const { said, fallenBack } = service(models);
  expect(said(16 * 288)).toBe("blend");
  expect(fallenBack()).toEqual([code]);
});

const document = {
  version: 1,
  text: "half way",
  intervalMinutes: 5,
  inputs: ["blend"],
  quantiles: [0.5],
};
const net = (state: ModelState): RegisteredModel => ({ ...registered(2, "net", state, "onnx"), document });

test("a champion that has to be opened elsewhere holds nobody up: the one before it speaks until it is there", async () => {
  const models = [registered(1, "yesterday", "champion")];
  const flat: QuantileModel = (_, horizon) => ok(new Float64Array(horizon).fill(50));
  const { made, said, events } = service(models, { 2: new Uint8Array(1) }, async () => ok(flat));
  expect(said(16 * 288)).toBe("yesterday#1");
  models.splice(0, 1, registered(1, "yesterday", "retired"), net("champion"));
  expect(said(16 * 288 + 1)).toBe("yesterday#1");
  expect(events).toEqual([]);
  await made.opened();
  expect(said(16 * 288 + 2)).toBe("net#2");
});

test("an ONNX champion is opened when the service begins; without the library the blend speaks and it is said out loud", async () => {
  const { made, said, fallenBack } = service([net("champion")], { 2: new Uint8Array(1) });
  expect(said(16 * 288)).toBe("blend");
  await made.opened();
  expect(said(16 * 288 + 1)).toBe("blend");
  expect(fallenBack()).toEqual(["models.champion-opening", "models.champion-failed"]);
});

test("a promotion counts from the next forecast on", () => {
  const models = [registered(1, "yesterday", "champion"), registered(2, "persistence", "shadow")];
  const { said } = service(models);
  expect(said(16 * 288)).toBe("yesterday#1");
  models.splice(0, 2, registered(1, "yesterday", "retired"), registered(2, "persistence", "champion"));
  expect(said(16 * 288 + 1)).toBe("persistence#2");
});

test("a shadow is asked and judged by what came, and never speaks; one that fails costs nothing but its word", () => {
  const { made, said, events, fallenBack } = service([
    registered(1, "persistence", "champion"),
    registered(2, "yesterday", "shadow"),
    registered(3, "oracle", "shadow"),
  ]);
  for (let interval = 16 * 288; interval < 16 * 288 + 72; interval++) expect(said(interval)).toBe("persistence#1");
  expect(fallenBack()).toEqual([]);
  expect(events.filter((event) => event.type === "shadow")).toHaveLength(2 * 72);
  const shadow = made.report().find(({ model }) => model === "yesterday#2");
  // Judged by hand: a day before the price was this, and what came was so far off.
  const errors = Array.from({ length: 71 }, (_, k) => {
    const known = at(16 * 288 + k).length;
    return Math.abs((series.prices[known - 288] as number) - (series.prices[known] as number));
  });
  expect(shadow?.live[0]).toMatchObject({ aheadMs: 0, count: 71 });
  expect(shadow?.live[0]?.mae).toBeCloseTo(errors.reduce((a, b) => a + b, 0) / 71, 9);
  expect(shadow?.live[1]?.count).toBe(72 - 12 - 1);
  expect(made.report().find(({ model }) => model === "oracle#3")).toMatchObject({
    role: "shadow",
    forecasts: 0,
    failures: 72,
  });
});
