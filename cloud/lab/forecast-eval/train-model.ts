import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { dayAheadMixes, dayAheadModels } from "../../forecast/day-ahead/index.ts";
import { codeVersion } from "../../models/code-version.ts";
import type { NewModel } from "../../store/model-registry.ts";
import { BLOCKS_FOLDER, judgeRecordedMarket } from "./judge-recorded-market.ts";

export interface TrainWish {
  readonly dataset: string;
  readonly data: string;
  readonly model: string;
  readonly days: number;
  readonly say: (text: string) => void;
}

/**
 * What the registry is to know of a model: learnt afresh day by day over a recorded market, and how it did. There are
 * no weights to keep, since a day-ahead model learns its market anew from the history it is given.
 */
export async function trainModel(wish: TrainWish): Promise<Result<NewModel, CodedError>> {
  const { dataset, model, days } = wish;
  if (!/^epf:[\w.-]+$/.test(dataset)) return fail({ code: "lab.unknown-dataset", dataset, wanted: "epf:NAME" });
  const models = [...Object.keys(dayAheadMixes), ...Object.keys(dayAheadModels)];
  if (!models.includes(model)) return fail({ code: "lab.unknown-model", model, models });
  if (!(Number.isInteger(days) && days >= 1))
    return fail({ code: "lab.bad-days", days, wanted: "a whole number from 1" });
  const judged = await judgeRecordedMarket({ ...wish, workers: availableParallelism(), out: BLOCKS_FOLDER });
  if (!judged.ok) return judged;
  const { mae, rmae, smape, rmse, naiveMae, from, to } = judged.value;
  return ok({
    target: dataset,
    model,
    runtime: "shelf",
    codeVersion: codeVersion(resolve(import.meta.dirname, "../../forecast/day-ahead/index.ts")),
    judgedFrom: from,
    judgedTo: to,
    metrics: { mae, rmae, smape, rmse, naiveMae, days },
  });
}
