import type { SettledUnit } from "../../../settlement/settle-unit.ts";
import { bitemporal, type DocumentDataset, timesOf } from "../dataset.ts";

const unitColumns = {
  ...bitemporal,
  interval_end_utc: "utc",
  trading_unit: "text",
  price_per_mwh: "number",
  currency: "text",
  awarded_wh: "number",
  metered_wh: "number",
  shortfall_wh: "number",
  /** Received when positive. */
  amount: "number",
  settled_utc: "utc",
} as const;

/** Each settled interval of each trading unit. */
export const settlements: DocumentDataset<typeof unitColumns> = {
  name: "settlements",
  kind: "settlement",
  text: "money of each trading unit and interval, + received",
  columns: unitColumns,
  rowsOf(entry) {
    const settled = entry.body as SettledUnit;
    return [
      {
        ...timesOf(entry),
        interval_end_utc: settled.interval.endMs,
        trading_unit: settled.unitId,
        price_per_mwh: settled.pricePerMWh,
        currency: settled.currency,
        awarded_wh: settled.awardedWh,
        metered_wh: settled.meteredWh,
        shortfall_wh: settled.shortfallWh,
        amount: settled.amount,
        settled_utc: settled.settledAtMs,
      },
    ];
  },
};

const siteColumns = {
  ...bitemporal,
  interval_end_utc: "utc",
  trading_unit: "text",
  site: "text",
  metered_wh: "number",
  amount: "number",
  /** Wear of what it discharged. */
  cost: "number",
  currency: "text",
  soc_start_fraction: "number",
  soc_end_fraction: "number",
} as const;

/** What each site had in it. */
export const siteSettlements: DocumentDataset<typeof siteColumns> = {
  name: "site_settlements",
  kind: "settlement",
  text: "each site's part in a settled interval",
  columns: siteColumns,
  rowsOf(entry) {
    const { interval, unitId, sites, currency } = entry.body as SettledUnit;
    return sites.map((site) => ({
      ...timesOf(entry),
      interval_end_utc: interval.endMs,
      trading_unit: unitId,
      site: site.siteId,
      metered_wh: site.meteredWh,
      amount: site.amount,
      cost: site.cost,
      currency,
      soc_start_fraction: site.socStart ?? null,
      soc_end_fraction: site.socEnd ?? null,
    }));
  },
};
