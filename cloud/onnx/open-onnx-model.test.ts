import { createRequire } from "node:module";
import { Rng } from "@penstock/protocol/rng";
import { Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { blend } from "../forecast/blend.ts";
import { ModelService } from "../models/model-service.ts";
import { generatePrices, PriceHistory } from "../prices/index.ts";
import type { RegisteredModel } from "../store/model-registry.ts";
import { openOnnxModel } from "./open-onnx-model.ts";
import { tinyOnnx } from "./testing/tiny-onnx.ts";

/** Where the optional package is left out there is nothing to run a model with. */
const isInstalled = (() => {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-web");
    return true;
  } catch {
    return false;
  }
})();
const onnx = test.skipIf(!isInstalled);

const shape = { inputs: ["a", "b"], quantiles: [0.1, 0.5, 0.9], tensors: { input: "x", output: "y" } };
const weights = [1, 2, 3, 10, 20, 30];

onnx("a table goes in row by row and its answers come out at once", async () => {
  const opened = await openOnnxModel(shape, tinyOnnx(weights, [0.5, 0, 0]));
  if (!opened.ok) throw new Error(opened.error.code);
  expect(opened.value(Float64Array.of(1, 1, 2, 0.5), 2)).toEqual({
    ok: true,
    value: Float64Array.of(11.5, 22, 33, 7.5, 14, 21),
  });
});

interface Change extends Partial<typeof shape> {
  readonly bytes?: Uint8Array;
}

onnx.each<[string, Change, string]>([
  ["bytes that are no model", { bytes: Uint8Array.of(1, 2, 3) }, "onnx.cannot-run"],
  ["a model of other tensors", { tensors: { input: "features", output: "y" } }, "onnx.other-tensors"],
  ["a model of other features", { inputs: ["a"] }, "onnx.cannot-run"],
  ["a model of other quantiles", { quantiles: [0.5] }, "onnx.other-shape"],
])("%s is refused before it is trusted", async (_, { bytes = tinyOnnx(weights, [0, 0, 0]), ...change }, code) => {
  expect(await openOnnxModel({ ...shape, ...change }, bytes)).toMatchObject({ ok: false, error: { code } });
});

onnx("a registered one is served like any other: its quantiles, and paths between them", async () => {
  const champion: RegisteredModel = {
    id: 7,
    target: "nem:NSW1",
    model: "net",
    codeVersion: "abc",
    runtime: "onnx",
    document: {
      version: 1,
      text: "the blend, ten down and ten up",
      intervalMinutes: 5,
      inputs: ["blend"],
      quantiles: [0.1, 0.5, 0.9],
      tensors: { input: "x", output: "y" },
    },
    judgedFrom: "2026-01-01",
    judgedTo: "2026-01-02",
    metrics: {},
    state: "champion",
    registeredMs: UtcMs(0),
    stateSinceMs: UtcMs(0),
  };
  const startMs = UtcMs(Date.UTC(2026, 0, 1));
  const series = generatePrices({
    rng: new Rng(4),
    region: "NSW1",
    currency: "AUD",
    startMs,
    intervalMs: minutes(5),
    count: 16 * 288,
    knownAfterStartMs: Ms(0),
    floor: -1000,
    cap: 17_500,
    utcOffsetMs: Ms(0),
  });
  const history = PriceHistory.asOf(series, UtcMs(startMs + 15 * 86_400_000));
  const complaints: string[] = [];
  const service = new ModelService({
    target: "nem:NSW1",
    source: { list: () => [champion], artifact: () => tinyOnnx([1, 1, 1], [-10, 0, 10]) },
    openOnnx: openOnnxModel,
    fallback: blend,
    stopwatchMs: () => 0,
    onEvent: (event) => complaints.push(JSON.stringify(event)),
  });
  // Until it is open the desk does not wait: the fallback speaks and says why.
  expect(service.forecast(history, 288)).toMatchObject({ ok: true, value: { forecaster: "blend" } });
  expect(complaints.join()).toContain("models.champion-opening");
  complaints.length = 0;
  await service.opened();
  const said = service.forecast(history, 288);
  const wanted = blend.forecast(history, 288);
  if (!said.ok || !wanted.ok) throw new Error("both can forecast");
  expect(complaints).toEqual([]);
  expect(said.value.forecaster).toBe("net#7");
  for (const [index, offset] of [-10, 0, 10].entries()) {
    for (const [ahead, price] of said.value.quantiles[index]?.prices.entries() ?? []) {
      expect(price).toBeCloseTo((wanted.value.mean[ahead] as number) + offset, 3);
    }
  }
  expect(said.value.paths).toHaveLength(14);
});
