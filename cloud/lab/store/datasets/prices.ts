import type { DispatchResults } from "../../../desk/market-operator.ts";
import { bitemporal, type DocumentDataset, timesOf } from "../dataset.ts";

const priceColumns = {
  ...bitemporal,
  interval_end_utc: "utc",
  price_per_mwh: "number",
  currency: "text",
} as const;

/** The reference price of each interval the desk traded, as its results told it. */
export const prices: DocumentDataset<typeof priceColumns> = {
  name: "prices",
  kind: "award",
  text: "the price each interval cleared at",
  columns: priceColumns,
  rowsOf(entry) {
    const { interval, pricePerMWh, currency } = entry.body as DispatchResults;
    return [{ ...timesOf(entry), interval_end_utc: interval.endMs, price_per_mwh: pricePerMWh, currency }];
  },
};

const awardColumns = {
  ...bitemporal,
  interval_end_utc: "utc",
  market: "text",
  trading_unit: "text",
  target_power_w: "number",
  price_per_mwh: "number",
  is_ramp_limited: "boolean",
} as const;

export const awards: DocumentDataset<typeof awardColumns> = {
  name: "awards",
  kind: "award",
  text: "what each trading unit is to deliver in an interval, + out",
  columns: awardColumns,
  rowsOf: (entry) =>
    (entry.body as DispatchResults).awards.map((award) => ({
      ...timesOf(entry),
      interval_end_utc: award.interval.endMs,
      market: award.marketId,
      trading_unit: award.unitId,
      target_power_w: award.targetW,
      price_per_mwh: award.pricePerMWh,
      is_ramp_limited: award.rampLimited,
    })),
};
