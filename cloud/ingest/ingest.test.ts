import { Rng } from "@penstock/protocol/rng";
import {
  type BirthMetric,
  type DataMetric,
  DataType,
  type EdgeAction,
  SparkplugEdgeNode,
} from "@penstock/protocol/sparkplug";
import { type Clock, SimClock } from "@penstock/protocol/time";
import { Ms, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { MemoryBroker, type MemoryLink } from "../broker/index.ts";
import { completeUpToMs, MemoryCloudStore } from "../store/index.ts";
import { Ingest, type IngestEvent } from "./index.ts";

const epoch = "epoch-1";
const startMs = 1_700_000_000_000;

interface Sent {
  readonly sequence: number;
  readonly stream?: string;
  readonly foldedFrom?: number;
  readonly values?: readonly (readonly [string, DataMetric["value"]])[];
  readonly atMs?: number;
}

/** A site as the wire sees it: born with the catalogue's names, sends what it is told to, keeps what it hears. */
class TestSite {
  readonly acknowledged: { epoch: string; stream: string; upTo: number }[] = [];
  readonly commands: string[] = [];
  readonly #link: MemoryLink;
  readonly #clock: Clock;
  readonly #node: SparkplugEdgeNode;
  #epoch = epoch;

  constructor(broker: MemoryBroker, clock: Clock, nodeId = "park") {
    this.#clock = clock;
    this.#link = broker.link({ role: "site", group: "g", node: nodeId });
    this.#node = new SparkplugEdgeNode({ groupId: "g", nodeId, primaryHostId: "cloud", bdSeq: 255 });
    this.#link.onEvent = (event) => {
      if (event.type === "closed")
        clock.after(seconds(1), () => this.#act(this.#node.handle({ type: "start" }, clock.nowMs())));
      if (event.type !== "message") this.#act(this.#node.handle({ type: event.type }, clock.nowMs()));
      else this.#act(this.#node.handle({ ...event.message, type: "message" }, clock.nowMs()));
    };
    this.#act(this.#node.handle({ type: "start" }, clock.nowMs()));
  }

  /** One message of records; the stream is named before its first number. */
  send(records: readonly Sent[], options: { historical?: boolean; device?: string; unnamed?: boolean } = {}): void {
    const nowMs = this.#clock.nowMs();
    const metrics: DataMetric[] = [];
    const add = (name: string, value: DataMetric["value"], atMs = nowMs as number) =>
      metrics.push({ name, value, timestampMs: atMs });
    for (const {
      sequence,
      stream = "telemetry",
      foldedFrom,
      values = [["Power/Grid", sequence]] as const,
      atMs,
    } of records) {
      if (!options.unnamed) {
        add("Record/Epoch", this.#epoch, atMs);
        add("Record/Stream", stream, atMs);
      }
      add("Record/Sequence", sequence, atMs);
      if (foldedFrom !== undefined) add("Record/FoldedFrom", foldedFrom, atMs);
      for (const [name, value] of values) add(name, value, atMs);
    }
    const message = this.#node.data(metrics, nowMs, {
      ...(options.historical && { historical: true }),
      ...(options.device && { device: options.device }),
    });
    if (message === undefined || !this.#link.publish(message)) throw new Error("the test site is not born");
  }

  die(): void {
    this.#link.abort();
  }

  #act(actions: readonly EdgeAction[]): void {
    for (const action of actions) {
      if (action.type === "connect") this.#link.connect(action.session);
      if (action.type === "disconnect") this.#link.disconnect();
      if (action.type === "subscribe") this.#link.subscribe(action.subscriptions);
      if (action.type === "publish") this.#link.publish(action.message);
      if (action.type === "rebirth-needed")
        this.#act(
          this.#node.birth(
            birth(this.#epoch),
            [{ id: "unit-1", metrics: unitBirth(this.#epoch) }],
            this.#clock.nowMs(),
          ),
        );
      if (action.type !== "command") continue;
      for (const { name, value } of action.metrics) {
        this.commands.push(name);
        if (name === "Sync/Committed") this.acknowledged.push(JSON.parse(String(value)));
      }
    }
  }
}

const marks = (of: string): BirthMetric[] => [
  { name: "Record/Epoch", datatype: DataType.String, value: of },
  { name: "Record/Stream", datatype: DataType.String, value: null },
  { name: "Record/Sequence", datatype: DataType.Int64, value: null },
  { name: "Record/FoldedFrom", datatype: DataType.Int64, value: null },
];
const birth = (of: string): BirthMetric[] => [
  ...marks(of),
  { name: "Power/Grid", datatype: DataType.Double, value: 0 },
  ...["Energy/Discharged", "Energy/Charged"].map((name) => ({ name, datatype: DataType.Double, value: null })),
  { name: "Event", datatype: DataType.String, value: null },
  { name: "Dispatch/Ack", datatype: DataType.String, value: null },
  { name: "Dispatch/Lease", datatype: DataType.Bytes, value: null },
  { name: "Sync/Committed", datatype: DataType.String, value: null },
];
const unitBirth = (of: string): BirthMetric[] => [...marks(of), { name: "SoC", datatype: DataType.Double, value: 0.5 }];

function world(store = new MemoryCloudStore()) {
  const clock = new SimClock(UtcMs(startMs));
  const broker = new MemoryBroker({ clock });
  const events: IngestEvent[] = [];
  const ingest = new Ingest({
    hostId: "cloud",
    clock,
    rng: new Rng(1),
    link: broker.link({ role: "host" }),
    store,
    sites: [{ siteId: "park", groupId: "g", nodeId: "park" }],
  });
  ingest.listen((event) => events.push(event));
  ingest.start();
  clock.advance(Ms(100));
  const of = <T extends IngestEvent["type"]>(type: T) =>
    events.filter((event): event is Extract<IngestEvent, { type: T }> => event.type === type);
  const site = (nodeId?: string) => {
    const created = new TestSite(broker, clock, nodeId);
    clock.advance(Ms(300));
    return created;
  };
  const applied = () => of("record").map(({ record }) => record.sequence);
  return { clock, broker, store, ingest, events, of, site, applied };
}

test("what is on disk is acknowledged, once it is on disk and not before", () => {
  const { clock, site, store, ingest, applied } = world();
  const park = site();
  expect(ingest.isOnline("park")).toBe(true);
  park.send([{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }]);
  clock.advance(Ms(49));
  expect(applied()).toEqual([]);
  expect(park.acknowledged).toEqual([]);
  clock.advance(seconds(1));
  expect(applied()).toEqual([1, 2, 3]);
  expect(park.acknowledged).toEqual([{ epoch, stream: "telemetry", upTo: 3 }]);
  expect(store.recordCounts()).toMatchObject({ stored: 3, missing: 0 });
});

test("live comes before backlog: both are kept, the gap is counted, and the acknowledgement waits for it", () => {
  const { clock, site, store, ingest } = world();
  const park = site();
  park.send([{ sequence: 1, atMs: startMs - 9000 }], { historical: true });
  park.send([{ sequence: 10 }]);
  clock.advance(seconds(1));
  expect(park.acknowledged.at(-1)).toMatchObject({ upTo: 1 });
  expect(store.recordCounts()).toMatchObject({ stored: 2, missing: 8 });
  expect(completeUpToMs(ingest.ledger("park"))).toBe(startMs - 9000);
  park.send(
    Array.from({ length: 8 }, (_, i) => ({ sequence: i + 2, atMs: startMs - 8000 + i })),
    { historical: true },
  );
  clock.advance(seconds(1));
  expect(park.acknowledged.at(-1)).toMatchObject({ upTo: 10 });
  expect(store.recordCounts()).toMatchObject({ stored: 10, missing: 0, redelivered: 0 });
});

test("a record that comes again is applied once, counted, and acknowledged again", () => {
  const { clock, site, store, applied } = world();
  const park = site();
  park.send([{ sequence: 1 }, { sequence: 2 }]);
  clock.advance(seconds(1));
  park.send([{ sequence: 1 }, { sequence: 2 }], { historical: true });
  clock.advance(seconds(1));
  expect(applied()).toEqual([1, 2]);
  expect(store.recordCounts()).toMatchObject({ stored: 2, redelivered: 2 });
  expect(park.acknowledged).toEqual([
    { epoch, stream: "telemetry", upTo: 2 },
    { epoch, stream: "telemetry", upTo: 2 },
  ]);
});

test("acknowledgements come at most five times a second, however many messages", () => {
  const { clock, site } = world();
  const park = site();
  for (let sequence = 1; sequence <= 200; sequence++) {
    park.send([{ sequence }]);
    clock.advance(Ms(10));
  }
  clock.advance(seconds(1));
  expect(park.acknowledged.at(-1)).toMatchObject({ upTo: 200 });
  expect(park.acknowledged.length).toBeGreaterThan(5);
  expect(park.acknowledged.length).toBeLessThanOrEqual(12);
});

test("history never takes the place of newer values; a live value does, even from a clock set back", () => {
  const { clock, site, ingest } = world();
  const park = site();
  const grid = () => ingest.latestValue("park", "Power/Grid")?.value;
  park.send([{ sequence: 2, values: [["Power/Grid", 5]] }]);
  clock.advance(Ms(10));
  park.send([{ sequence: 1, values: [["Power/Grid", 1]], atMs: startMs - 60_000 }], { historical: true });
  clock.advance(Ms(10));
  expect(grid()).toBe(5);
  park.send([{ sequence: 3, values: [["Power/Grid", 7]], atMs: startMs - 30_000 }]);
  clock.advance(Ms(10));
  expect(grid()).toBe(7);
});

test("a device's records are its own", () => {
  const { clock, site, of, ingest } = world();
  site().send([{ sequence: 1, values: [["SoC", 0.75]] }], { device: "unit-1" });
  clock.advance(seconds(1));
  expect(of("record").map(({ record }) => [record.device, record.values])).toEqual([["unit-1", [["SoC", 0.75]]]]);
  expect(ingest.latestValue("park", "SoC", "unit-1")?.value).toBe(0.75);
  expect(ingest.latestValue("park", "SoC")).toBeUndefined();
});

test("settlement counters, lease acknowledgements and events are told as what they are", () => {
  const { clock, site, of } = world();
  const ack = { leaseId: "l1", sequence: 4, state: "clamped", powerW: 5, atMs: startMs };
  site().send([
    {
      stream: "settlement",
      sequence: 1,
      values: [
        ["Energy/Discharged", 10],
        ["Energy/Charged", 4],
      ],
    },
    {
      stream: "events",
      sequence: 1,
      values: [
        [
          "Event",
          JSON.stringify({ code: "limit-conflict", level: "alarm", text: "two limits", facts: { state: "begins" } }),
        ],
      ],
    },
    { stream: "events", sequence: 2, values: [["Dispatch/Ack", JSON.stringify(ack)]] },
  ]);
  clock.advance(seconds(1));
  expect(of("counters").map(({ reading }) => reading)).toMatchObject([
    { dischargedWh: 10, chargedWh: 4, exportedWh: null },
  ]);
  expect(of("edge-event").map(({ event }) => event)).toMatchObject([
    { code: "limit-conflict", level: "alarm", facts: { state: "begins" } },
  ]);
  expect(of("lease-ack")).toMatchObject([{ siteId: "park", ack }]);
});

test.each<[string, Sent, string, number]>([
  ["an event nobody can read", { sequence: 2, values: [["Event", "{half"]] }, "ingest.unreadable-document", 3],
  ["an event that is no object", { sequence: 2, values: [["Event", "[1]"]] }, "ingest.unreadable-document", 3],
  ["a summary that begins after its end", { sequence: 2, foldedFrom: 9 }, "ingest.bad-folding", 3],
  ["a number that is none", { sequence: 0 }, "ingest.bad-sequence", 1],
  ["a number below zero", { sequence: -5 }, "ingest.bad-sequence", 1],
])("%s goes to quarantine and holds nothing up", (_what, poison, code, upTo) => {
  const { clock, site, store, of } = world();
  const park = site();
  park.send([{ sequence: 1 }, poison, { sequence: 3 }]);
  clock.advance(seconds(1));
  expect(store.quarantined(9).map(({ reason }) => reason.code)).toEqual([code]);
  expect(of("refused").map(({ error }) => error.code)).toEqual([code]);
  expect(park.acknowledged.at(-1)).toMatchObject({ upTo });
});

test("a record whose stream is not named in its own message is filed nowhere", () => {
  const { clock, site, store } = world();
  const park = site();
  park.send([{ sequence: 1, stream: "events" }]);
  park.send([{ sequence: 2 }], { unnamed: true });
  clock.advance(seconds(1));
  expect(store.ledgers("park")).toMatchObject([{ stream: "events", highest: 1 }]);
  expect(store.quarantined(9)).toMatchObject([{ reason: { code: "ingest.unnamed-stream", sequence: 2 } }]);
});

test("a summary accounts for all it stands for", () => {
  const { clock, site, store } = world();
  const park = site();
  park.send([{ sequence: 1 }, { sequence: 90, foldedFrom: 2 }, { sequence: 91 }], { historical: true });
  clock.advance(seconds(1));
  expect(park.acknowledged.at(-1)).toMatchObject({ upTo: 91 });
  expect(store.recordCounts()).toMatchObject({ stored: 91, missing: 0 });
});

test("a commit that fails is not acknowledged, and the site's next try is taken", () => {
  const store = new MemoryCloudStore();
  const commit = store.commit.bind(store);
  let isFull = true;
  store.commit = (batch) =>
    isFull && batch.records.length > 0 ? { ok: false, error: { code: "store.cannot-commit" } } : commit(batch);
  const { clock, site, of, applied } = world(store);
  const park = site();
  park.send([{ sequence: 1 }]);
  clock.advance(seconds(1));
  expect(park.acknowledged).toEqual([]);
  expect(of("refused")).toMatchObject([{ error: { code: "store.cannot-commit" } }]);
  isFull = false;
  park.send([{ sequence: 1 }], { historical: true });
  clock.advance(seconds(1));
  expect(applied()).toEqual([1]);
  expect(park.acknowledged).toEqual([{ epoch, stream: "telemetry", upTo: 1 }]);
});

test("a site that dies is offline; one that comes back is told at once what we hold", () => {
  const { clock, site, of, ingest } = world();
  const park = site();
  park.send([{ sequence: 1 }, { sequence: 2 }]);
  clock.advance(seconds(1));
  park.die();
  clock.advance(seconds(1));
  expect(ingest.isOnline("park")).toBe(false);
  expect(of("site-offline")).toMatchObject([{ siteId: "park", because: "death" }]);
  expect(ingest.sendLease("park", Uint8Array.of(1))).toBe(false);
  const again = site();
  expect(of("site-online")).toHaveLength(2);
  expect(again.acknowledged).toEqual([{ epoch, stream: "telemetry", upTo: 2 }]);
});

test("a lease reaches its site and no other", () => {
  const { clock, site, ingest } = world();
  const park = site();
  expect(ingest.sendLease("park", Uint8Array.of(1, 2, 3))).toBe(true);
  expect(ingest.sendLease("nowhere", Uint8Array.of(1))).toBe(false);
  clock.advance(seconds(1));
  expect(park.commands).toEqual(["Dispatch/Lease"]);
});

test("a node that is not one of our sites is refused", () => {
  const { clock, site, of, store } = world();
  site("stranger").send([{ sequence: 1 }]);
  clock.advance(seconds(1));
  expect(of("site-online")).toEqual([]);
  expect(of("refused").map(({ error }) => error.code)).toContain("ingest.unknown-site");
  expect(store.recordCounts().stored).toBe(0);
});

test("a host that is cut off hears nobody, comes back by itself, and every site is born again", () => {
  const { clock, broker, site, of, ingest } = world();
  const park = site();
  broker.path("host").cut();
  clock.advance(seconds(60));
  expect(of("site-offline")).toMatchObject([{ because: "host-disconnected" }]);
  broker.path("host").mend();
  clock.advance(seconds(60));
  expect(ingest.isOnline("park")).toBe(true);
  park.send([{ sequence: 1 }]);
  clock.advance(seconds(1));
  expect(park.acknowledged).toEqual([{ epoch, stream: "telemetry", upTo: 1 }]);
});

test("a new aggregator on the same store goes on where the old one was killed", () => {
  const store = new MemoryCloudStore();
  const first = world(store);
  const before = first.site();
  before.send([{ sequence: 1, values: [["Power/Grid", 42]] }]);
  first.clock.advance(seconds(1));
  const second = world(store);
  expect(second.ingest.latestValue("park", "Power/Grid")?.value).toBe(42);
  const after = second.site();
  expect(after.acknowledged).toEqual([{ epoch, stream: "telemetry", upTo: 1 }]);
  after.send([{ sequence: 1, values: [["Power/Grid", 42]] }, { sequence: 2 }]);
  second.clock.advance(seconds(1));
  expect(second.applied()).toEqual([2]);
});

test("stopping commits what has come and says goodbye", () => {
  const { clock, broker, site, ingest, applied } = world();
  site().send([{ sequence: 1 }]);
  clock.advance(Ms(5));
  ingest.stop();
  clock.advance(seconds(60));
  expect(applied()).toEqual([1]);
  expect(new TextDecoder().decode(broker.retained("spBv1.0/STATE/cloud")?.payload)).toContain('"online":false');
});
