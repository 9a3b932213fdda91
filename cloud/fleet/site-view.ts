import { FLEET_VERSION, type SiteDocument, type SiteState } from "@penstock/protocol/fleet";
import type { SiteMetricName } from "@penstock/protocol/telemetry";
import type { UtcMs, W } from "@penstock/protocol/units";
import type { SiteValue } from "../ingest/index.ts";

/** What a site's document says about the cloud's side of it. */
export interface SiteStanding {
  readonly online: boolean;
  readonly receivedAtMs: UtcMs | null;
  readonly completeUpToMs: UtcMs | null;
  readonly awardPowerW: W | null;
  readonly openAlarms: number;
}

/** One site's latest values by metric name, and the document they make. */
export class SiteView {
  readonly siteId: string;
  readonly name: string;
  readonly #values = new Map<string, SiteValue>();

  constructor(siteId: string, name: string) {
    this.siteId = siteId;
    this.name = name;
  }

  take(values: readonly SiteValue[]): void {
    for (const value of values) this.#values.set(value.name, value);
  }

  number(name: SiteMetricName): number | null {
    const value = this.#values.get(name)?.value;
    return typeof value === "number" ? value : null;
  }

  document({ online, receivedAtMs, completeUpToMs, awardPowerW, openAlarms }: SiteStanding): SiteDocument {
    const numbers = Object.fromEntries(
      Object.entries(fields).map(([field, name]) => [field, this.number(name)]),
    ) as unknown as Pick<SiteDocument, keyof typeof fields>; // The table names every field with its metric.
    const because = this.#text("Control/Because");
    const partial = { ...numbers, because: because === null || because === "" ? [] : because.split(",").map(trim) };
    return {
      version: FLEET_VERSION,
      siteId: this.siteId,
      name: this.name,
      state: stateOf(online, openAlarms, partial),
      online,
      dataAtMs: this.#newestMs(),
      receivedAtMs,
      completeUpToMs,
      ...partial,
      awardPowerW,
      source: this.#text("Control/Source"),
      openAlarms,
    };
  }

  #text(name: SiteMetricName): string | null {
    const value = this.#values.get(name)?.value;
    return typeof value === "string" ? value : null;
  }

  /** A value the site says it does not know is not a measurement. */
  #newestMs(): UtcMs | null {
    let newest: UtcMs | null = null;
    for (const { value, aboutMs } of this.#values.values()) {
      if (value !== null && (newest === null || aboutMs > newest)) newest = aboutMs;
    }
    return newest;
  }
}

/** Fields of the document and the metrics they are. */
const fields = {
  gridPowerW: "Power/Grid",
  batteryPowerW: "Power/Battery",
  wishPowerW: "Power/Wish",
  targetPowerW: "Power/Target",
  powerWMin: "Power/Min",
  powerWMax: "Power/Max",
  leaseSequence: "Control/LeaseSequence",
  soc: "Energy/SoC",
  capacityWh: "Energy/Capacity",
  chargeCapabilityW: "Capability/Charge",
  dischargeCapabilityW: "Capability/Discharge",
  unitsAvailable: "Units/Available",
  unitsTotal: "Units/Total",
  gridFrequencyHz: "Grid/Frequency",
} as const satisfies Partial<Record<keyof SiteDocument, SiteMetricName>>;

type Judged = Pick<SiteDocument, "wishPowerW" | "targetPowerW" | "because">;

function stateOf(online: boolean, openAlarms: number, site: Judged): SiteState {
  if (!online) return "offline";
  if (openAlarms > 0) return "alarm";
  return isLimited(site) ? "limited" : "normal";
}

/** It does less than it was asked and says why. A difference without a reason is a ramp under way. */
function isLimited({ wishPowerW, targetPowerW, because }: Judged): boolean {
  if (wishPowerW === null || targetPowerW === null || because.length === 0) return false;
  return Math.abs(wishPowerW - targetPowerW) > Math.max(100, 0.01 * Math.abs(wishPowerW));
}

const trim = (text: string): string => text.trim();
