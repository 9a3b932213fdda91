import { type Ms, seconds } from "@penstock/protocol/units";
import { STREAMS, type StoredRecord, type StreamName } from "../store/edge-store.ts";

export interface OutboxLimits {
  /** Backlog records a second, so that history never crowds out the present. */
  readonly backlogPerS: number;
  /** Backlog records in one go, and what the token bucket holds. */
  readonly batchRecords: number;
  /** Records sent and not yet acknowledged, per stream. Beyond it the newest wait as backlog too. */
  readonly inFlightMax: number;
  /** A record the host should have committed by now was lost on the way. */
  readonly ackTimeoutMs: Ms;
}

export const outboxLimits: OutboxLimits = {
  backlogPerS: 500,
  batchRecords: 200,
  inFlightMax: 5_000,
  ackTimeoutMs: seconds(10),
};

/** Sequences of one stream, both ends included. */
export interface Batch {
  readonly stream: StreamName;
  readonly from: number;
  readonly to: number;
}

/**
 * Which records go next, by number alone; no clock, no store, no wire. Every number above the acknowledged
 * one is at any time either waiting (backlog) or in flight, so none can be forgotten.
 *
 * Live records are taken at once when there is room. Backlog goes oldest first, the worthier stream first,
 * as tokens allow. The host acknowledges without gaps, so only the *next* number it owes us can be judged
 * lost: what is above it may merely be waiting for it.
 */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #streams: Readonly<Record<StreamName, StreamOutbox>>;
  #tokens: number;
  #filledMs: number | undefined;

  constructor(limits: OutboxLimits = outboxLimits) {
    this.#limits = limits;
    this.#tokens = limits.batchRecords;
    this.#streams = { settlement: newStream(), events: newStream(), telemetry: newStream() };
  }

  /** What the store holds at start: all of it unacknowledged is backlog. */
  restore(stream: StreamName, lastSequence: number, acknowledged: number): void {
    const outbox = this.#streams[stream];
    outbox.lastSequence = lastSequence;
    outbox.acknowledged = acknowledged;
    outbox.inFlight.clear();
    outbox.waiting = lastSequence > acknowledged ? [{ from: acknowledged + 1, to: lastSequence }] : [];
  }

  /** A new session, or a host that lost its thread: nothing counts as under way any more. */
  restart(): void {
    for (const name of STREAMS) {
      const { lastSequence, acknowledged } = this.#streams[name];
      this.restore(name, lastSequence, acknowledged);
    }
  }

  /** Records were stored. True: send them now as live. False: they wait their turn as backlog. */
  offerLive(stream: StreamName, from: number, to: number, canSend: boolean): boolean {
    const outbox = this.#streams[stream];
    outbox.lastSequence = Math.max(outbox.lastSequence, to);
    if (canSend && outbox.inFlight.size + (to - from) < this.#limits.inFlightMax) return true;
    addRange(outbox.waiting, from, to);
    return false;
  }

  /** The next batch of backlog to read and send as history; it counts as taken until `sent` or `returned`. */
  take(nowMs: number): Batch | undefined {
    this.#fill(nowMs);
    if (this.#tokens < 1) return undefined;
    for (const stream of STREAMS) {
      const outbox = this.#streams[stream];
      this.#recall(outbox, nowMs);
      const room = this.#limits.inFlightMax - outbox.inFlight.size;
      const oldest = outbox.waiting[0];
      if (oldest === undefined) continue;
      // The number the host waits for may always go, however full the window is of later ones.
      const count = oldest.from === outbox.acknowledged + 1 ? Math.max(room, this.#limits.batchRecords) : room;
      const batchMax = Math.min(count, this.#limits.batchRecords, Math.floor(this.#tokens));
      if (batchMax < 1) continue;
      const to = Math.min(oldest.to, oldest.from + batchMax - 1);
      const batch = { stream, from: oldest.from, to };
      this.#tokens -= to - oldest.from + 1;
      removeRange(outbox.waiting, batch.from, to);
      return batch;
    }
    return undefined;
  }

  sent(record: Pick<StoredRecord, "stream" | "sequence" | "folded">, nowMs: number): void {
    const outbox = this.#streams[record.stream];
    const from = Math.max(record.folded?.fromSequence ?? record.sequence, outbox.acknowledged + 1);
    if (record.sequence < from) return; // Acknowledged while it was on its way here.
    removeRange(outbox.waiting, from, record.sequence);
    outbox.inFlight.set(from, { to: record.sequence, sentMs: nowMs });
  }

  /** Not sent after all: it waits again. */
  returned(stream: StreamName, from: number, to: number): void {
    const outbox = this.#streams[stream];
    const first = Math.max(from, outbox.acknowledged + 1);
    if (first <= to) addRange(outbox.waiting, first, to);
  }

  /** The store does not have them (and says so itself): ask again only when they are overdue. */
  absent({ stream, from, to }: Batch, nowMs: number): void {
    const outbox = this.#streams[stream];
    removeRange(outbox.waiting, from, to);
    outbox.inFlight.set(from, { to, sentMs: nowMs });
  }

  acknowledged(stream: StreamName, upTo: number): void {
    const outbox = this.#streams[stream];
    if (upTo <= outbox.acknowledged) return;
    outbox.acknowledged = upTo;
    removeRange(outbox.waiting, 0, upTo);
    for (const [from, flight] of outbox.inFlight) {
      if (from > upTo) continue;
      outbox.inFlight.delete(from);
      if (flight.to > upTo) outbox.inFlight.set(upTo + 1, flight); // A summary reaching over the mark.
    }
  }

  /** Records that wait as backlog, per stream. */
  waiting(stream: StreamName): number {
    return this.#streams[stream].waiting.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  inFlight(stream: StreamName): number {
    return this.#streams[stream].inFlight.size;
  }

  acknowledgedUpTo(stream: StreamName): number {
    return this.#streams[stream].acknowledged;
  }

  #fill(nowMs: number): void {
    const { backlogPerS, batchRecords } = this.#limits;
    const gained = ((nowMs - (this.#filledMs ?? nowMs)) / 1e3) * backlogPerS;
    this.#tokens = Math.min(batchRecords, this.#tokens + Math.max(0, gained));
    this.#filledMs = nowMs;
  }

  /** Takes back the run of overdue records that begins with the one the host owes us. */
  #recall(outbox: StreamOutbox, nowMs: number): void {
    let next = outbox.acknowledged + 1;
    for (let recalled = 0; recalled < recallMax; recalled++) {
      const flight = outbox.inFlight.get(next);
      if (flight === undefined || nowMs - flight.sentMs < this.#limits.ackTimeoutMs) return;
      outbox.inFlight.delete(next);
      addRange(outbox.waiting, next, flight.to);
      next = flight.to + 1;
    }
  }
}

/** A host that commits nothing at all is reminded with this many records at a time, not with all of them. */
const recallMax = 50;

interface StreamOutbox {
  lastSequence: number;
  acknowledged: number;
  /** Disjoint, ascending. */
  waiting: Range[];
  /** By first sequence. */
  readonly inFlight: Map<number, { readonly to: number; readonly sentMs: number }>;
}

interface Range {
  from: number;
  to: number;
}

const newStream = (): StreamOutbox => ({ lastSequence: 0, acknowledged: 0, waiting: [], inFlight: new Map() });

function addRange(ranges: Range[], from: number, to: number): void {
  let index = ranges.findIndex((range) => range.to >= from - 1);
  if (index < 0) index = ranges.length;
  const joined = { from, to };
  let end = index;
  for (let range = ranges[end]; range !== undefined && range.from <= to + 1; range = ranges[++end]) {
    joined.from = Math.min(joined.from, range.from);
    joined.to = Math.max(joined.to, range.to);
  }
  ranges.splice(index, end - index, joined);
}

function removeRange(ranges: Range[], from: number, to: number): void {
  for (let index = ranges.length - 1; index >= 0; index--) {
    const range = ranges[index] as Range;
    if (range.to < from || range.from > to) continue;
    const left = range.from < from ? [{ from: range.from, to: from - 1 }] : [];
    const right = range.to > to ? [{ from: to + 1, to: range.to }] : [];
    ranges.splice(index, 1, ...left, ...right);
  }
}
