import { openLease, publicKeyOf, type SigningKey } from "@penstock/protocol/lease";
import type { MqttLink } from "@penstock/protocol/link";
import {
  type BirthMetric,
  DataType,
  type EdgeAction,
  type EdgeEvent,
  SparkplugEdgeNode,
} from "@penstock/protocol/sparkplug";
import { type Clock, onGrid } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import type { SiteEntry } from "../../config/cloud-config.ts";

/**
 * A site as the cloud hears it: a lossless battery that does what its newest lease says, told over the wire once a
 * second. No limits, no devices, no store: those are the edge's own tests.
 */
export class TameSite {
  readonly sequences: number[] = [];
  soc = 0.5;
  powerW = 0;
  readonly #clock: Clock;
  readonly #link: MqttLink;
  readonly #entry: SiteEntry;
  readonly #signingKey: SigningKey;
  readonly #node: SparkplugEdgeNode;
  readonly #recorded = { settlement: 0, events: 0 };
  #outWh = 0;
  #inWh = 0;
  #expiresAtMs = 0;

  constructor(clock: Clock, link: MqttLink, entry: SiteEntry, signingKey: SigningKey) {
    this.#clock = clock;
    this.#link = link;
    this.#entry = entry;
    this.#signingKey = signingKey;
    this.#node = new SparkplugEdgeNode({
      groupId: entry.groupId,
      nodeId: entry.nodeId,
      primaryHostId: "penstock-cloud",
      bdSeq: 255,
    });
    link.onEvent = (event) => {
      if (event.type === "message") this.#handle({ type: "message", ...event.message });
      else this.#handle(event);
      if (event.type === "closed") clock.after(seconds(1), () => this.#handle({ type: "start" }));
    };
    onGrid(clock, seconds(1), () => this.#second());
  }

  start(): void {
    this.#handle({ type: "start" });
  }

  #second(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs >= this.#expiresAtMs) this.powerW = 0;
    const energyWh = this.powerW / 3600;
    if (energyWh > 0) this.#outWh += energyWh;
    else this.#inWh -= energyWh;
    this.soc -= energyWh / this.#entry.capacityWh;
    if (!this.#node.isBorn) return;
    this.#data(this.#values().map(({ name, value }) => [name, value as number]));
    if (Math.floor(nowMs / 1000) % 10 !== 0) return;
    this.#record("settlement", [
      ["Energy/Exported", this.#outWh],
      ["Energy/Imported", this.#inWh],
    ]);
  }

  #lease(envelope: Uint8Array): void {
    const { keyId, privateKey } = this.#signingKey;
    const opened = openLease(envelope, [{ keyId, publicKey: publicKeyOf(privateKey) }]);
    if (!opened.ok) throw new Error(opened.error.code);
    const { lease } = opened.value;
    this.sequences.push(lease.sequence);
    this.powerW = lease.powerW;
    this.#expiresAtMs = lease.expiresAtMs;
    const ack = { leaseId: lease.id, sequence: lease.sequence, atMs: this.#clock.nowMs() };
    for (const state of ["received", "applied"]) {
      this.#record("events", [["Dispatch/Ack", JSON.stringify({ ...ack, state })]]);
    }
  }

  #record(stream: "settlement" | "events", values: readonly (readonly [string, number | string])[]): void {
    this.#recorded[stream] += 1;
    this.#data([
      ["Record/Epoch", "epoch-1"],
      ["Record/Stream", stream],
      ["Record/Sequence", this.#recorded[stream]],
      ...values,
    ]);
  }

  #data(values: readonly (readonly [string, number | string])[]): void {
    const timestampMs = this.#clock.nowMs();
    const metrics = values.map(([name, value]) => ({ name, value, timestampMs }));
    const message = this.#node.data(metrics, timestampMs);
    if (message !== undefined) this.#link.publish(message);
  }

  #handle(event: EdgeEvent): void {
    for (const action of this.#node.handle(event, this.#clock.nowMs())) this.#act(action);
  }

  #act(action: EdgeAction): void {
    switch (action.type) {
      case "connect":
        this.#link.connect(action.session);
        return;
      case "subscribe":
        this.#link.subscribe(action.subscriptions);
        return;
      case "publish":
        this.#link.publish(action.message);
        return;
      case "disconnect":
        this.#link.disconnect();
        return;
      case "rebirth-needed":
        for (const born of this.#node.birth([...this.#values(), ...quiet], [], this.#clock.nowMs())) this.#act(born);
        return;
      case "command":
        for (const { name, value } of action.metrics) {
          if (name === "Dispatch/Lease" && value instanceof Uint8Array) this.#lease(value);
        }
    }
  }

  #values(): readonly BirthMetric[] {
    const { capacityWh, powerWMaxCharge, powerWMaxDischarge } = this.#entry;
    const values = {
      "Energy/SoC": this.soc,
      "Energy/Capacity": capacityWh,
      "Capability/Charge": powerWMaxCharge,
      "Capability/Discharge": powerWMaxDischarge,
      "Power/Battery": this.powerW,
      "Power/Grid": this.powerW,
    };
    return Object.entries(values).map(([name, value]) => ({ name, datatype: DataType.Double, value }));
  }
}

/** Announced at birth, sent when there is something to say. */
const quiet: readonly BirthMetric[] = [
  { name: "Capability/Hash", datatype: DataType.String, value: "settings-1" },
  { name: "Record/Epoch", datatype: DataType.String, value: "epoch-1" },
  { name: "Record/Stream", datatype: DataType.String, value: null },
  { name: "Record/Sequence", datatype: DataType.Int64, value: null },
  { name: "Energy/Exported", datatype: DataType.Double, value: 0 },
  { name: "Energy/Imported", datatype: DataType.Double, value: 0 },
  { name: "Dispatch/Ack", datatype: DataType.String, value: null },
  { name: "Dispatch/Lease", datatype: DataType.Bytes, value: null },
  { name: "Sync/Committed", datatype: DataType.String, value: null },
];
