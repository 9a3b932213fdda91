import { clearSky, worksLoad } from "../plant/daily-shape.ts";
import { twoHourContainer } from "../plant/ratings.ts";
import type { SiteSpec } from "./site-spec.ts";

/** Four containers beside a works at the end of a weak 11 kV line: import at most 4 MW, export at most 5 MW. */
export const feeder: SiteSpec = {
  name: "feeder",
  unitCount: 4,
  unit: twoHourContainer,
  feeder: {
    voltageVNominal: 11_000,
    shortCircuitVA: 60e6,
    reactanceRatio: 1.2,
    transformerVA: 10e6,
    noLoadLossW: 7000,
    loadLossW: 50_000,
  },
  connectionLimitW: { min: -4e6, max: 5e6 },
  load: { shape: worksLoad, powerWMax: 2_500_000, variation: 0.03 },
  solar: { shape: clearSky, powerWMax: 400_000, variation: 0.1 },
  frequencyHzNominal: 50,
  solarOffsetMs: 10 * 3_600_000,
  ambient: { meanC: 19, swingC: 8 },
};
