import { ok, type Result } from "@penstock/protocol/result";
import type { PriceHistory } from "../../prices/price-history.ts";
import { blend } from "../blend.ts";
import type { TooLittleHistory } from "../forecaster.ts";
import { type PastDays, pastDays } from "../past-days.ts";

/** What one input of a learned model is, for the interval `ahead` (0 is the first unknown one) of a forecast. */
interface Feature {
  readonly text: string;
  readonly at: (past: Past, ahead: number) => number;
}

/** What every feature is worked out from. */
interface Past {
  readonly history: PriceHistory;
  readonly days: PastDays;
  /** What the blend of recent days says. */
  readonly blend: Float64Array;
  /** Of the intervals before the first unknown one: means of prices, money per MWh. */
  readonly mean: (hours: number) => number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Position of an interval in the UTC day or week, 0..1. */
const turn = ({ history }: Past, ahead: number, lengthMs: number): number =>
  ((history.endMs + ahead * history.intervalMs) % lengthMs) / lengthMs;

/** The price at the same time of day so many days earlier; the oldest day known where history does not reach. */
const daysBack = ({ days }: Past, back: number, ahead: number): number => days.price(Math.min(back, days.count), ahead);

/** The shelf of inputs: a model's document lists some of them by name, in the order of its columns. Adding one is one entry. */
export const intervalFeatures = {
  "hours-ahead": {
    text: "from now to the interval's start",
    at: ({ history }, ahead) => (ahead * history.intervalMs) / HOUR_MS,
  },
  "day-sine": {
    text: "position in the UTC day",
    at: (past, ahead) => Math.sin(2 * Math.PI * turn(past, ahead, DAY_MS)),
  },
  "day-cosine": {
    text: "position in the UTC day",
    at: (past, ahead) => Math.cos(2 * Math.PI * turn(past, ahead, DAY_MS)),
  },
  "week-sine": {
    text: "position in the UTC week",
    at: (past, ahead) => Math.sin(2 * Math.PI * turn(past, ahead, 7 * DAY_MS)),
  },
  "week-cosine": {
    text: "position in the UTC week",
    at: (past, ahead) => Math.cos(2 * Math.PI * turn(past, ahead, 7 * DAY_MS)),
  },
  "price-now": { text: "the latest price", at: ({ history }) => history.price(history.length - 1) },
  "mean-1h": { text: "mean price of the last hour", at: ({ mean }) => mean(1) },
  "mean-4h": { text: "mean price of the last 4 hours", at: ({ mean }) => mean(4) },
  "mean-24h": { text: "mean price of the last day", at: ({ mean }) => mean(24) },
  "day-back-1": { text: "price at this time of day a day before", at: (past, ahead) => daysBack(past, 1, ahead) },
  "day-back-2": { text: "the same 2 days before", at: (past, ahead) => daysBack(past, 2, ahead) },
  "day-back-7": { text: "the same 7 days before", at: (past, ahead) => daysBack(past, 7, ahead) },
  "day-back-1-above-blend": {
    text: "day-back-1 less blend",
    at: (past, ahead) => daysBack(past, 1, ahead) - (past.blend[ahead] as number),
  },
  "day-back-2-above-blend": {
    text: "day-back-2 less blend",
    at: (past, ahead) => daysBack(past, 2, ahead) - (past.blend[ahead] as number),
  },
  "day-back-7-above-blend": {
    text: "day-back-7 less blend",
    at: (past, ahead) => daysBack(past, 7, ahead) - (past.blend[ahead] as number),
  },
  "now-above-blend": {
    text: "price-now less blend",
    at: (past, ahead) => past.history.price(past.history.length - 1) - (past.blend[ahead] as number),
  },
  "hour-above-blend": { text: "mean-1h less blend", at: (past, ahead) => past.mean(1) - (past.blend[ahead] as number) },
  "day-above-blend": {
    text: "mean-24h less blend",
    at: (past, ahead) => past.mean(24) - (past.blend[ahead] as number),
  },
  "now-above-hour": {
    text: "price-now less mean-1h",
    at: ({ history, mean }) => history.price(history.length - 1) - mean(1),
  },
  "hour-above-4h": { text: "mean-1h less mean-4h", at: ({ mean }) => mean(1) - mean(4) },
  blend: { text: "mean of the blend of recent days", at: ({ blend }, ahead) => blend[ahead] as number },
} as const satisfies Readonly<Record<string, Feature>>;

export type FeatureName = keyof typeof intervalFeatures;
export const featureNames = Object.keys(intervalFeatures) as readonly FeatureName[];

/** Rows of features, one an interval of the horizon, row-major. Refused with less than a day of history. */
export function featureRows(
  history: PriceHistory,
  horizon: number,
  names: readonly FeatureName[],
): Result<Float64Array, TooLittleHistory> {
  const days = pastDays(history, 14);
  if (!days.ok) return days;
  const said = blend.forecast(history, horizon);
  if (!said.ok) return said as { readonly ok: false; readonly error: TooLittleHistory };
  const means = new Map<number, number>();
  const past: Past = {
    history,
    days: days.value,
    blend: said.value.mean,
    mean: (hours) => {
      const held = means.get(hours) ?? meanOf(history.latest(Math.round((hours * HOUR_MS) / history.intervalMs)));
      means.set(hours, held);
      return held;
    },
  };
  const rows = new Float64Array(horizon * names.length);
  for (let ahead = 0, at = 0; ahead < horizon; ahead++) {
    for (const name of names) rows[at++] = intervalFeatures[name].at(past, ahead);
  }
  return ok(rows);
}

const meanOf = (prices: Float64Array): number => prices.reduce((sum, price) => sum + price, 0) / prices.length;
