import { clearSky, homesLoad } from "../plant/daily-shape.ts";
import { homeBattery } from "../plant/ratings.ts";
import type { SiteSpec } from "./site-spec.ts";

/** Twenty homes on one street transformer, each with a battery; together 50 kW of load and 80 kW of roof solar at their peaks. */
export const street: SiteSpec = {
  name: "street",
  unitCount: 20,
  unit: homeBattery,
  feeder: {
    voltageVNominal: 400,
    shortCircuitVA: 5e6,
    reactanceRatio: 1,
    transformerVA: 160_000,
    noLoadLossW: 300,
    loadLossW: 2000,
  },
  connectionLimitW: { min: -120_000, max: 120_000 },
  load: { shape: homesLoad, powerWMax: 50_000, variation: 0.08 },
  solar: { shape: clearSky, powerWMax: 80_000, variation: 0.12 },
  frequencyHzNominal: 50,
  solarOffsetMs: 10 * 3_600_000,
  ambient: { meanC: 20, swingC: 6 },
};
