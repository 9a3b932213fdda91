import { clearSky, stationLoad, worksLoad } from "../plant/daily-shape.ts";
import { twoHourContainer } from "../plant/ratings.ts";
import type { SiteSpec } from "./site-spec.ts";

/**
 * Four containers on two cables of one yard, each cable with a meter of its own: the northern one is shared with a works, the
 * southern one carries its containers and nothing else. The connection would carry more than both.
 */
export const yard: SiteSpec = {
  name: "yard",
  unitCount: 4,
  unit: twoHourContainer,
  feeder: {
    voltageVNominal: 33_000,
    shortCircuitVA: 300e6,
    reactanceRatio: 5,
    transformerVA: 12e6,
    noLoadLossW: 8000,
    loadLossW: 55_000,
  },
  connectionLimitW: { min: -8e6, max: 8e6 },
  branches: [
    {
      id: "north",
      units: [0, 1],
      limitW: { min: -2.1e6, max: 2.1e6 },
      load: { shape: worksLoad, powerWMax: 1_400_000, variation: 0.03 },
    },
    { id: "south", units: [2, 3], limitW: { min: -3e6, max: 3e6 } },
  ],
  load: { shape: stationLoad, powerWMax: 30_000, variation: 0.05 },
  solar: { shape: clearSky, powerWMax: 0, variation: 0 },
  frequencyHzNominal: 50,
  solarOffsetMs: 10 * 3_600_000,
  ambient: { meanC: 18, swingC: 7 },
};
