import { invariant } from "../result/index.ts";
import type { DataType } from "./data-type.ts";
import type { Metric, MetricValue, PropertySet } from "./payload.ts";
import { quality } from "./payload.ts";
import { fitsDataType } from "./value.ts";

/** A metric as a birth announces it. A null value is one not known yet. */
export interface BirthMetric {
  readonly name: string;
  readonly datatype: DataType;
  readonly value?: MetricValue | null;
  readonly timestampMs?: number;
  readonly properties?: PropertySet;
}

/** A change of a metric announced before. */
export interface DataMetric {
  readonly name: string;
  readonly value: MetricValue | null;
  readonly timestampMs: number;
  readonly properties?: PropertySet;
}

export interface BirthDevice {
  readonly id: string;
  readonly metrics: readonly BirthMetric[];
}

/** What an edge node has announced: which metrics it and its devices have, their types and their aliases. */
export class BirthBook {
  /** Announced in the births now in force. The node itself is the device without a name. */
  readonly #announced = new Map<string, Map<string, AnnouncedMetric>>();
  /**
   * An alias is never given to another metric while this process lives, so a command on its way when the
   * births change cannot arrive at the wrong one.
   */
  readonly #aliases = new Map<string, number>();
  readonly #byAlias = new Map<number, { device: string; name: string }>();

  clear(): void {
    this.#announced.clear();
  }

  forget(device: string): void {
    this.#announced.delete(device);
  }

  /** Names with aliases, types and values, as NBIRTH and DBIRTH carry them. */
  announce(device: string, metrics: readonly BirthMetric[], nowMs: number): Metric[] {
    const announced = new Map<string, AnnouncedMetric>();
    this.#announced.set(device, announced);
    return metrics.map((metric) => {
      const { name, datatype } = metric;
      invariant(!announced.has(name), `a birth names each metric once, and ${name} twice`);
      const alias = this.#aliasOf(device, name);
      announced.set(name, { alias, datatype });
      return { name, alias, timestampMs: metric.timestampMs ?? nowMs, datatype, ...valueFields(metric, datatype) };
    });
  }

  /** Alias and value, as data carry them. Metrics not announced are left out. */
  changes(device: string, metrics: readonly DataMetric[], historical: boolean): Metric[] {
    const announced = this.#announced.get(device);
    if (announced === undefined) return [];
    const changes: Metric[] = [];
    for (const metric of metrics) {
      const known = announced.get(metric.name);
      if (known === undefined) continue;
      const { value, properties, timestampMs } = metric;
      const { alias, datatype } = known;
      // The common case without the spreads of the others: a good value, live.
      if (!historical && properties === undefined && value !== null && fitsDataType(value, datatype)) {
        changes.push({ alias, timestampMs, datatype, value });
        continue;
      }
      const fields = valueFields(metric, datatype);
      changes.push({ alias, timestampMs, datatype, ...(historical && { isHistorical: true }), ...fields });
    }
    return changes;
  }

  knows(device: string, name: string): boolean {
    return this.#announced.get(device)?.has(name) === true;
  }

  hasDevice(device: string): boolean {
    return this.#announced.has(device);
  }

  /** Which announced metric a command means, by name or by alias. */
  find(device: string, metric: Metric): { readonly name: string; readonly datatype: DataType } | undefined {
    const named = metric.alias === undefined ? undefined : this.#byAlias.get(metric.alias);
    const name = metric.name ?? (named?.device === device ? named.name : undefined);
    const known = name === undefined ? undefined : this.#announced.get(device)?.get(name);
    return name === undefined || known === undefined ? undefined : { name, datatype: known.datatype };
  }

  #aliasOf(device: string, name: string): number {
    const key = `${device}\n${name}`;
    const held = this.#aliases.get(key);
    if (held !== undefined) return held;
    const alias = this.#aliases.size + 1;
    this.#aliases.set(key, alias);
    this.#byAlias.set(alias, { device, name });
    return alias;
  }
}

interface AnnouncedMetric {
  readonly alias: number;
  readonly datatype: DataType;
}

type ValueFields = Pick<Metric, "isNull" | "value" | "properties">;

/** A value that does not fit the announced type is sent as null of bad quality: one poor reading stops nothing. */
function valueFields(
  { value, properties }: Pick<BirthMetric, "value" | "properties">,
  datatype: DataType,
): ValueFields {
  if (value === null || value === undefined) return { isNull: true, ...(properties && { properties }) };
  if (!fitsDataType(value, datatype)) return { isNull: true, properties: { ...properties, ...quality.bad } };
  return { value, ...(properties && { properties }) };
}
