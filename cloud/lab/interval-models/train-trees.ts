import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { hours, minutes, type UtcMs } from "@penstock/protocol/units";
import { type FeatureName, featureRows } from "../../forecast/learned/interval-features.ts";
import type { ModelDocument } from "../../forecast/learned/model-document.ts";
import { squeeze, type TreeArtifact } from "../../forecast/learned/tree-model.ts";
import { QUANTILES } from "../../forecast/path-quantiles.ts";
import type { BoostedTrees } from "../../forecast/trees/boosted-trees.ts";
import { Boosting, type BoostingChoices } from "../../forecast/trees/boosting.ts";
import { PriceHistory } from "../../prices/price-history.ts";
import { indexAt, type PriceSeries } from "../../prices/price-series.ts";

export interface TreeTraining {
  readonly series: PriceSeries;
  /** Prices are learned from one instant up to another; nothing at or after the end is looked at. */
  readonly fromMs: UtcMs;
  readonly toMs: UtcMs;
  /** A quantile. */
  readonly trees: number;
  readonly seed: number;
  /** Where an unfinished training waits to be gone on with. */
  readonly folder: string;
  readonly onProgress: (text: string) => void;
  readonly isCancelled: () => boolean;
}

export interface LearnedModel {
  readonly document: ModelDocument;
  readonly artifact: Uint8Array;
}

/** Prices as differences from the blend, which is what is learned: trees cannot subtract. */
const INPUTS: readonly FeatureName[] = [
  "hours-ahead",
  "day-sine",
  "day-cosine",
  "week-sine",
  "week-cosine",
  "blend",
  "now-above-blend",
  "hour-above-blend",
  "day-above-blend",
  "now-above-hour",
  "hour-above-4h",
  "day-back-1-above-blend",
  "day-back-2-above-blend",
  "day-back-7-above-blend",
];
const CHOICES: Omit<BoostingChoices, "loss"> = {
  learningRate: 0.08,
  leavesMax: 15,
  rowsPerLeafMin: 200,
  rowShare: 0.7,
  featureShare: 0.8,
};
const ORIGIN_EVERY_MS = minutes(30);
const ROWS_AN_ORIGIN = 12;
const TREES_A_SITTING = 10;
const HISTORY_DAYS = 14;
const DAY_MS = 86_400_000;

/**
 * Learns the quantiles of prices up to a day ahead as boosted trees, of how far a price is above the blend of recent days.
 * Every half hour of the past some intervals ahead are drawn, each with what was known then. What is grown is kept on
 * disk as it goes: the same training begun again goes on there and ends with the same trees. Refused with
 * `lab.too-few-days` or `lab.cancelled`.
 */
export async function trainTrees(training: TreeTraining): Promise<Result<LearnedModel, CodedError>> {
  const { series, fromMs, toMs, trees, seed, folder, onProgress, isCancelled } = training;
  if (toMs - fromMs < (HISTORY_DAYS + 7) * DAY_MS) {
    return fail({ code: "lab.too-few-days", days: Math.floor((toMs - fromMs) / DAY_MS), needed: HISTORY_DAYS + 7 });
  }
  const rng = new Rng(seed).fork("trees");
  const made = await rowsOf(training, rng.fork("rows"));
  if (!made.ok) return made;
  const { values, above } = made.value;
  const spread = spreadOf(above);
  const targets = above.map((difference) => squeeze(difference, spread));
  const file = join(folder, `${fingerprint(training, values)}.json`);
  const grown = new Map(readBegun(file));
  const save = (): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, JSON.stringify([...grown]));
    renameSync(`${file}.part`, file);
  };
  for (const p of QUANTILES) {
    const boosting = new Boosting(values, targets, { ...CHOICES, loss: p }, rng.fork(`quantile-${p}`), grown.get(p));
    while (boosting.model.trees.length < trees) {
      await breathe();
      if (isCancelled()) return fail({ code: "lab.cancelled", remedy: "the same command goes on from here" });
      boosting.grow(Math.min(TREES_A_SITTING, trees - boosting.model.trees.length));
      grown.set(p, boosting.model);
      save();
      onProgress(
        `quantile ${p}: ${boosting.model.trees.length} of ${trees} trees, loss ${boosting.lossLeft().toFixed(4)}`,
      );
    }
    grown.set(p, boosting.model);
  }
  const artifact: TreeArtifact = {
    version: 1,
    spread,
    quantiles: QUANTILES.map((p) => grown.get(p) as BoostedTrees),
  };
  rmSync(file, { force: true });
  return ok({
    document: {
      version: 1,
      text: `boosted trees, ${trees} a quantile, seed ${seed}, learned from ${above.length} intervals`,
      intervalMinutes: series.intervalMs / 60_000,
      inputs: [...INPUTS],
      quantiles: [...QUANTILES],
      learnedFrom: dateOf(fromMs),
      learnedTo: dateOf(toMs),
    },
    artifact: new TextEncoder().encode(JSON.stringify(artifact)),
  });
}

const dateOf = (instantMs: UtcMs): string => new Date(instantMs).toISOString().slice(0, 10);

const BLEND: FeatureName = "blend";

async function rowsOf({ series, fromMs, toMs, isCancelled }: TreeTraining, rng: Rng) {
  const horizon = Math.round(DAY_MS / series.intervalMs);
  const hourIntervals = Math.ceil(hours(1) / series.intervalMs);
  const width = INPUTS.length;
  const blendAt = INPUTS.indexOf(BLEND);
  const values: Float64Array[] = [];
  const above: number[] = [];
  for (let atMs = fromMs + HISTORY_DAYS * DAY_MS; atMs < toMs; atMs += ORIGIN_EVERY_MS) {
    if (values.length % (100 * ROWS_AN_ORIGIN) === 0) await breathe();
    if (isCancelled()) return fail({ code: "lab.cancelled", remedy: "the same command goes on from here" });
    const history = PriceHistory.asOf(series, atMs as UtcMs);
    const rows = featureRows(history, horizon, INPUTS);
    if (!rows.ok) return rows;
    const first = indexAt(series, history.endMs);
    const last = Math.min(horizon, indexAt(series, toMs) - first);
    for (let draw = 0; draw < ROWS_AN_ORIGIN && last > 0; draw++) {
      // The near is bid on more often than the far: a third of the draws each of the first hour, a quarter and all.
      const reach = [last, last >> 2, Math.min(last, hourIntervals)][draw % 3] as number;
      const ahead = rng.integer(0, Math.max(1, reach));
      const row = rows.value.slice(ahead * width, (ahead + 1) * width);
      const real = series.prices[first + ahead];
      if (real === undefined) continue;
      values.push(row);
      above.push(real - (row[blendAt] as number));
    }
  }
  const all = new Float64Array(values.length * width);
  for (const [index, row] of values.entries()) all.set(row, index * width);
  return ok({ values: all, above: Float64Array.from(above) });
}

/** Median distance from nothing, scaled to a normal distribution's deviation. */
function spreadOf(above: Float64Array): number {
  const sorted = above.map(Math.abs).sort();
  return Math.max(1e-6, (sorted[sorted.length >> 1] as number) / 0.6745);
}

/** The same prices, span, choices and seed: the same trees. */
function fingerprint({ trees, seed }: TreeTraining, values: Float64Array): string {
  const hash = createHash("sha256").update(JSON.stringify([CHOICES, trees, seed, QUANTILES, INPUTS]));
  return hash.update(new Uint8Array(values.buffer)).digest("hex").slice(0, 16);
}

function readBegun(file: string): readonly (readonly [number, BoostedTrees])[] {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as (readonly [number, BoostedTrees])[];
  } catch {
    return []; // Not begun.
  }
}
