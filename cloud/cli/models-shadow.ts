import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { UtcMs } from "@penstock/protocol/units";
import { compareModels, type DayOfErrors, type ModelComparison } from "../lab/interval-models/compare-models.ts";
import { readTargetPrices } from "../lab/interval-models/read-target-prices.ts";
import { judgedShadowErrors, recordedShadowErrors } from "../lab/interval-models/shadow-errors.ts";
import { nameOf, openModel } from "../models/open-model.ts";
import { openOnnxModel } from "../onnx/open-onnx-model.ts";
import type { ModelRegistry, RegisteredModel } from "../store/model-registry.ts";
import { openStoreReader } from "../store/store-reader.ts";
import { andAbove } from "./find-address.ts";
import { findStore } from "./find-store.ts";
import { HISTORY_DAYS, type LearnWish, spanOf } from "./models-learn.ts";
import { table } from "./words.ts";

/** Every shadow of a target beside its champion; `comparison` is null where no interval is known of both. */
export interface ShadowReport {
  readonly target: string;
  readonly champion: string;
  readonly from: "store" | "prices";
  readonly shadows: readonly {
    readonly id: number;
    readonly model: string;
    readonly comparison: ModelComparison | null;
    readonly promotionWould: string;
  }[];
}

/** Refused with `models.no-champion`, `models.no-shadow` or `models.nothing-to-compare`, and as stores, prices and models are. */
export async function compareShadows(
  wish: LearnWish,
  store: string | undefined,
  registry: ModelRegistry,
): Promise<Result<ShadowReport, CodedError>> {
  const models = registry.list().filter(({ target }) => wish.target === undefined || wish.target === target);
  const targets = [...new Set(models.filter(({ state }) => state === "shadow").map(({ target }) => target))];
  const [target] = targets;
  if (target === undefined) return fail({ code: "models.no-shadow", remedy: "fleetctl models train makes one" });
  if (targets.length > 1) {
    return fail({ code: "models.usage", sentence: `say which with --target: ${targets.join(", ")} have shadows` });
  }
  const champion = registry.champion(target);
  if (champion === undefined) return fail({ code: "models.no-champion", target, remedy: "fleetctl models promote ID" });
  const shadows = models.filter((model) => model.target === target && model.state === "shadow");
  const errors =
    wish.prices === undefined
      ? fromStore(store, champion, shadows)
      : await fromPrices(wish, wish.prices, champion, shadows, registry);
  if (!errors.ok) return errors;
  const compared = shadows.map((shadow) => {
    const comparison = compareModels(errors.value.get(nameOf(shadow)) ?? []) ?? null;
    return { id: shadow.id, model: nameOf(shadow), comparison, promotionWould: wouldOf(champion, shadow, comparison) };
  });
  if (compared.every(({ comparison }) => comparison === null)) {
    return fail({
      code: "models.nothing-to-compare",
      target,
      remedy: "judge them on recorded prices with --prices FILE",
    });
  }
  const from = wish.prices === undefined ? "store" : "prices";
  return ok({ target, champion: nameOf(champion), from, shadows: compared });
}

type Errors = Result<ReadonlyMap<string, readonly DayOfErrors[]>, CodedError>;

function fromStore(store: string | undefined, champion: RegisteredModel, shadows: readonly RegisteredModel[]): Errors {
  const found = findStore({ store, folders: [...andAbove(process.cwd()), ...andAbove(import.meta.dirname)] });
  if (!found.ok) return found;
  const reader = openStoreReader(found.value);
  if (!reader.ok) return reader;
  try {
    return ok(recordedShadowErrors(reader.value, nameOf(champion), shadows.map(nameOf)));
  } finally {
    reader.value.close();
  }
}

async function fromPrices(
  wish: LearnWish,
  prices: string,
  champion: RegisteredModel,
  shadows: readonly RegisteredModel[],
  registry: ModelRegistry,
): Promise<Errors> {
  const series = readTargetPrices(champion.target, prices);
  if (!series.ok) return series;
  const span = spanOf(wish, series.value);
  if (!span.ok) return span;
  const opened = await Promise.all(
    [champion, ...shadows].map(async (model) => openModel(model, registry.artifact(model.id), openOnnxModel)),
  );
  const broken = opened.find(({ ok }) => !ok);
  if (broken?.ok === false) return broken;
  const [own, ...others] = opened.flatMap((each) => (each.ok ? [each.value] : []));
  if (own === undefined) return fail({ code: "models.no-champion", target: champion.target });
  const fromMs = UtcMs(Math.max(span.value.fromMs, series.value.startMs + HISTORY_DAYS * 86_400_000));
  const { stopwatchMs, isCancelled, say } = wish;
  const onProgress = (done: number, of: number): void => {
    if (done % 240 === 0 || done === of) say(`judged ${done} of ${of} forecasts`);
  };
  const judging = { series: series.value, fromMs, toMs: span.value.toMs, stopwatchMs, onProgress, isCancelled };
  return judgedShadowErrors(judging, own, others);
}

function wouldOf(champion: RegisteredModel, shadow: RegisteredModel, comparison: ModelComparison | null): string {
  const change = `${nameOf(shadow)} speaks from the next forecast on, ${nameOf(champion)} retires`;
  if (comparison === null) return `${change}; no interval is known of both`;
  const { difference, championMae, interval, verdict } = comparison;
  const percent = championMae > 0 ? ` (${signed((100 * difference) / championMae, 1)} %)` : "";
  const expected = `an error of ${signed(difference)} per MWh${percent}, likely ${signed(interval[0])} to ${signed(interval[1])}`;
  const judged = { better: "nearer", worse: "farther off", "cannot tell": "may be chance" }[verdict];
  return `${change}: ${expected}: ${judged}`;
}

const signed = (value: number, digits = 2): string => `${value > 0 ? "+" : ""}${value.toFixed(digits)}`;

export function showShadows(report: ShadowReport, isJson: boolean): number {
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ version: 1, ...report })}\n`);
    return 0;
  }
  const rows = report.shadows.map(({ id, model, comparison }) =>
    comparison === null
      ? [String(id), model, "0", "-", "-", "-", "-", "nothing known of both"]
      : [
          String(id),
          model,
          String(comparison.days),
          comparison.championMae.toFixed(2),
          comparison.shadowMae.toFixed(2),
          signed(comparison.difference),
          comparison.interval.map((value) => signed(value)).join(" to "),
          comparison.verdict,
        ],
  );
  const headings = [">id", "shadow", ">days", ">champion", ">shadow's MAE", ">difference", "90 % of weeks", "verdict"];
  const source = report.from === "store" ? "next interval, as said while both ran" : "a day ahead, every hour";
  const lines = [`${report.target}, champion ${report.champion}; ${source}`, ...table(headings, rows), ""];
  for (const { id, promotionWould } of report.shadows) lines.push(`fleetctl models promote ${id}: ${promotionWould}`);
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}
