import { UNIT_METRICS } from "@penstock/protocol/telemetry";
import type { MonotonicMs } from "@penstock/protocol/units";
import type { SiteConfig } from "../config/site-config.ts";
import type { NewRecord, RecordMetric } from "../store/edge-store.ts";
import { Deadband } from "./deadband.ts";
import {
  LIVE_METRICS,
  SETTLEMENT_METRICS,
  type SiteMoment,
  settlementValues,
  siteValues,
  unitValues,
} from "./site-metrics.ts";

/** Turns cycles into records: who is due now, and of that what has changed. */
export class Telemetry {
  readonly #config: SiteConfig;
  readonly #site = new Deadband(LIVE_METRICS);
  readonly #units: readonly Deadband[];
  #siteDueMs = Number.NEGATIVE_INFINITY;
  #unitsDueMs = Number.NEGATIVE_INFINITY;
  /** The settlement interval the last counters were taken in. */
  #settled = Number.NaN;

  constructor(config: SiteConfig) {
    this.#config = config;
    this.#units = config.units.map(() => new Deadband(UNIT_METRICS));
  }

  /** `moment` is asked for only when something is due. */
  records(
    nowMs: MonotonicMs,
    wallMs: number,
    moment: () => SiteMoment,
    commandedW: ReadonlyMap<string, number>,
  ): NewRecord[] {
    const { siteEveryMs, unitsEveryMs, settlementEveryMs } = this.#config.telemetry;
    const settled = Math.floor(wallMs / settlementEveryMs);
    const isSettlementDue = settled !== this.#settled;
    const isSiteDue = nowMs >= this.#siteDueMs;
    const areUnitsDue = nowMs >= this.#unitsDueMs;
    if (!isSettlementDue && !isSiteDue && !areUnitsDue) return [];

    const seen = moment();
    const timeMs = seen.image.nowMs;
    const records: NewRecord[] = [];
    if (isSettlementDue) {
      this.#settled = settled;
      const values = settlementValues(seen);
      const metrics = SETTLEMENT_METRICS.map((metric, index): RecordMetric => [metric.name, values[index] ?? null]);
      records.push({ stream: "settlement", timeMs, metrics });
    }
    if (isSiteDue) {
      this.#siteDueMs = nextDue(this.#siteDueMs, nowMs, siteEveryMs);
      const metrics = this.#site.select(siteValues(seen), nowMs);
      if (metrics.length > 0) records.push({ stream: "telemetry", timeMs, metrics });
    }
    if (areUnitsDue) {
      this.#unitsDueMs = nextDue(this.#unitsDueMs, nowMs, unitsEveryMs);
      seen.image.units.forEach((unit, index) => {
        const metrics = this.#units[index]?.select(unitValues(unit, commandedW.get(unit.id)), nowMs) ?? [];
        if (metrics.length > 0) records.push({ stream: "telemetry", device: unit.id, timeMs, metrics });
      });
    }
    return records;
  }
}

/** On the grid of the first one, so that a late cycle does not move the next record. */
const nextDue = (dueMs: number, nowMs: number, everyMs: number): number =>
  dueMs + everyMs > nowMs ? dueMs + everyMs : nowMs + everyMs;
