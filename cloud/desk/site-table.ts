import type { UtcMs, W } from "@penstock/protocol/units";
import type { StoredValue } from "../store/index.ts";
import type { SiteReading } from "./site-reading.ts";

export interface ToldValue {
  readonly name: string;
  readonly value: StoredValue;
  readonly aboutMs: UtcMs;
}

/** Keeps the reading of each site up to date from what it tells about itself, unit values left out. */
export class SiteTable {
  readonly #sites = new Map<string, SiteReading>();

  reading(siteId: string): SiteReading {
    return this.#sites.get(siteId) ?? { online: false };
  }

  setOnline(siteId: string, online: boolean): void {
    this.#sites.set(siteId, { ...this.reading(siteId), online });
  }

  take(siteId: string, values: readonly ToldValue[]): void {
    const next: Writable = { ...this.reading(siteId) };
    for (const { name, value, aboutMs } of values) {
      // A site that says it does not know speaks too: it is fresh, and the value is gone.
      if (next.measuredAtMs === undefined || aboutMs > next.measuredAtMs) next.measuredAtMs = aboutMs;
      if (name === "Capability/Hash") {
        if (typeof value === "string" && value !== "") next.capabilityHash = value;
        else delete next.capabilityHash;
        continue;
      }
      const field = fieldOf[name];
      if (field === undefined) continue;
      if (typeof value === "number") Object.assign(next, { [field]: value });
      else delete next[field];
    }
    this.#sites.set(siteId, next);
  }
}

type Writable = { -readonly [K in keyof SiteReading]: SiteReading[K] };
type Measured = "soc" | "capacityWh" | "powerWMaxCharge" | "powerWMaxDischarge" | "batteryPowerW" | "gridPowerW";

/** Names of the telemetry catalogue. */
const fieldOf: Readonly<Record<string, Measured>> = {
  "Energy/SoC": "soc",
  "Energy/Capacity": "capacityWh",
  "Capability/Charge": "powerWMaxCharge",
  "Capability/Discharge": "powerWMaxDischarge",
  "Power/Battery": "batteryPowerW",
  "Power/Grid": "gridPowerW",
};

/** What a market's operator would measure of a site. */
export const settledPowerW = (reading: SiteReading, source: "grid" | "storage"): W | undefined =>
  source === "grid" ? reading.gridPowerW : reading.batteryPowerW;
