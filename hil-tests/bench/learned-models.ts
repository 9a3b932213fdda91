import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Forecaster } from "@penstock/cloud/forecast/forecaster.ts";
import { readModelDocument } from "@penstock/cloud/forecast/learned/model-document.ts";
import { quantileForecaster } from "@penstock/cloud/forecast/learned/quantile-forecaster.ts";
import { openTreeModel } from "@penstock/cloud/forecast/learned/tree-model.ts";
import { trainTrees } from "@penstock/cloud/lab/interval-models/train-trees.ts";
import { openOnnxModel } from "@penstock/cloud/onnx/open-onnx-model.ts";
import { tinyOnnx } from "@penstock/cloud/onnx/testing/tiny-onnx.ts";
import { PriceHistory, type PriceSeries, seriesEndMs } from "@penstock/cloud/prices/index.ts";
import { invariant } from "@penstock/protocol/result";
import { days, type UtcMs } from "@penstock/protocol/units";
import { percentile, rounded, timedOnCpu } from "./bench.ts";

/** As many as `fleetctl models train` grows. */
const TREES = 60;

/** What a forecast of learned models takes, as a desk asks them: trees learned here, and an ONNX model where there is a runtime. */
export async function learnedModels(series: PriceSeries, horizon: number, forecasts: number) {
  const trees = await learnTrees(series);
  const onnx = await openOnnx();
  const took = (forecaster: Forecaster | undefined) => {
    if (forecaster === undefined) return { p50: null, p99: null, cpu: null };
    const took = Array.from({ length: forecasts }, (_, index) => {
      const history = PriceHistory.asOf(series, (seriesEndMs(series) - days(2) + index * series.intervalMs) as UtcMs);
      return timedOnCpu(() => invariant(forecaster.forecast(history, horizon).ok, "a learned model can forecast"));
    });
    const wallMs = took.map((each) => each.wallMs);
    return {
      p50: rounded(percentile(wallMs, 0.5)),
      p99: rounded(percentile(wallMs, 0.99)),
      cpu: rounded(
        percentile(
          took.map(({ cpuMs }) => cpuMs),
          0.99,
        ),
      ),
    };
  };
  const [ofTrees, ofOnnx] = [took(trees), took(onnx)];
  return {
    ...{ treesP50Ms: ofTrees.p50, treesP99Ms: ofTrees.p99, treesCpuP99Ms: ofTrees.cpu },
    ...{ onnxP50Ms: ofOnnx.p50, onnxP99Ms: ofOnnx.p99, onnxCpuP99Ms: ofOnnx.cpu },
  };
}

async function learnTrees(series: PriceSeries): Promise<Forecaster> {
  const folder = mkdtempSync(join(tmpdir(), "penstock-bench-"));
  const toMs = (seriesEndMs(series) - days(2)) as UtcMs;
  const learned = await trainTrees({
    series,
    fromMs: series.startMs,
    toMs,
    trees: TREES,
    seed: 1,
    folder,
    onProgress: () => {},
    isCancelled: () => false,
  });
  rmSync(folder, { recursive: true, force: true });
  invariant(learned.ok, "there is enough to learn from");
  const { document, artifact } = learned.value;
  const opened = openTreeModel(document, artifact);
  invariant(opened.ok, "what was learned can be opened");
  return quantileForecaster("trees", document, opened.value);
}

async function openOnnx(): Promise<Forecaster | undefined> {
  const document = readModelDocument({
    version: 1,
    text: "the latest price and the blend, half each",
    intervalMinutes: 5,
    inputs: ["price-now", "blend"],
    quantiles: [0.05, 0.5, 0.95],
    tensors: { input: "x", output: "y" },
  });
  invariant(document.ok, "a model is described as it has to be");
  const opened = await openOnnxModel(document.value, tinyOnnx([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [-20, 0, 20]));
  return opened.ok ? quantileForecaster("onnx", document.value, opened.value) : undefined;
}
