import { fail } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { blend } from "../forecast/blend.ts";
import { generatePrices, PriceHistory, type PriceSeries } from "../prices/index.ts";
import type { ModelRuntime, ModelState, RegisteredModel } from "../store/model-registry.ts";
import { type ModelEvent, ModelService } from "./model-service.ts";

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

function service(models: RegisteredModel[], artifacts: Readonly<Record<number, Uint8Array>> = {}) {
  const events: ModelEvent[] = [];
  let nowMs = 0;
  const made = new ModelService({
    target: "nem:NSW1",
    source: { list: () => models, artifact: (id) => artifacts[id] },
    openOnnx: () => fail({ code: "onnx.no-runtime" }),
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
  ["with an ONNX champion and no library for it", [registered(1, "net", "champion", "onnx")], "models.champion-failed"],
])("%s the built-in blend speaks and it is said out loud", (_, models, code) => {
  const { said, fallenBack } = service(models);
  expect(said(16 * 288)).toBe("blend");
  expect(fallenBack()).toEqual([code]);
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
