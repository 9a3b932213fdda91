import { type DataMetric, DataType } from "@penstock/protocol/sparkplug";
import type { MetricDefinition, MetricType } from "@penstock/protocol/telemetry";
import type { UtcMs } from "@penstock/protocol/units";
import type { StoredRecord, StreamName } from "../store/edge-store.ts";

/**
 * On a summary only, right after its `Record/Sequence`: every number from here to that one is accounted for
 * by it, because the site's disk was full and telemetry was thinned.
 */
export const FOLDED_FROM: MetricDefinition = {
  name: "Record/FoldedFrom",
  type: "Int64",
  unit: "",
  class: "sync",
  deadband: 0,
  text: "first sequence that the summary which follows stands for",
};

/** The metrics of one data message: whose records these are, then each record's number followed by its values. */
export function recordMetrics(epoch: string, records: readonly StoredRecord[]): DataMetric[] {
  const first = records[0];
  if (first === undefined) return [];
  // Live values must stand in the order of time, and these are as old as the oldest.
  const earliestMs = records.reduce((earliest, { timeMs }) => Math.min(earliest, timeMs), first.timeMs as number);
  const metrics: DataMetric[] = [
    { name: "Record/Epoch", value: epoch, timestampMs: earliestMs },
    { name: "Record/Stream", value: first.stream, timestampMs: earliestMs },
  ];
  for (const { sequence, folded, timeMs: timestampMs, metrics: values } of records) {
    metrics.push({ name: "Record/Sequence", value: sequence, timestampMs });
    if (folded !== undefined) metrics.push({ name: FOLDED_FROM.name, value: folded.fromSequence, timestampMs });
    for (const [name, value] of values) metrics.push({ name, value, timestampMs });
  }
  return metrics;
}

/** Records that may share a message, in order: one stream, one device. Larger groups are cut. */
export function groupRecords(records: readonly StoredRecord[], recordsMax: number): StoredRecord[][] {
  const groups = new Map<string, StoredRecord[]>();
  const all: StoredRecord[][] = [];
  for (const record of records) {
    const key = `${record.stream}/${record.device ?? ""}`;
    let group = groups.get(key);
    if (group === undefined || group.length >= recordsMax) {
      group = [];
      groups.set(key, group);
      all.push(group);
    }
    group.push(record);
  }
  return all;
}

export const sparkplugType = (type: MetricType): DataType => DataType[type];

/** What the host says in `Sync/Committed`. */
export interface Committed {
  readonly epoch: string;
  readonly stream: StreamName;
  readonly upTo: number;
}

/** Undefined when it is not what it should be; fields it does not know are ignored. */
export function parseCommitted(text: unknown): Committed | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const { epoch, stream, upTo } = JSON.parse(text) as Record<string, unknown>;
    const isStream = stream === "settlement" || stream === "events" || stream === "telemetry";
    if (typeof epoch !== "string" || !isStream || typeof upTo !== "number") return undefined;
    return Number.isSafeInteger(upTo) && upTo >= 0 ? { epoch, stream, upTo } : undefined;
  } catch {
    return undefined;
  }
}

/** When the youngest of the records was measured. */
export const latestMs = (records: readonly StoredRecord[]): UtcMs | undefined =>
  records.reduce<UtcMs | undefined>(
    (latest, { timeMs }) => (latest === undefined || timeMs > latest ? timeMs : latest),
    undefined,
  );
