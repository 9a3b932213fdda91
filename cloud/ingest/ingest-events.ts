import type { LeaseAck } from "@penstock/protocol/lease";
import type { CodedError } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import type { CounterReading, StoredValue, TelemetryRecord } from "../store/index.ts";

/** What ingest tells its listeners. Everything that came in a record is told after the record is on disk, and once. */
export type IngestEvent =
  | { readonly type: "site-online"; readonly siteId: string; readonly atMs: UtcMs }
  | {
      readonly type: "site-offline";
      readonly siteId: string;
      readonly atMs: UtcMs;
      /** Its own death, or ours: a host that is cut off hears nobody. */
      readonly because: "death" | "host-disconnected";
    }
  /** Values that are now the latest of their metric; `knownAtMs` is our clock, `aboutMs` the site's. */
  | {
      readonly type: "values";
      readonly siteId: string;
      readonly device?: string;
      readonly knownAtMs: UtcMs;
      readonly values: readonly SiteValue[];
    }
  | { readonly type: "record"; readonly record: TelemetryRecord; readonly knownAtMs: UtcMs }
  | { readonly type: "lease-ack"; readonly siteId: string; readonly ack: LeaseAck; readonly knownAtMs: UtcMs }
  | { readonly type: "edge-event"; readonly siteId: string; readonly event: EdgeEvent; readonly knownAtMs: UtcMs }
  | { readonly type: "counters"; readonly siteId: string; readonly reading: CounterReading; readonly knownAtMs: UtcMs }
  /** Something that could not be taken, by its code: quarantined, refused or not committed. */
  | { readonly type: "refused"; readonly siteId: string | null; readonly error: CodedError; readonly atMs: UtcMs };

export interface SiteValue {
  readonly name: string;
  readonly value: StoredValue;
  readonly aboutMs: UtcMs;
}

/** An event the edge journaled: code, level, text and facts with their units in their names. */
export interface EdgeEvent {
  readonly aboutMs: UtcMs;
  readonly device?: string;
  readonly code: string;
  readonly level: string;
  readonly text: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What one applied record means beyond its numbers. */
export function eventsOf(record: TelemetryRecord, knownAtMs: UtcMs, parseAck: AckParser): readonly IngestEvent[] {
  const { siteId, values } = record;
  let events: IngestEvent[] | undefined;
  for (let index = 0; index < values.length; index++) {
    const [name, value] = values[index] as (typeof values)[number];
    // Nearly every record is numbers, and means no more than those.
    if (typeof value !== "string") continue;
    if (name === "Event") {
      const event = edgeEventOf(record, JSON.parse(value) as Readonly<Record<string, unknown>>);
      events = [...(events ?? []), { type: "edge-event", siteId, event, knownAtMs }];
    }
    if (name === "Dispatch/Ack") {
      const ack = parseAck(value);
      const event: IngestEvent = ack.ok
        ? { type: "lease-ack", siteId, ack: ack.value, knownAtMs }
        : { type: "refused", siteId, error: ack.error, atMs: knownAtMs };
      events = [...(events ?? []), event];
    }
  }
  return events ?? NONE;
}

const NONE: readonly IngestEvent[] = [];

export type AckParser = (
  text: string,
) => { readonly ok: true; readonly value: LeaseAck } | { readonly ok: false; readonly error: CodedError };

/** Tolerant: an event of a newer edge may say more, one of an older less. */
function edgeEventOf({ aboutMs, device }: TelemetryRecord, json: Readonly<Record<string, unknown>>): EdgeEvent {
  const text = (field: string, otherwise: string): string => {
    const value = json[field];
    return typeof value === "string" ? value.slice(0, 500) : otherwise;
  };
  const code = text("code", "event.unnamed");
  const facts = json["facts"];
  return {
    aboutMs,
    ...(device !== undefined && { device }),
    code,
    level: text("level", "info"),
    text: text("text", code),
    facts: typeof facts === "object" && facts !== null ? (facts as Readonly<Record<string, unknown>>) : {},
  };
}
