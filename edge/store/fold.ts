import { hours, type Ms, minutes } from "@penstock/protocol/units";
import type { NewRecord, RecordMetric, StoredRecord } from "./edge-store.ts";

/** How telemetry is thinned, step by step, when it outgrows its budget: one record a device in each window. */
export const foldWindowsMs: readonly Ms[] = [minutes(1), minutes(15), hours(4), hours(24)];

/** Folding stops here, so that it comes in rare, worthwhile strokes instead of one a commit. */
export const foldDownTo = 0.9;

/** More raw records than this are folded in several strokes, to bound what one transaction holds in memory. */
export const foldBlockMax = 2_000;

export interface Fold {
  readonly fromSequence: number;
  readonly toSequence: number;
  readonly folded: readonly StoredRecord[];
  readonly summaries: readonly StoredRecord[];
}

/**
 * Thins the oldest block among `records` (ascending, one stream, all of level `level`): the records of one
 * window become one summary a device. The summaries take the last sequences of the block; the first reaches
 * back to the block's beginning, so that together they account for every number and none is silently gone.
 */
export function foldBlock(records: readonly StoredRecord[], level: number): Fold | undefined {
  const first = records[0];
  const windowMs = foldWindowsMs[level];
  if (first === undefined || windowMs === undefined) return undefined;

  const window = Math.floor(first.timeMs / windowMs);
  const block: StoredRecord[] = [first];
  for (const record of records.slice(1)) {
    const previous = block[block.length - 1] as StoredRecord;
    if (beginning(record) !== previous.sequence + 1 || Math.floor(record.timeMs / windowMs) !== window) break;
    block.push(record);
  }

  const last = block[block.length - 1] as StoredRecord;
  const groups = [...Map.groupBy(block, (record) => record.device).values()];
  const summaries = groups.map((group, index) => {
    const sequence = last.sequence - groups.length + 1 + index;
    return summarise(group, sequence, index === 0 ? beginning(first) : sequence, windowMs);
  });
  return { fromSequence: beginning(first), toSequence: last.sequence, folded: block, summaries };
}

/** How far a record has been thinned already: 0 for raw, then one more for each window of {@link foldWindowsMs}. */
export const foldLevel = (record: StoredRecord): number =>
  record.folded === undefined ? 0 : foldWindowsMs.indexOf(record.folded.windowMs) + 1;

/** What a record weighs against the budget: an estimate, the same in every store, so that they fold alike. */
export function recordBytes(record: NewRecord): number {
  let bytes = 48 + (record.device?.length ?? 0);
  for (const [name, value] of record.metrics) bytes += name.length + (typeof value === "string" ? value.length : 12);
  return bytes;
}

const beginning = (record: StoredRecord): number => record.folded?.fromSequence ?? record.sequence;

function summarise(group: readonly StoredRecord[], sequence: number, fromSequence: number, windowMs: Ms): StoredRecord {
  const means = new Map<string, { sum: number; weight: number }>();
  const values = new Map<string, RecordMetric[1]>();
  let records = 0;
  for (const record of group) {
    const weight = record.folded?.records ?? 1;
    records += weight;
    for (const [name, value] of record.metrics) {
      if (typeof value === "number") {
        const mean = means.get(name) ?? { sum: 0, weight: 0 };
        mean.sum += value * weight;
        mean.weight += weight;
        means.set(name, mean);
        values.set(name, mean.sum / mean.weight);
      } else if (value !== null || !values.has(name)) {
        values.set(name, value);
      }
    }
  }
  const last = group[group.length - 1] as StoredRecord;
  return { ...last, sequence, metrics: [...values], folded: { fromSequence, windowMs, records } };
}
