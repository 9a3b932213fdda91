import type { SiteReading } from "@penstock/cloud/desk/site-reading.ts";
import type { Market, ReserveAward } from "@penstock/cloud/markets/index.ts";
import { hours, UtcMs, W } from "@penstock/protocol/units";
import { PARK } from "./market-day-setting.ts";

const WHOLE_WH = 1;

/** The park of a market day: it follows its awards as far as its energy goes, from one interval to the next. */
export class MarketDayPark {
  soc = 0.5;
  powerW = W(0);
  readonly #market: Market;
  readonly #intervalH: number;

  constructor(market: Market) {
    this.#market = market;
    this.#intervalH = market.intervalMs / hours(1);
  }

  /** What it says of itself. */
  reading(nowMs: UtcMs): SiteReading {
    return {
      online: true,
      measuredAtMs: UtcMs(nowMs - 500),
      soc: this.soc,
      capacityWh: PARK.capacityWh,
      powerWMaxCharge: PARK.powerWMaxCharge,
      powerWMaxDischarge: PARK.powerWMaxDischarge,
      batteryPowerW: this.powerW,
      gridPowerW: this.powerW,
      capabilityHash: "settings-1",
    };
  }

  /** What is in store, and the room that is left, as power held for a whole interval. */
  reach(): { readonly mostW: number; readonly leastW: number } {
    const { outWh, inWh } = this.#behind();
    return { mostW: Math.max(0, outWh / this.#intervalH), leastW: -Math.max(0, inWh / this.#intervalH) };
  }

  /** Does an award for an interval; what of it was not there, MWh. */
  follow(targetW: W): number {
    const { mostW, leastW } = this.reach();
    const powerW = W(Math.max(leastW, Math.min(mostW, targetW)));
    const cellsW = powerW > 0 ? powerW / PARK.efficiencyOneWay : powerW * PARK.efficiencyOneWay;
    this.soc -= (cellsW * this.#intervalH) / PARK.capacityWh;
    this.powerW = powerW;
    return (Math.abs(targetW - powerW) * this.#intervalH) / 1e6;
  }

  /** Whether what is in store, and the room that is left, stand behind all the reserves that were sold. */
  isBacking(enabled: readonly ReserveAward[]): boolean {
    const { reserves } = this.#market;
    // In the NEM the slower services follow on the faster ones with the same megawatts.
    if (reserves === undefined || reserves.storedEnergy === "together") return true;
    const needsWh = (way: "up" | "down"): number =>
      enabled.reduce((sum, { product, direction, enabledW, interval }) => {
        const known = reserves.productsAt(interval.startMs).find(({ name }) => name === product);
        const lastsH = (known?.sustainMs ?? Number.POSITIVE_INFINITY) / hours(1);
        return direction === way || direction === "both" ? sum + enabledW * lastsH : sum;
      }, 0);
    const { outWh, inWh } = this.#behind();
    return needsWh("up") <= outWh + WHOLE_WH && needsWh("down") <= inWh + WHOLE_WH;
  }

  #behind(): { readonly outWh: number; readonly inWh: number } {
    const { socMin, socMax, capacityWh, efficiencyOneWay } = PARK;
    return {
      outWh: (this.soc - socMin) * capacityWh * efficiencyOneWay,
      inWh: ((socMax - this.soc) * capacityWh) / efficiencyOneWay,
    };
  }
}
