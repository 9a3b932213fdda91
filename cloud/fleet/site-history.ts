import { FLEET_VERSION, type SiteDocument, type SiteHistoryDocument } from "@penstock/protocol/fleet";
import type { UtcMs } from "@penstock/protocol/units";

/** The last stretch of one site's live values, for a chart that is full as soon as it is opened. */
export class SiteHistory {
  readonly #samplesMax: number;
  readonly #samples: Sample[] = [];

  /** One sample a second: 900 are a quarter of an hour. */
  constructor(samplesMax = 900) {
    this.#samplesMax = samplesMax;
  }

  /** A site that is offline leaves a hole in its chart rather than a flat line. */
  sample({ online, gridPowerW, batteryPowerW, targetPowerW, soc }: SiteDocument, atMs: UtcMs): void {
    this.#samples.push(
      online
        ? { atMs, gridPowerW, batteryPowerW, targetPowerW, soc }
        : { atMs, gridPowerW: null, batteryPowerW: null, targetPowerW: null, soc: null },
    );
    if (this.#samples.length > this.#samplesMax) this.#samples.shift();
  }

  document(siteId: string): SiteHistoryDocument {
    return {
      version: FLEET_VERSION,
      siteId,
      timeMs: this.#samples.map(({ atMs }) => atMs),
      gridPowerW: this.#samples.map(({ gridPowerW }) => gridPowerW),
      batteryPowerW: this.#samples.map(({ batteryPowerW }) => batteryPowerW),
      targetPowerW: this.#samples.map(({ targetPowerW }) => targetPowerW),
      soc: this.#samples.map(({ soc }) => soc),
    };
  }
}

interface Sample extends Pick<SiteDocument, "gridPowerW" | "batteryPowerW" | "targetPowerW" | "soc"> {
  readonly atMs: UtcMs;
}
