import { clearSky, worksLoad } from "../plant/daily-shape.ts";
import { twoHourContainer } from "../plant/ratings.ts";
import type { SiteSpec } from "./site-spec.ts";

/** Six containers behind one illustrative site controller; the meter at the connection stands apart from it. */
export const controller: SiteSpec = {
  name: "controller",
  unitCount: 6,
  unit: twoHourContainer,
  hasSiteController: true,
  feeder: {
    voltageVNominal: 33_000,
    shortCircuitVA: 250e6,
    reactanceRatio: 5,
    transformerVA: 15e6,
    noLoadLossW: 9000,
    loadLossW: 70_000,
  },
  connectionLimitW: { min: -10e6, max: 10e6 },
  load: { shape: worksLoad, powerWMax: 300_000, variation: 0.02 },
  solar: { shape: clearSky, powerWMax: 0, variation: 0 },
  frequencyHzNominal: 60,
  solarOffsetMs: -6 * 3_600_000,
  ambient: { meanC: 21, swingC: 9 },
};
