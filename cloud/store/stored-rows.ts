import type { UtcMs } from "@penstock/protocol/units";
import type { DocumentEntry, TelemetryRecord } from "./cloud-store.ts";

/** A record as its table holds it. */
export interface RecordRow {
  readonly epoch: string;
  readonly sequence: number;
  readonly folded_from: number;
  readonly device: string | null;
  readonly about_ms: number;
  readonly values: string;
}

export const recordOf = (siteId: string, stream: string, row: RecordRow): TelemetryRecord => ({
  siteId,
  epoch: row.epoch,
  stream,
  sequence: row.sequence,
  ...(row.folded_from !== row.sequence && { foldedFrom: row.folded_from }),
  ...(row.device !== null && { device: row.device }),
  aboutMs: row.about_ms as UtcMs,
  values: JSON.parse(row.values) as TelemetryRecord["values"],
});

/** A document as its table holds it. */
export interface DocumentRow {
  readonly id: string;
  readonly known_ms: number;
  readonly interval_start_ms: number;
  readonly unit: string | null;
  readonly site: string | null;
  readonly body: string;
}

export const documentOf = <K extends string>(kind: K, row: DocumentRow): DocumentEntry<K> => ({
  kind,
  id: row.id,
  knownAtMs: row.known_ms as UtcMs,
  intervalStartMs: row.interval_start_ms as UtcMs,
  ...(row.unit !== null && { unitId: row.unit }),
  ...(row.site !== null && { siteId: row.site }),
  body: JSON.parse(row.body) as object,
});
