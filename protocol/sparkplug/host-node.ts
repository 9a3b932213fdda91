import type { CodedError } from "../result/index.ts";
import type { DataType } from "./data-type.ts";
import type { Metric, MetricValue, Payload, PropertySet } from "./payload.ts";
import { interpretValue } from "./value.ts";

/** A metric as the host hands it on: named, typed, timed. */
export interface HostMetric {
  readonly name: string;
  readonly datatype: DataType;
  /** Null when the node does not know it. */
  readonly value: MetricValue | null;
  readonly timestampMs: number;
  /** Sent later than measured: it never changes what is current. */
  readonly isHistorical: boolean;
  readonly properties?: PropertySet;
}

/** A value to write. Null writes a null. */
export interface HostCommandMetric {
  readonly name: string;
  readonly datatype: DataType;
  readonly value: MetricValue | null;
}

/** A sequenced message held until those before it have come. */
export interface Sequenced {
  readonly topic: string;
  readonly verb: "NDATA" | "DBIRTH" | "DDATA" | "DDEATH";
  /** Empty for the node itself. */
  readonly device: string;
  readonly payload: Payload;
}

export type RebirthReason = "not-born" | "sequence-gap" | "unknown-metric" | "unknown-device";

/** What the host remembers of one edge node since its NBIRTH: names, types, aliases, devices, and what is missing. */
export class HostNode {
  readonly groupId: string;
  readonly nodeId: string;
  isBorn = false;
  bdSeq = 0;
  expectedSeq = 0;
  latestSeq = 0;
  /** Messages that came too early, by sequence number: at most 255. */
  readonly early = new Map<number, Sequenced>();
  /** When the gap was noticed. */
  gapSinceMs: number | undefined;
  /** A request that came too soon after the last, to be made later. */
  wantsRebirth: RebirthReason | undefined;
  rebirthAskedMs: number | undefined;
  readonly #devices = new Map<string, Map<string, Announced>>();
  readonly #byAlias = new Map<number, { readonly device: string; readonly metric: Announced }>();

  constructor(groupId: string, nodeId: string) {
    this.groupId = groupId;
    this.nodeId = nodeId;
  }

  get deviceIds(): readonly string[] {
    return [...this.#devices.keys()].filter((id) => id !== "");
  }

  /** Everything announced is void: before a new birth, and at death. */
  forgetAll(): void {
    this.isBorn = false;
    this.early.clear();
    this.gapSinceMs = undefined;
    this.#devices.clear();
    this.#byAlias.clear();
  }

  hasDevice(device: string): boolean {
    return this.#devices.has(device);
  }

  forgetDevice(device: string): void {
    this.#devices.delete(device);
    for (const [alias, known] of this.#byAlias) if (known.device === device) this.#byAlias.delete(alias);
  }

  /** Learns names, types and aliases from a birth, and reads its values. */
  announce(device: string, payload: Payload): { metrics: HostMetric[]; refused: CodedError[] } {
    this.forgetDevice(device);
    const announced = new Map<string, Announced>();
    this.#devices.set(device, announced);
    for (const { name, alias, datatype } of payload.metrics) {
      if (name === undefined || datatype === undefined) continue;
      const metric = { name, datatype, ...(alias !== undefined && { alias }) };
      announced.set(name, metric);
      if (alias !== undefined) this.#byAlias.set(alias, { device, metric });
    }
    return this.read(device, payload);
  }

  /** Resolves aliases, types and times. What cannot be resolved is refused by itself; the rest goes on. */
  read(device: string, payload: Payload): { metrics: HostMetric[]; refused: CodedError[] } {
    const metrics: HostMetric[] = [];
    const refused: CodedError[] = [];
    for (const metric of payload.metrics) {
      const known = this.#find(device, metric);
      if (known === undefined) {
        refused.push({ code: "sparkplug.unknown-metric", metric: metric.name ?? `alias ${metric.alias}` });
        continue;
      }
      const value = readValue(metric, known.datatype);
      if (value === undefined) {
        refused.push({ code: "sparkplug.wrong-type", metric: known.name, datatype: known.datatype });
        continue;
      }
      metrics.push({
        name: known.name,
        datatype: known.datatype,
        value,
        timestampMs: metric.timestampMs ?? payload.timestampMs ?? 0,
        isHistorical: metric.isHistorical === true,
        ...(metric.properties && { properties: metric.properties }),
      });
    }
    return { metrics, refused };
  }

  /** As it goes into a command: by alias where the birth gave one (then the name must stay out). */
  addressed(device: string, { name, datatype, value }: HostCommandMetric, nowMs: number): Metric {
    const alias = this.#devices.get(device)?.get(name)?.alias;
    return commandMetric(alias === undefined ? { name } : { alias }, datatype, value, nowMs);
  }

  #find(device: string, metric: Metric): Announced | undefined {
    if (metric.name !== undefined) return this.#devices.get(device)?.get(metric.name);
    const known = metric.alias === undefined ? undefined : this.#byAlias.get(metric.alias);
    return known?.device === device ? known.metric : undefined;
  }
}

export function commandMetric(
  address: { readonly name: string } | { readonly alias: number },
  datatype: DataType,
  value: MetricValue | null,
  nowMs: number,
): Metric {
  return { ...address, timestampMs: nowMs, datatype, ...(value === null ? { isNull: true } : { value }) };
}

interface Announced {
  readonly name: string;
  readonly datatype: DataType;
  readonly alias?: number;
}

/** Null for a null, undefined for a value that cannot be of its type. */
function readValue(metric: Metric, datatype: DataType): MetricValue | null | undefined {
  if (metric.isNull === true) return null;
  return metric.value === undefined ? undefined : interpretValue(metric.value, datatype);
}
