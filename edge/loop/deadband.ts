import type { MetricDefinition } from "@penstock/protocol/telemetry";
import type { MonotonicMs } from "@penstock/protocol/units";
import type { RecordMetric } from "../store/edge-store.ts";

export type MetricValue = RecordMetric[1];

/** What of a set of metrics is worth a message: a change beyond its deadband, and everything once a minute. */
export class Deadband {
  readonly #definitions: readonly MetricDefinition[];
  readonly #sent: MetricValue[];
  readonly #sentAtMs: number[];

  constructor(definitions: readonly MetricDefinition[]) {
    this.#definitions = definitions;
    this.#sent = definitions.map(() => null);
    this.#sentAtMs = definitions.map(() => Number.NEGATIVE_INFINITY);
  }

  /** `values` in the order of the definitions. */
  select(values: readonly MetricValue[], nowMs: MonotonicMs): RecordMetric[] {
    const selected: RecordMetric[] = [];
    this.#definitions.forEach((definition, index) => {
      const value = values[index] ?? null;
      const isDue = nowMs - (this.#sentAtMs[index] ?? 0) >= REFRESH_MS;
      if (!isDue && !differs(value, this.#sent[index] ?? null, definition.deadband)) return;
      this.#sent[index] = value;
      this.#sentAtMs[index] = nowMs;
      selected.push([definition.name, value]);
    });
    return selected;
  }
}

const REFRESH_MS = 60_000;

const differs = (a: MetricValue, b: MetricValue, deadband: number): boolean =>
  typeof a === "number" && typeof b === "number" && deadband > 0 ? Math.abs(a - b) >= deadband : a !== b;
