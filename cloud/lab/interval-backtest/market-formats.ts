import type { Market } from "../../markets/market.ts";
import { nem } from "../../markets/nem/index.ts";
import type { TableFormat } from "./read-table.ts";

/** What a market's recorded files look like and how it runs; `generic` is filled in from the command line. */
export interface RecordedMarket {
  readonly name: string;
  readonly text: string;
  readonly format: TableFormat;
  /** An IANA zone or minutes ahead of UTC: its days, where the stamps are in another clock. */
  readonly dayClock: string | number;
  /** Its rules, where what a bid can say may be tried. */
  readonly rules?: Market;
}

const PRICE = [
  "price",
  "rrp",
  "lmp",
  "lbmp",
  "spp",
  "price_usd_per_mwh",
  "price_eur_mwh",
  "price_mwh",
  "system_price_gbp_mwh",
];
const TIME = [
  "time",
  "timestamp",
  "datetime",
  "date",
  "interval_start_utc",
  "datetime_utc",
  "settlement_period_start_utc",
];

/** The shelf: one entry a market. */
export const recordedMarkets: Readonly<Record<string, RecordedMarket>> = {
  nem: {
    name: "nem",
    text: "operator's price and demand files, NEM time, interval ending",
    format: {
      timeColumns: ["SETTLEMENTDATE"],
      columns: { price: ["RRP"], demand: ["TOTALDEMAND"] },
      needed: ["price"],
      clock: 600,
      stamps: "interval-end",
    },
    dayClock: 600,
    rules: nem,
  },
  ercot: {
    name: "ercot",
    text: "settlement point prices, UTC, interval start",
    format: {
      timeColumns: ["interval_start_utc", ...TIME],
      columns: { price: ["price_usd_per_mwh", ...PRICE] },
      needed: ["price"],
      clock: 0,
      stamps: "interval-start",
    },
    dayClock: "America/Chicago",
  },
  generic: {
    name: "generic",
    text: "any CSV with a time and a price: --columns, --timezone, --interval-start or --interval-end",
    format: {
      timeColumns: TIME,
      columns: { price: PRICE, dayAhead: ["dayAhead", "day_ahead", "da", "da_price"] },
      needed: ["price"],
      sparse: ["dayAhead"],
      clock: 0,
      stamps: "interval-start",
    },
    dayClock: 0,
  },
};
