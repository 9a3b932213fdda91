import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";

/**
 * What the money path remembers. Both methods that write return when the entry would survive the power going
 * out: nothing is sent to a market or a site before that. Entries are only ever added.
 */
export interface Journal {
  append(entry: JournalEntry): void;
  /** Entries of a kind about intervals that start in a span of market time, in the order they were added. */
  entries(kind: JournalKind, span: Interval): readonly JournalEntry[];
  /** A small named fact, replaced whole. */
  fact(key: string): unknown;
  putFact(key: string, value: unknown): void;
}

export const journalKinds = [
  "forecast",
  "shadow-forecast",
  "bid",
  "gate-decision",
  "submission",
  "price",
  "award",
  /** What was sold ahead for a block of hours. */
  "commitment",
  "lease",
  "delivery",
  "settlement",
  "desk-alarm",
  "desk-act",
] as const;
export type JournalKind = (typeof journalKinds)[number];

export interface JournalEntry {
  readonly kind: JournalKind;
  readonly id: string;
  /** When we knew it: wall time. */
  readonly knownAtMs: UtcMs;
  /** What it is about: market time. */
  readonly intervalStartMs: UtcMs;
  readonly unitId?: string;
  readonly siteId?: string;
  /** Plain data. */
  readonly body: object;
}
