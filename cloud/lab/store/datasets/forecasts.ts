import type { UtcMs } from "@penstock/protocol/units";
import { bitemporal, type DocumentDataset, timesOf } from "../dataset.ts";

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

interface ForecastBody {
  readonly forecaster: string;
  readonly asOfMs: UtcMs;
  readonly mean: number | null;
  readonly quantiles: readonly { readonly p: number; readonly price: number | null }[];
}

/** What was expected of each interval when it was bid: the mean and each quantile, one a row. */
export const forecasts: DocumentDataset<typeof columns> = {
  name: "forecasts",
  kind: "forecast",
  text: "what was expected of an interval when it was bid",
  columns,
  rowsOf(entry) {
    const { forecaster, asOfMs, mean, quantiles } = entry.body as ForecastBody;
    const made = { ...timesOf(entry), as_of_utc: asOfMs, forecaster };
    return [
      { ...made, statistic: "mean", probability: null, price_per_mwh: mean },
      ...quantiles.map(({ p, price }) => ({ ...made, statistic: "quantile", probability: p, price_per_mwh: price })),
    ];
  },
};
