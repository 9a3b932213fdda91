import { parseLeaseAck } from "@penstock/protocol/lease";
import type { LinkEvent, MqttLink } from "@penstock/protocol/link";
import type { Rng } from "@penstock/protocol/rng";
import {
  DataType,
  type HostAction,
  type HostCommandMetric,
  type HostEvent,
  type HostMetric,
  SparkplugHost,
} from "@penstock/protocol/sparkplug";
import { type Clock, onGrid, type Timer } from "@penstock/protocol/time";
import { Ms, seconds } from "@penstock/protocol/units";
import {
  type CloudStore,
  counterReadingOf,
  type IngestBatch,
  type LatestValue,
  type StreamLedger,
  settlementStream,
} from "../store/index.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { eventsOf, type IngestEvent } from "./ingest-events.ts";
import { LatestValues } from "./latest-values.ts";
import { recordMarks, splitRecords } from "./split-records.ts";

export interface IngestOptions {
  readonly hostId: string;
  readonly clock: Clock;
  /** Spreads reconnects, so that a broker that comes back is not stormed. */
  readonly rng: Rng;
  readonly link: MqttLink;
  readonly store: CloudStore;
  /** The sites that are ours; what others send is refused. */
  readonly sites: readonly IngestSite[];
  /** Messages that come within this long share a transaction. Default 50 ms. */
  readonly commitEveryMs?: Ms;
  /** At most one acknowledgement a site in this long. Default 200 ms. */
  readonly acknowledgeEveryMs?: Ms;
}

export interface IngestSite {
  readonly siteId: string;
  readonly groupId: string;
  readonly nodeId: string;
}

/**
 * The host end of the wire: takes what sites send, commits it, and only then acknowledges it. Whatever order
 * records come in and however often, each is applied once; the ledger says what is missing.
 */
export class Ingest {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #link: MqttLink;
  readonly #store: CloudStore;
  readonly #host: SparkplugHost;
  readonly #commitEveryMs: Ms;
  readonly #acknowledgeEveryMs: Ms;
  readonly #bySite: ReadonlyMap<string, IngestSite>;
  readonly #byNode: ReadonlyMap<string, IngestSite>;
  /** The epoch each site announced in its birth. */
  readonly #epochs = new Map<string, string>();
  readonly #listeners: ((event: IngestEvent) => void)[] = [];
  readonly #latest = new LatestValues();
  readonly #acknowledgements = new Acknowledgements();
  #pending = emptyBatch();
  #commitTimer: Timer | undefined;
  #acknowledgeTimer: Timer | undefined;
  #tickTimer: Timer | undefined;
  #reconnectTimer: Timer | undefined;
  #failedConnects = 0;
  #isRunning = false;

  constructor(options: IngestOptions) {
    this.#clock = options.clock;
    this.#rng = options.rng;
    this.#link = options.link;
    this.#store = options.store;
    this.#commitEveryMs = options.commitEveryMs ?? Ms(50);
    this.#acknowledgeEveryMs = options.acknowledgeEveryMs ?? Ms(200);
    this.#bySite = new Map(options.sites.map((site) => [site.siteId, site]));
    this.#byNode = new Map(options.sites.map((site) => [`${site.groupId}/${site.nodeId}`, site]));
    this.#host = new SparkplugHost({
      hostId: options.hostId,
      reorderTimeoutMs: seconds(2),
      groupIds: [...new Set(options.sites.map(({ groupId }) => groupId))],
      nodesMax: 2 * options.sites.length + 100,
    });
    for (const { siteId } of options.sites) this.#latest.load(this.#store.latest(siteId));
    this.#link.onEvent = (event) => this.#linkEvent(event);
  }

  /** Told in the order they were added, after what they are told of is on disk. */
  listen(listener: (event: IngestEvent) => void): void {
    this.#listeners.push(listener);
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#tickTimer = onGrid(this.#clock, seconds(1), () => this.#handle({ type: "tick" }));
    this.#handle({ type: "start" });
  }

  /** Commits what has come and says goodbye. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#commit();
    this.#acknowledge();
    for (const timer of [this.#tickTimer, this.#reconnectTimer, this.#acknowledgeTimer]) timer?.cancel();
    this.#handle({ type: "stop" });
  }

  isOnline(siteId: string): boolean {
    const site = this.#bySite.get(siteId);
    return site !== undefined && this.#host.isBorn(site.groupId, site.nodeId);
  }

  /** The last value of each metric, the devices' included; how old it is, its times say. */
  latest(siteId: string): readonly LatestValue[] {
    return this.#latest.of(siteId);
  }

  latestValue(siteId: string, name: string, device?: string): LatestValue | undefined {
    return this.#latest.get(siteId, name, device);
  }

  /** What is held and what is missing, every stream. */
  ledger(siteId: string): readonly StreamLedger[] {
    return this.#store.ledgers(siteId);
  }

  /** Sends a signed lease envelope. False when it could not leave: the site is not there or the link is full. */
  sendLease(siteId: string, envelope: Uint8Array): boolean {
    return this.#command(siteId, [{ name: "Dispatch/Lease", datatype: DataType.Bytes, value: envelope }]);
  }

  #command(siteId: string, metrics: readonly HostCommandMetric[]): boolean {
    const site = this.#bySite.get(siteId);
    if (site === undefined || !this.isOnline(siteId)) return false;
    return this.#link.publish(this.#host.command(site.groupId, site.nodeId, metrics, this.#clock.nowMs()));
  }

  #linkEvent(event: LinkEvent): void {
    if (event.type === "message") {
      this.#handle({ type: "message", topic: event.message.topic, payload: event.message.payload });
      return;
    }
    this.#handle({ type: event.type });
    if (event.type === "connected") this.#failedConnects = 0;
    else if (this.#isRunning) this.#reconnectLater();
  }

  /** Full jitter: anywhere between at once and an ever longer wait. */
  #reconnectLater(): void {
    const waitMsMax = Math.min(30_000, 500 * 2 ** Math.min(this.#failedConnects++, 10));
    this.#reconnectTimer = this.#clock.after(Ms(Math.round(this.#rng.uniform() * waitMsMax)), () =>
      this.#handle({ type: "start" }),
    );
  }

  #handle(event: HostEvent): void {
    const actions = this.#host.handle(event, this.#clock.nowMs());
    let hasUnknownMetric = false;
    for (const action of actions) {
      // What a lost birth should have named cannot be filed. Left unacknowledged, it comes again after the rebirth.
      if (action.type === "data" && hasUnknownMetric) hasUnknownMetric = false;
      else if (action.type === "refused" && action.error.code === "sparkplug.unknown-metric") hasUnknownMetric = true;
      else this.#act(action);
    }
  }

  #act(action: HostAction): void {
    switch (action.type) {
      case "connect":
        this.#link.connect(action.session);
        break;
      case "subscribe":
        this.#link.subscribe(action.subscriptions);
        break;
      case "publish":
        this.#link.publish(action.message); // STATE and requests for rebirth: what gets lost is asked for again.
        break;
      case "disconnect":
        this.#link.disconnect();
        break;
      case "refused":
        this.#emit({ type: "refused", siteId: null, error: action.error, atMs: this.#clock.nowMs() });
        break;
      case "rebirth-requested":
      case "device-dead":
        break;
      case "node-born":
      case "node-dead":
      case "device-born":
      case "data": {
        const site = this.#byNode.get(`${action.groupId}/${action.nodeId}`);
        if (site !== undefined) this.#siteAction(site.siteId, action);
        else this.#refuseStranger(action);
      }
    }
  }

  #siteAction(siteId: string, action: SiteAction): void {
    switch (action.type) {
      case "node-born":
        this.#commit();
        this.#born(siteId, action.metrics);
        break;
      case "node-dead":
        this.#commit();
        this.#emit({ type: "site-offline", siteId, atMs: this.#clock.nowMs(), because: action.because });
        break;
      case "device-born":
        this.#take(siteId, action.device, action.metrics.filter(isNoMark));
        break;
      case "data":
        this.#take(siteId, action.device, action.metrics);
    }
  }

  #refuseStranger({ groupId, nodeId }: SiteAction): void {
    const error = { code: "ingest.unknown-site", groupId, nodeId };
    this.#emit({ type: "refused", siteId: null, error, atMs: this.#clock.nowMs() });
  }

  #born(siteId: string, metrics: readonly HostMetric[]): void {
    const epoch = metrics.find(({ name }) => name === recordMarks.epoch)?.value;
    if (typeof epoch === "string") this.#epochs.set(siteId, epoch);
    this.#emit({ type: "site-online", siteId, atMs: this.#clock.nowMs() });
    this.#take(siteId, undefined, metrics.filter(isNoMark));
    // A site that missed an acknowledgement while it was away would send all that again.
    for (const ledger of this.#store.ledgers(siteId)) if (ledger.epoch === epoch) this.#acknowledgements.owe(ledger);
    this.#acknowledgeSoon();
  }

  #take(siteId: string, device: string | undefined, metrics: readonly HostMetric[]): void {
    const nowMs = this.#clock.nowMs();
    const epoch = this.#epochs.get(siteId);
    const split = splitRecords({ siteId, epoch, metrics, ...(device !== undefined && { device }) });
    const latest = this.#latest.take(siteId, device, split.current, nowMs);
    this.#pending.records.push(...split.records);
    this.#pending.quarantine.push(...split.quarantine);
    this.#pending.latest.push(...latest);
    if (latest.length > 0) {
      this.#emit({ type: "values", siteId, ...(device !== undefined && { device }), knownAtMs: nowMs, values: latest });
    }
    this.#commitTimer ??= this.#clock.after(this.#commitEveryMs, () => this.#commit());
  }

  #commit(): void {
    this.#commitTimer?.cancel();
    this.#commitTimer = undefined;
    const batch = this.#pending;
    if (batch.records.length + batch.quarantine.length + batch.latest.length === 0) return;
    this.#pending = emptyBatch();
    const knownAtMs = this.#clock.nowMs();
    const committed = this.#store.commit({ ...batch, knownAtMs });
    if (!committed.ok) {
      // Not acknowledged, so the sites keep it and send it again.
      this.#emit({ type: "refused", siteId: null, error: committed.error, atMs: knownAtMs });
      return;
    }
    const { applied, ledgers, conflicting } = committed.value;
    for (const ledger of ledgers) this.#acknowledgements.owe(ledger);
    for (const record of applied) {
      this.#emit({ type: "record", record, knownAtMs });
      const reading = record.stream === settlementStream ? counterReadingOf(record) : undefined;
      if (reading !== undefined) this.#emit({ type: "counters", siteId: record.siteId, reading, knownAtMs });
      for (const event of eventsOf(record, knownAtMs, parseAckText)) this.#emit(event);
    }
    for (const { siteId, reason } of batch.quarantine) {
      this.#emit({ type: "refused", siteId, error: reason, atMs: knownAtMs });
    }
    for (const { siteId, stream, sequence } of conflicting) {
      const error = { code: "ingest.conflicting-record", stream, sequence };
      this.#emit({ type: "refused", siteId, error, atMs: knownAtMs });
    }
    this.#acknowledgeSoon();
  }

  /** The first goes at once, those within the next moment together: whoever waits to delete is not kept waiting. */
  #acknowledgeSoon(): void {
    if (this.#acknowledgeTimer !== undefined) return;
    this.#acknowledge();
    this.#acknowledgeTimer = this.#clock.after(this.#acknowledgeEveryMs, () => {
      this.#acknowledgeTimer = undefined;
      if (this.#acknowledgements.sites().length > 0) this.#acknowledgeSoon();
    });
  }

  #acknowledge(): void {
    for (const siteId of this.#acknowledgements.sites()) {
      const metrics = this.#acknowledgements.dueTo(siteId).map((due) => ({
        name: "Sync/Committed",
        datatype: DataType.String,
        value: JSON.stringify(due),
      }));
      // A site that is away is told at its next birth.
      if (this.#command(siteId, metrics) || !this.isOnline(siteId)) this.#acknowledgements.sent(siteId);
    }
  }

  #emit(event: IngestEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

type SiteAction = Extract<HostAction, { type: "node-born" | "node-dead" | "device-born" | "data" }>;

interface PendingBatch extends Omit<IngestBatch, "knownAtMs"> {
  readonly records: IngestBatch["records"][number][];
  readonly quarantine: IngestBatch["quarantine"][number][];
  readonly latest: IngestBatch["latest"][number][];
}

const emptyBatch = (): PendingBatch => ({ records: [], quarantine: [], latest: [] });

/** A birth's record marks announce names and types; they number nothing. */
const isNoMark = ({ name }: HostMetric): boolean => !Object.values<string>(recordMarks).includes(name);

const parseAckText = (text: string) => parseLeaseAck(new TextEncoder().encode(text));
