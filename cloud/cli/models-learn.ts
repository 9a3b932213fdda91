import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { UtcMs } from "@penstock/protocol/units";
import type { Forecaster } from "../forecast/forecaster.ts";
import { forecasters } from "../forecast/index.ts";
import { readModelDocument } from "../forecast/learned/model-document.ts";
import { quantileForecaster } from "../forecast/learned/quantile-forecaster.ts";
import { openTreeModel } from "../forecast/learned/tree-model.ts";
import { trainModel } from "../lab/forecast-eval/train-model.ts";
import { type IntervalScores, judgeForecaster } from "../lab/interval-models/judge-forecaster.ts";
import { readTargetPrices } from "../lab/interval-models/read-target-prices.ts";
import { trainTrees } from "../lab/interval-models/train-trees.ts";
import { codeVersion } from "../models/code-version.ts";
import { openModel } from "../models/open-model.ts";
import { openOnnxModel } from "../onnx/open-onnx-model.ts";
import { type PriceSeries, seriesEndMs } from "../prices/index.ts";
import type { NewModel, RegisteredModel } from "../store/model-registry.ts";

/** What `fleetctl models` was asked to learn or to judge. */
export interface LearnWish {
  readonly target?: string | undefined;
  readonly prices?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly dataset?: string | undefined;
  readonly data?: string | undefined;
  readonly model?: string | undefined;
  /** A model made elsewhere, and the file that describes it. */
  readonly onnx?: string | undefined;
  readonly describe?: string | undefined;
  readonly days: number;
  readonly judgeDays: number;
  readonly trees: number;
  readonly seed: number;
  /** Where unfinished trainings wait. */
  readonly folder: string;
  readonly stopwatchMs: () => number;
  readonly say: (line: string) => void;
  readonly isCancelled: () => boolean;
}

const DAY_MS = 86_400_000;
/** What every forecaster may look back on before the first day it is judged on. */
export const HISTORY_DAYS = 14;

const wrong = (sentence: string) => fail({ code: "models.usage", sentence });

/** Learns a model and judges it on days it has not seen: an auction's with `dataset`, a desk's with `target`. */
export async function learnModel(wish: LearnWish): Promise<Result<NewModel, CodedError>> {
  const { dataset, data, target, prices, model, days, say } = wish;
  if (dataset !== undefined && data !== undefined) {
    return trainModel({ dataset, data, model: model ?? "blend", days, say });
  }
  if (target === undefined || prices === undefined) {
    return wrong("train needs --target and --prices, or for auctions --dataset and --data");
  }
  const series = readTargetPrices(target, prices);
  if (!series.ok) return series;
  const span = spanOf(wish, series.value);
  if (!span.ok) return span;
  const { fromMs, toMs } = span.value;
  const judgedFromMs = UtcMs(toMs - wish.judgeDays * DAY_MS);
  const name = model ?? (wish.onnx === undefined ? "trees" : "onnx");
  const learned =
    wish.onnx === undefined
      ? await learn(wish, name, series.value, fromMs, judgedFromMs)
      : await takeIn(name, wish.onnx, wish.describe);
  if (!learned.ok) return learned;
  const { forecaster, ...kept } = learned.value;
  const scores = await judge(wish, series.value, forecaster, judgedFromMs, toMs);
  if (!scores.ok) return scores;
  return ok({
    target,
    model: name,
    ...kept,
    judgedFrom: dateOf(judgedFromMs),
    judgedTo: dateOf(UtcMs(toMs - DAY_MS)),
    metrics: { ...scores.value },
  });
}

/** Judges a registered model on a span of prices. */
export async function evaluateModel(
  wish: LearnWish,
  registered: RegisteredModel,
  artifact: Uint8Array | undefined,
): Promise<Result<Readonly<Record<string, number>>, CodedError>> {
  if (wish.prices === undefined) return wrong("evaluate needs --prices");
  if (registered.target.startsWith("epf:")) {
    return wrong(`${registered.target} is an auction: npm run forecast-eval judges it on other data`);
  }
  const series = readTargetPrices(registered.target, wish.prices);
  if (!series.ok) return series;
  const span = spanOf(wish, series.value);
  if (!span.ok) return span;
  const forecaster = await openModel(registered, artifact, openOnnxModel);
  if (!forecaster.ok) return forecaster;
  const earliestMs = series.value.startMs + HISTORY_DAYS * DAY_MS;
  const fromMs = UtcMs(Math.max(span.value.fromMs, earliestMs));
  const scores = await judge(wish, series.value, forecaster.value, fromMs, span.value.toMs);
  return scores.ok ? ok({ ...scores.value }) : scores;
}

/** The days that were asked for, as far as there are prices. */
export function spanOf(
  { from, to }: LearnWish,
  series: PriceSeries,
): Result<{ readonly fromMs: UtcMs; readonly toMs: UtcMs }, CodedError> {
  const [fromMs, toMs] = [from, to].map((date) =>
    date === undefined || /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : undefined,
  );
  if (fromMs === undefined || toMs === undefined) return wrong("--from and --to are days like 2023-01-31");
  return ok({
    fromMs: UtcMs(Math.max(series.startMs, Number.isNaN(fromMs) ? series.startMs : fromMs)),
    toMs: UtcMs(Math.min(seriesEndMs(series), Number.isNaN(toMs) ? seriesEndMs(series) : toMs)),
  });
}

type Learned = Pick<NewModel, "runtime" | "codeVersion" | "document" | "artifact"> & {
  readonly forecaster: Forecaster;
};

async function learn(
  { trees, seed, folder, say, isCancelled }: LearnWish,
  name: string,
  series: PriceSeries,
  fromMs: UtcMs,
  toMs: UtcMs,
): Promise<Result<Learned, CodedError>> {
  if (name !== "trees") {
    const shelf = Object.hasOwn(forecasters, name) ? forecasters[name] : undefined;
    if (shelf === undefined) return wrong(`there is no model "${name}"; trees, ${Object.keys(forecasters).join(", ")}`);
    const version = codeVersion(resolve(import.meta.dirname, `../forecast/${name}.ts`));
    return ok({ runtime: "shelf", codeVersion: version, forecaster: shelf });
  }
  const learned = await trainTrees({ series, fromMs, toMs, trees, seed, folder, onProgress: say, isCancelled });
  if (!learned.ok) return learned;
  const { document, artifact } = learned.value;
  const opened = openTreeModel(document, artifact);
  if (!opened.ok) return opened;
  const forecaster = quantileForecaster(name, document, opened.value);
  return ok({ runtime: "trees", codeVersion: versionOf(artifact, document), document, artifact, forecaster });
}

/** A model made elsewhere: nothing is learned, it is only read, tried and described. */
async function takeIn(
  name: string,
  file: string,
  describing: string | undefined,
): Promise<Result<Learned, CodedError>> {
  if (describing === undefined) return wrong("register needs --describe FILE beside --onnx");
  let artifact: Uint8Array;
  let described: unknown;
  try {
    artifact = readFileSync(file);
    described = JSON.parse(readFileSync(describing, "utf8"));
  } catch (error) {
    return fail({ code: "model.unreadable", reason: error instanceof Error ? error.message : String(error) });
  }
  const document = readModelDocument(described);
  if (!document.ok) return document;
  const opened = await openOnnxModel(document.value, artifact);
  if (!opened.ok) return opened;
  const forecaster = quantileForecaster(name, document.value, opened.value);
  const codeVersion = versionOf(artifact, document.value);
  return ok({ runtime: "onnx", codeVersion, document: document.value, artifact, forecaster });
}

const versionOf = (artifact: Uint8Array, document: object): string =>
  createHash("sha256").update(artifact).update(JSON.stringify(document)).digest("hex").slice(0, 12);

function judge(
  { stopwatchMs, say, isCancelled }: LearnWish,
  series: PriceSeries,
  forecaster: Forecaster,
  fromMs: UtcMs,
  toMs: UtcMs,
): Promise<Result<IntervalScores, CodedError>> {
  const onProgress = (done: number, of: number): void => {
    if (done % 24 === 0 || done === of) say(`judged ${done} of ${of} forecasts`);
  };
  return judgeForecaster({ series, fromMs, toMs, forecaster, stopwatchMs, onProgress, isCancelled });
}

const dateOf = (instantMs: UtcMs): string => new Date(instantMs).toISOString().slice(0, 10);
