import type { CodedError } from "@penstock/protocol/result";
import type { HostMetric, MetricValue } from "@penstock/protocol/sparkplug";
import { SITE_COMMANDS } from "@penstock/protocol/telemetry";
import type { UtcMs } from "@penstock/protocol/units";
import type { QuarantinedRecord, StoredValue, TelemetryRecord } from "../store/index.ts";

/** One Sparkplug data message, already named and typed. */
export interface DataMessage {
  readonly siteId: string;
  readonly device?: string;
  /** The database the site announced in its birth; a message that names another overrides it. */
  readonly epoch: string | undefined;
  readonly metrics: readonly HostMetric[];
}

export interface SplitMessage {
  readonly records: readonly TelemetryRecord[];
  readonly quarantine: readonly Omit<QuarantinedRecord, "knownAtMs">[];
  /** Values outside of any record, or inside one: what they say about now. */
  readonly current: readonly CurrentValue[];
}

export interface CurrentValue {
  readonly name: string;
  readonly value: StoredValue;
  readonly aboutMs: UtcMs;
  readonly isHistorical: boolean;
}

/** Numbers of a record; its values are those of the catalogue. */
export const recordMarks = {
  epoch: "Record/Epoch",
  stream: "Record/Stream",
  sequence: "Record/Sequence",
  /** On a summary only, right after its number. */
  foldedFrom: "Record/FoldedFrom",
} as const;

/**
 * Cuts a message into its records. Each begins at its `Record/Sequence`; epoch and stream hold from where they
 * are named on. The stream must be named in the message itself: data are QoS 0, and a stream remembered from a
 * message that was lost would file a record under a wrong number.
 */
export function splitRecords({ siteId, device, epoch, metrics }: DataMessage): SplitMessage {
  const records: TelemetryRecord[] = [];
  const quarantine: Omit<QuarantinedRecord, "knownAtMs">[] = [];
  const current: CurrentValue[] = [];
  let heldEpoch = epoch;
  let stream: string | undefined;
  let open: OpenRecord | undefined;

  const close = (): void => {
    if (open === undefined) return;
    const { key, aboutMs, values } = open;
    const reason = key.reason ?? firstRefusal(values);
    if (reason !== undefined) {
      quarantine.push({ siteId, ...(key.numbered && { key: { ...key.numbered, aboutMs } }), reason, values });
    } else if (key.numbered !== undefined) {
      records.push({ siteId, ...key.numbered, ...(device !== undefined && { device }), aboutMs, values });
    }
    open = undefined;
  };

  for (const { name, value, timestampMs, isHistorical } of metrics) {
    const aboutMs = timestampMs as UtcMs;
    switch (name) {
      case recordMarks.epoch:
        heldEpoch = labelOf(value);
        break;
      case recordMarks.stream:
        stream = labelOf(value);
        break;
      case recordMarks.sequence:
        close();
        open = { key: recordKey(heldEpoch, stream, value), aboutMs, values: [] };
        break;
      case recordMarks.foldedFrom:
        if (open !== undefined) open.key = withFoldedFrom(open.key, value);
        break;
      default: {
        const stored = storedValue(value);
        if (stored === undefined) break;
        open?.values.push([name, stored]);
        if (isState(name)) current.push({ name, value: stored, aboutMs, isHistorical });
      }
    }
  }
  close();
  return { records, quarantine, current };
}

interface OpenRecord {
  key: RecordKey;
  readonly aboutMs: UtcMs;
  readonly values: [string, StoredValue][];
}

/** A number that can be filed, or why not. */
interface RecordKey {
  readonly numbered?: {
    readonly epoch: string;
    readonly stream: string;
    readonly sequence: number;
    readonly foldedFrom?: number;
  };
  readonly reason?: CodedError;
}

/** What a value says about how things stand; documents, commands and the wire's own bookkeeping say nothing. */
const isState = (name: string): boolean =>
  !stateless.has(name) && !name.startsWith("Node Control/") && !name.startsWith("Record/");

const stateless: ReadonlySet<string> = new Set([
  "bdSeq",
  "Event",
  "Dispatch/Ack",
  ...SITE_COMMANDS.map(({ name }) => name),
]);

function recordKey(epoch: string | undefined, stream: string | undefined, value: MetricValue | null): RecordKey {
  const sequence = Number(value);
  if (typeof value === "boolean" || !Number.isSafeInteger(sequence) || sequence < 1) {
    return { reason: { code: "ingest.bad-sequence", value: String(value).slice(0, 100) } };
  }
  if (epoch === undefined || stream === undefined) {
    return { reason: { code: "ingest.unnamed-stream", sequence } };
  }
  return { numbered: { epoch, stream, sequence } };
}

function withFoldedFrom({ numbered, reason }: RecordKey, value: MetricValue | null): RecordKey {
  if (numbered === undefined) return { ...(reason && { reason }) };
  const foldedFrom = Number(value);
  if (
    typeof value !== "boolean" &&
    Number.isSafeInteger(foldedFrom) &&
    foldedFrom >= 1 &&
    foldedFrom <= numbered.sequence
  ) {
    return { numbered: { ...numbered, foldedFrom } };
  }
  return { numbered, reason: { code: "ingest.bad-folding", value: String(value).slice(0, 100) } };
}

/** Texts that are documents must be readable as such, or nobody will ever be able to act on them. */
function firstRefusal(values: readonly (readonly [string, StoredValue])[]): CodedError | undefined {
  for (const [name, value] of values) {
    if ((name === "Event" || name === "Dispatch/Ack") && value !== null && !isJsonObject(value)) {
      return { code: "ingest.unreadable-document", metric: name };
    }
  }
  return undefined;
}

function isJsonObject(value: StoredValue): boolean {
  if (typeof value !== "string") return false;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

const labelOf = (value: MetricValue | null): string | undefined =>
  typeof value === "string" && /^[\w.:-]{1,100}$/.test(value) ? value : undefined;

/** Tables, templates and bytes have no place in the historian. */
function storedValue(value: MetricValue | null): StoredValue | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "bigint") return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
