import type { BidChange } from "../../../desk/bid-book.ts";
import type { BidRecord } from "../../../desk/bid-record.ts";
import { markets } from "../../../markets/index.ts";
import { bitemporal, type DocumentDataset, timesOf } from "../dataset.ts";

const bidColumns = {
  ...bitemporal,
  bid_id: "text",
  market: "text",
  trading_unit: "text",
  interval_end_utc: "utc",
  bid_version: "integer",
  /** Market time. */
  decided_utc: "utc",
  author: "text",
  gate: "text",
  bid_kind: "text",
  state: "text",
  because: "text",
  /** Rules it broke, comma separated; null for none. */
  refused_by: "text",
  /** The whole record as JSON, certificate and curves included. */
  record_json: "text",
} as const;

/** Every bid as it was built; what became of it is in `bid_changes`. */
export const bids: DocumentDataset<typeof bidColumns> = {
  name: "bids",
  kind: "bid",
  text: "every bid as it was built, with why",
  columns: bidColumns,
  rowsOf(entry) {
    const record = entry.body as BidRecord;
    const { bid, author, refusals } = record;
    return [
      {
        ...timesOf(entry),
        bid_id: record.bidId,
        market: bid.marketId,
        trading_unit: bid.unitId,
        interval_end_utc: bid.interval.endMs,
        bid_version: bid.versionNumber,
        decided_utc: bid.decidedAtMs,
        author: author.type === "person" ? author.name : author.type,
        gate: record.gate,
        bid_kind: record.kind,
        state: record.state,
        because: record.because,
        refused_by: listed(refusals.map(({ rule }) => rule)),
        record_json: JSON.stringify(record),
      },
    ];
  },
};

const stepColumns = {
  ...bitemporal,
  bid_id: "text",
  market: "text",
  trading_unit: "text",
  step: "integer",
  price_per_mwh: "number",
  /** Negative for buying. */
  volume_mw: "number",
} as const;

/** The price steps of every bid, cheapest first, as its market reads them. */
export const bidSteps: DocumentDataset<typeof stepColumns> = {
  name: "bid_steps",
  kind: "bid",
  text: "the price steps of every bid, volume + to sell",
  columns: stepColumns,
  rowsOf(entry) {
    const { bidId, bid } = entry.body as BidRecord;
    const steps = markets[bid.marketId]?.stackOf(bid) ?? [];
    return steps.map(({ pricePerMWh, volumeMW }, step) => ({
      ...timesOf(entry),
      bid_id: bidId,
      market: bid.marketId,
      trading_unit: bid.unitId,
      step,
      price_per_mwh: pricePerMWh,
      volume_mw: volumeMW,
    }));
  },
};

const changeColumns = {
  ...bitemporal,
  bid_id: "text",
  state: "text",
  changed_by: "text",
  refused_by: "text",
  /** What was sent to the operator, on submission. */
  bid_file: "text",
} as const;

export const bidChanges: DocumentDataset<typeof changeColumns> = {
  name: "bid_changes",
  kind: "submission",
  text: "what became of every bid: submitted, accepted, refused, cleared, void, lapsed",
  columns: changeColumns,
  rowsOf(entry) {
    const { bidId, state, by, refusals, bidFile } = entry.body as BidChange;
    const refusedBy = listed(refusals.map(({ rule }) => rule));
    return [
      {
        ...timesOf(entry),
        bid_id: bidId,
        state,
        changed_by: by ?? null,
        refused_by: refusedBy,
        bid_file: bidFile ?? null,
      },
    ];
  },
};

const listed = (rules: readonly string[]): string | null => (rules.length === 0 ? null : rules.join(","));
