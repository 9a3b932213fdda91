import type { ForecastDocument } from "../../../desk/forecast-document.ts";
import type { DocumentEntry } from "../../../store/index.ts";
import { bitemporal, type DocumentDataset, type RowOf, timesOf } from "../dataset.ts";

const columns = {
  ...bitemporal,
  /** Market time at which it was made. */
  as_of_utc: "utc",
  forecaster: "text",
  /** `mean`, or `quantile` with its probability beside it. */
  statistic: "text",
  probability: "number",
  price_per_mwh: "number",
} as const;

/** What was expected of each interval when it was bid: the mean and each quantile, one a row. */
export const forecasts: DocumentDataset<typeof columns> = {
  name: "forecasts",
  kind: "forecast",
  text: "what was expected of an interval when it was bid",
  columns,
  rowsOf,
};

/** The same of the models that ran beside the one that was bid on. */
export const shadowForecasts: DocumentDataset<typeof columns> = {
  name: "shadow_forecasts",
  kind: "shadow-forecast",
  text: "what models beside the champion expected of the next interval; never bid on",
  columns,
  rowsOf,
};

function rowsOf(entry: DocumentEntry): readonly RowOf<typeof columns>[] {
  if ("error" in entry.body) return []; // It had nothing to say.
  const { forecaster, asOfMs, mean, quantiles } = entry.body as ForecastDocument;
  const made = { ...timesOf(entry), as_of_utc: asOfMs, forecaster };
  return [
    { ...made, statistic: "mean", probability: null, price_per_mwh: mean },
    ...quantiles.map(({ p, price }) => ({ ...made, statistic: "quantile", probability: p, price_per_mwh: price })),
  ];
}
