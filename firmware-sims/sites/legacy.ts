import { clearSky, worksLoad } from "../plant/daily-shape.ts";
import { twoHourContainer } from "../plant/ratings.ts";
import type { SiteSpec } from "./site-spec.ts";

/** Three containers with older inverters (103, 120–124) and an integer meter (203), all of whose maps begin at 50000. */
export const legacy: SiteSpec = {
  name: "legacy",
  unitCount: 3,
  unit: twoHourContainer,
  unitKind: "legacy",
  meterModel: 203,
  mapBase: 50_000,
  feeder: {
    voltageVNominal: 11_000,
    shortCircuitVA: 120e6,
    reactanceRatio: 2,
    transformerVA: 8e6,
    noLoadLossW: 6000,
    loadLossW: 40_000,
  },
  connectionLimitW: { min: -4e6, max: 4.5e6 },
  load: { shape: worksLoad, powerWMax: 1_200_000, variation: 0.03 },
  solar: { shape: clearSky, powerWMax: 0, variation: 0 },
  frequencyHzNominal: 50,
  solarOffsetMs: 10 * 3_600_000,
  ambient: { meanC: 18, swingC: 7 },
};
