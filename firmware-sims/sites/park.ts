import { clearSky, stationLoad } from "../plant/daily-shape.ts";
import { twoHourContainer } from "../plant/ratings.ts";
import type { SiteSpec } from "./site-spec.ts";

/** Ten containers behind a stiff 33 kV connection of 20 MW, and nothing else but the station's own load. */
export const park: SiteSpec = {
  name: "park",
  unitCount: 10,
  unit: twoHourContainer,
  feeder: {
    voltageVNominal: 33_000,
    shortCircuitVA: 400e6,
    reactanceRatio: 6,
    transformerVA: 25e6,
    noLoadLossW: 14_000,
    loadLossW: 95_000,
  },
  connectionLimitW: { min: -20e6, max: 20e6 },
  load: { shape: stationLoad, powerWMax: 60_000, variation: 0.05 },
  solar: { shape: clearSky, powerWMax: 0, variation: 0 },
  frequencyHzNominal: 50,
  solarOffsetMs: 10 * 3_600_000,
  ambient: { meanC: 17, swingC: 7 },
};
