import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Forecaster } from "../forecast/forecaster.ts";
import { forecasters } from "../forecast/index.ts";
import { type ModelDocument, readModelDocument } from "../forecast/learned/model-document.ts";
import { type QuantileModel, quantileForecaster } from "../forecast/learned/quantile-forecaster.ts";
import { openTreeModel } from "../forecast/learned/tree-model.ts";
import type { RegisteredModel } from "../store/model-registry.ts";

/** Opens ONNX models, which takes its time. A process without the library says so when it is asked for such a model. */
export type OnnxOpener = (document: ModelDocument, bytes: Uint8Array) => Promise<Result<QuantileModel, CodedError>>;

type Opened = Result<Forecaster, CodedError>;

/** `trees#3`: what a registered model's forecasts are signed with. */
export const nameOf = ({ model, id }: RegisteredModel): string => `${model}#${id}`;

/**
 * A registered model as a forecaster: at once, but for one that has to be opened elsewhere. Refused with `model.unknown` when the shelf has none of its name, `model.broken` when
 * what it learned cannot be read, `model.bad-document`, and whatever the ONNX runtime says.
 */
export function openModel(
  registered: RegisteredModel,
  artifact: Uint8Array | undefined,
  openOnnx: OnnxOpener,
): Opened | Promise<Opened> {
  const { runtime, model } = registered;
  const name = nameOf(registered);
  if (runtime === "shelf") {
    const shelf = Object.hasOwn(forecasters, model) ? forecasters[model] : undefined;
    if (shelf === undefined) return fail({ code: "model.unknown", model, shelf: Object.keys(forecasters) });
    return ok({ name, forecast: (...asked) => signed(shelf.forecast(...asked), name) });
  }
  if (artifact === undefined) return fail({ code: "model.broken", reason: "what it learned is not there" });
  const document = readModelDocument(registered.document);
  if (!document.ok) return document;
  const asForecaster = (opened: Result<QuantileModel, CodedError>): Opened =>
    opened.ok ? ok(quantileForecaster(name, document.value, opened.value)) : opened;
  if (runtime === "trees") return asForecaster(openTreeModel(document.value, artifact));
  return openOnnx(document.value, artifact).then(asForecaster);
}

const signed = (said: ReturnType<Forecaster["forecast"]>, forecaster: string): ReturnType<Forecaster["forecast"]> =>
  said.ok ? ok({ ...said.value, forecaster }) : said;
