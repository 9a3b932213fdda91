import type { LinkEvent, MqttLink } from "@penstock/protocol/link";
import type { Rng } from "@penstock/protocol/rng";
import { type CommandMetric, type EdgeAction, SparkplugEdgeNode } from "@penstock/protocol/sparkplug";
import type { Clock, Timer } from "@penstock/protocol/time";
import { Ms, seconds } from "@penstock/protocol/units";
import type { CloudConfig } from "../config/site-config.ts";
import { type EdgeStore, STREAMS, type StoredRecord, type StoreImage, type StreamName } from "../store/edge-store.ts";
import { Births } from "./births.ts";
import { type Batch, Outbox, type OutboxLimits } from "./outbox.ts";
import { Reconnect } from "./reconnect.ts";
import { groupRecords, parseCommitted, recordMetrics } from "./record-message.ts";

export interface SyncOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly cloud: CloudConfig;
  readonly unitIds: readonly string[];
  readonly store: EdgeStore;
  readonly link: MqttLink;
  /** A signed lease arrived; nothing about it has been checked. */
  readonly onLease: (envelope: Uint8Array) => void;
  readonly onNotice: (notice: SyncNotice) => void;
  readonly limits?: OutboxLimits;
}

export interface SyncNotice {
  readonly code: "sync.connected" | "sync.lost" | "sync.contested" | "sync.refused" | "sync.unsendable";
  readonly level: "info" | "warning" | "alarm";
  readonly text: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface SyncStatus {
  readonly state: "stopped" | "connecting" | "waiting" | "online";
  /** Monotonic; undefined until the first session. */
  readonly onlineSinceMs: number | undefined;
  readonly lastLostReason: string | undefined;
  readonly epoch: string;
  readonly streams: Readonly<
    Record<StreamName, { readonly acknowledged: number; readonly waiting: number; readonly inFlight: number }>
  >;
}

/** Records in one message: bounds its size, and what one lost message costs. */
const messageRecordsMax = 50;
/** A full send buffer is given this long to empty. */
const fullLinkPauseMs = seconds(1);
const backlogTickMs = Ms(100);
const idleTickMs = seconds(1);

/**
 * The way up and down: records to the cloud, leases from it. Publishes only while born, never queues in the
 * client, and forgets a record only when the host has said that it is committed.
 */
export class Sync {
  readonly #options: SyncOptions;
  readonly #node: SparkplugEdgeNode;
  readonly #outbox: Outbox;
  readonly #births: Births;
  readonly #reconnect: Reconnect;
  readonly #epoch: string;
  #state: SyncStatus["state"] = "stopped";
  #connectedMs: number | undefined;
  #onlineSinceMs: number | undefined;
  #lastLostReason: string | undefined;
  #reading = false;
  #linkIsFull = false;
  #tick: Timer | undefined;
  #retry: Timer | undefined;

  constructor(options: SyncOptions, image: StoreImage) {
    this.#options = options;
    const { cloud, unitIds, rng, link } = options;
    const bdSeq = image.facts["bdSeq"];
    this.#node = new SparkplugEdgeNode({
      groupId: cloud.groupId,
      nodeId: cloud.nodeId,
      bdSeq: typeof bdSeq === "number" ? bdSeq : 255,
      ...(cloud.primaryHostId === undefined ? {} : { primaryHostId: cloud.primaryHostId }),
    });
    this.#epoch = image.epoch;
    this.#births = new Births(unitIds);
    this.#reconnect = new Reconnect(rng.fork("reconnect"));
    this.#outbox = new Outbox(options.limits);
    for (const stream of STREAMS) {
      const { lastSequence, acknowledged } = image.streams[stream];
      this.#outbox.restore(stream, lastSequence, acknowledged);
    }
    link.onEvent = (event) => this.#onLink(event);
  }

  start(): void {
    this.#state = "connecting";
    this.#send({ type: "start" });
  }

  stop(): void {
    this.#state = "stopped";
    this.#retry?.cancel();
    this.#tick?.cancel();
    this.#send({ type: "stop" });
  }

  /** Records that have just been committed to the store, in order. */
  stored(records: readonly StoredRecord[]): void {
    for (const record of records) this.#births.remember(record);
    const live: StoredRecord[] = [];
    const canSend = this.#node.isBorn && !this.#linkIsFull;
    for (const record of records) {
      if (this.#outbox.offerLive(record.stream, record.sequence, record.sequence, canSend)) live.push(record);
    }
    this.#publishRecords(live, false);
  }

  status(): SyncStatus {
    const of = (stream: StreamName) => ({
      acknowledged: this.#outbox.acknowledgedUpTo(stream),
      waiting: this.#outbox.waiting(stream),
      inFlight: this.#outbox.inFlight(stream),
    });
    return {
      state: this.#state,
      onlineSinceMs: this.#onlineSinceMs,
      lastLostReason: this.#lastLostReason,
      epoch: this.#epoch,
      streams: { settlement: of("settlement"), events: of("events"), telemetry: of("telemetry") },
    };
  }

  #send(event: Parameters<SparkplugEdgeNode["handle"]>[0]): void {
    this.#perform(this.#node.handle(event, this.#options.clock.nowMs()));
  }

  #perform(actions: readonly EdgeAction[]): void {
    for (const action of actions) this.#performOne(action);
  }

  #performOne(action: EdgeAction): void {
    const { clock, link, store } = this.#options;
    switch (action.type) {
      case "persist-bdSeq":
        // In order before the CONNECT; a disk that fails costs one repeated number, not the session.
        store.put("bdSeq", action.value, () => {});
        return;
      case "connect":
        link.connect(action.session);
        return;
      case "subscribe":
        link.subscribe(action.subscriptions);
        return;
      case "publish":
        if (!link.publish(action.message)) this.#pauseFullLink();
        return;
      case "rebirth-needed":
        // Births are spent numbers too: everything not acknowledged is sent again after them.
        this.#outbox.restart();
        this.#perform(
          this.#node.birth(this.#births.node(this.#epoch), this.#births.devices(this.#epoch), clock.nowMs()),
        );
        return;
      case "ready":
        this.#online();
        return;
      case "not-ready":
        this.#tick?.cancel();
        return;
      case "command":
        for (const metric of action.metrics) this.#command(metric);
        return;
      case "refused":
        this.#notice("sync.refused", "warning", "a message from the broker was refused", {
          topic: action.topic,
          ...action.error,
          reason: action.error.code,
        });
        return;
      case "disconnect":
        link.disconnect();
    }
  }

  #onLink(event: LinkEvent): void {
    const { clock } = this.#options;
    switch (event.type) {
      case "connected":
        this.#connectedMs = clock.monotonicMs();
        this.#linkIsFull = false;
        if (this.#state === "connecting") this.#state = "waiting";
        this.#send({ type: "connected" });
        return;
      case "message":
        this.#send({ type: "message", topic: event.message.topic, payload: event.message.payload });
        return;
      case "closed":
        this.#closed(event.reason);
    }
  }

  #closed(reason: string): void {
    const { clock } = this.#options;
    const livedMs = this.#connectedMs === undefined ? undefined : clock.monotonicMs() - this.#connectedMs;
    const wasOnline = this.#state === "online";
    this.#connectedMs = undefined;
    this.#onlineSinceMs = undefined;
    this.#lastLostReason = reason;
    this.#send({ type: "closed" });
    if (this.#state === "stopped") return;
    this.#state = "connecting";
    if (wasOnline) this.#notice("sync.lost", "warning", "the connection to the cloud was lost", { reason });
    const { delayMs, contested } = this.#reconnect.closed(livedMs);
    if (contested) {
      this.#notice(
        "sync.contested",
        "alarm",
        "sessions break as soon as they are made: is another using this identity?",
        {
          reason,
        },
      );
    }
    this.#retry = clock.after(delayMs, () => this.#send({ type: "start" }));
  }

  #online(): void {
    const { clock } = this.#options;
    if (this.#state !== "online") {
      this.#state = "online";
      this.#onlineSinceMs = clock.monotonicMs();
      this.#notice("sync.connected", "info", "connected to the cloud", {
        backlog: STREAMS.reduce((sum, stream) => sum + this.#outbox.waiting(stream), 0),
      });
    }
    this.#schedule();
    this.#pump();
  }

  #schedule(): void {
    this.#tick?.cancel();
    const isWaiting = STREAMS.some((stream) => this.#outbox.waiting(stream) > 0);
    this.#tick = this.#options.clock.after(isWaiting ? backlogTickMs : idleTickMs, () => {
      this.#pump();
      if (this.#node.isBorn) this.#schedule();
    });
  }

  /** Reads the next of the backlog and sends it, one read at a time. */
  #pump(): void {
    if (this.#reading || this.#linkIsFull || !this.#node.isBorn) return;
    const batch = this.#outbox.take(this.#options.clock.monotonicMs());
    if (batch === undefined) return;
    this.#reading = true;
    const count = batch.to - batch.from + 1;
    this.#options.store.read(batch.stream, batch.from - 1, count, (result) => {
      this.#reading = false;
      if (!result.ok) {
        this.#outbox.returned(batch.stream, batch.from, batch.to);
        return;
      }
      this.#sendBacklog(batch, result.value);
      this.#pump();
    });
  }

  #sendBacklog(batch: Batch, read: readonly StoredRecord[]): void {
    // A summary may begin before the batch or end after it; what lies wholly outside waits its turn.
    const records = read.filter((record) => (record.folded?.fromSequence ?? record.sequence) <= batch.to);
    this.#outbox.returned(batch.stream, batch.from, batch.to);
    if (records.length > 0) {
      this.#publishRecords(records, true);
      return;
    }
    if (batch.from <= this.#outbox.acknowledgedUpTo(batch.stream)) return;
    this.#notice("sync.unsendable", "alarm", "records that should be in the store are not", { ...batch });
    this.#outbox.absent(batch, this.#options.clock.monotonicMs());
  }

  #publishRecords(records: readonly StoredRecord[], historical: boolean): void {
    const { clock, link } = this.#options;
    for (const group of groupRecords(records, messageRecordsMax)) {
      const first = group[0] as StoredRecord;
      const device = first.device === undefined ? {} : { device: first.device };
      const message =
        this.#node.isBorn && !this.#linkIsFull
          ? this.#node.data(recordMetrics(this.#epoch, group), clock.nowMs(), { ...device, historical })
          : undefined;
      const isSent = message !== undefined && link.publish(message);
      if (message !== undefined && !isSent) this.#pauseFullLink();
      for (const record of group) {
        if (isSent) this.#outbox.sent(record, clock.monotonicMs());
        else this.#outbox.returned(record.stream, record.folded?.fromSequence ?? record.sequence, record.sequence);
      }
    }
  }

  /** The message that found no room has spent its sequence number, so new births must follow. */
  #pauseFullLink(): void {
    if (this.#linkIsFull) return;
    this.#linkIsFull = true;
    this.#options.clock.after(fullLinkPauseMs, () => {
      if (!this.#linkIsFull) return;
      this.#linkIsFull = false;
      this.#send({ type: "births-changed" });
    });
  }

  #command(metric: CommandMetric): void {
    if (metric.name === "Dispatch/Lease" && metric.value instanceof Uint8Array) {
      this.#options.onLease(metric.value);
      return;
    }
    const committed = metric.name === "Sync/Committed" ? parseCommitted(metric.value) : undefined;
    if (committed === undefined) {
      this.#notice("sync.refused", "warning", "a command was not understood", { metric: metric.name });
      return;
    }
    // An acknowledgement of a database this site no longer has says nothing about the one it has.
    if (committed.epoch !== this.#epoch) return;
    const { stream, upTo } = committed;
    this.#options.store.acknowledge(stream, upTo, (result) => {
      if (result.ok) {
        this.#outbox.acknowledged(stream, upTo);
        this.#pump();
        return;
      }
      this.#notice("sync.refused", "warning", "an acknowledgement could not be taken", {
        ...result.error,
        reason: result.error.code,
      });
    });
  }

  #notice(code: SyncNotice["code"], level: SyncNotice["level"], text: string, facts: SyncNotice["facts"]): void {
    this.#options.onNotice({ code, level, text, facts });
  }
}
