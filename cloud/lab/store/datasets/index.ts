import type { DocumentDataset } from "../dataset.ts";
import { bidChanges, bidSteps, bids } from "./bids.ts";
import { deliveries, leases } from "./deliveries.ts";
import { documentsOf } from "./documents.ts";
import { forecasts, shadowForecasts } from "./forecasts.ts";
import { awards, prices } from "./prices.ts";
import { settlements, siteSettlements } from "./settlements.ts";
import { telemetry } from "./telemetry.ts";

/** The shelf of tables made of documents. Adding one is its file and its line. */
export const documentDatasets: readonly DocumentDataset[] = [
  prices,
  forecasts,
  shadowForecasts,
  bids,
  bidSteps,
  bidChanges,
  awards,
  leases,
  deliveries,
  settlements,
  siteSettlements,
];

/** The tables a kind of document goes into. */
export function datasetsOf(kind: string): readonly DocumentDataset[] {
  const own = documentDatasets.filter((dataset) => dataset.kind === kind);
  return own.length > 0 ? own : [documentsOf(kind)];
}

/** Every table there can be, by its name. */
export const datasets = Object.fromEntries(
  [telemetry, ...documentDatasets, documentsOf("")].map((dataset) => [dataset.name, dataset]),
);

export {
  awards,
  bidChanges,
  bidSteps,
  bids,
  deliveries,
  forecasts,
  leases,
  prices,
  settlements,
  siteSettlements,
  telemetry,
};
