import type { BirthDevice, BirthMetric, MetricValue } from "@penstock/protocol/sparkplug";
import {
  type MetricDefinition,
  RECORD_METRICS,
  SITE_COMMANDS,
  SITE_METRICS,
  UNIT_METRICS,
} from "@penstock/protocol/telemetry";
import type { StoredRecord } from "../store/edge-store.ts";
import { FOLDED_FROM, sparkplugType } from "./record-message.ts";

/** The last known value of everything the site reports: what a birth certificate says is so now. */
export class Births {
  readonly #unitIds: readonly string[];
  /** By device (the site itself under the empty name), then by metric. */
  readonly #current = new Map<string, Map<string, Known>>();

  constructor(unitIds: readonly string[]) {
    this.#unitIds = unitIds;
  }

  /** Telemetry and settlement only: an old event is not how things stand. */
  remember(record: StoredRecord): void {
    if (record.stream === "events") return;
    const device = record.device ?? "";
    const current = this.#current.get(device) ?? new Map<string, Known>();
    this.#current.set(device, current);
    for (const [name, value] of record.metrics) current.set(name, { value, timeMs: record.timeMs });
  }

  node(epoch: string): BirthMetric[] {
    return [...this.#records(epoch), ...SITE_METRICS.map((metric) => this.#birth(metric, undefined)), ...commands()];
  }

  devices(epoch: string): BirthDevice[] {
    return this.#unitIds.map((id) => ({
      id,
      metrics: [...this.#records(epoch), ...UNIT_METRICS.map((metric) => this.#birth(metric, id))],
    }));
  }

  #records(epoch: string): BirthMetric[] {
    return [...RECORD_METRICS, FOLDED_FROM].map(({ name, type }) => ({
      name,
      datatype: sparkplugType(type),
      value: name === "Record/Epoch" ? epoch : null,
    }));
  }

  #birth({ name, type }: MetricDefinition, device: string | undefined): BirthMetric {
    const known = this.#current.get(device ?? "")?.get(name);
    const datatype = sparkplugType(type);
    return known === undefined
      ? { name, datatype, value: null }
      : { name, datatype, value: known.value, timestampMs: known.timeMs };
  }
}

interface Known {
  readonly value: MetricValue | null;
  readonly timeMs: number;
}

const commands = (): BirthMetric[] =>
  SITE_COMMANDS.map(({ name, type }) => ({ name, datatype: sparkplugType(type), value: null }));
