import {
  Celsius,
  Hz,
  hours,
  kW,
  MonotonicMs,
  Ms,
  MW,
  MWh,
  Soc,
  UtcMs,
  V,
  VA,
  Var,
  W,
  WPerS,
} from "@penstock/protocol/units";
import { good, type SiteImage, type UnitImage } from "./image.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import type { Grant, Latches, StepInput } from "./step-types.ts";

/** A site for tests and measurements: 1 MW units, all well, at rest, behind a connection of 10 MW either way. */
export const sampleConfig: SiteControlConfig = {
  siteId: "sample",
  periodMs: Ms(100),
  connection: { exportWMax: MW(10), importWMax: MW(10), marginW: W(0), withoutMeterW: kW(200) },
  ramp: { upWPerS: WPerS(500_000), downWPerS: WPerS(1_000_000) },
  socWindow: { socMin: Soc(0.05), socMax: Soc(0.95), taper: Soc(0.05) },
  freshness: { unitMs: Ms(500), meterMs: Ms(500), plantMs: Ms(2_000) },
  leaseRampWPerS: WPerS(1_000_000),
  fallback: {
    onCloudLoss: { action: "ramp-to-zero", rampWPerS: WPerS(100_000) },
    onMeterLoss: { action: "ramp-to-zero", rampWPerS: WPerS(200_000) },
    onUnitLoss: "redistribute",
  },
};

const fresh = Ms(20);

export function sampleUnit(id: string, changes: Partial<UnitImage> = {}): UnitImage {
  return {
    id,
    rating: { chargeWMax: MW(1), dischargeWMax: MW(1), apparentVAMax: VA(1_100_000), capacityWh: MWh(2) },
    powerW: good(W(0), fresh),
    reactiveVar: good(Var(0), fresh),
    soc: good(Soc(0.5), fresh),
    chargeWMax: good(MW(1), fresh),
    dischargeWMax: good(MW(1), fresh),
    temperatureC: good(Celsius(25), fresh),
    state: good("running", fresh),
    remote: good(true, fresh),
    setpointW: good(W(0), fresh),
    dischargedWh: good(MWh(100), fresh),
    chargedWh: good(MWh(110), fresh),
    ...changes,
  };
}

export const sampleUnits = (count: number, changes: Partial<UnitImage> = {}): readonly UnitImage[] =>
  Array.from({ length: count }, (_, index) => sampleUnit(`unit-${index + 1}`, changes));

export function sampleImage(changes: Partial<SiteImage> & { readonly meterW?: W } = {}): SiteImage {
  const { meterW = W(0), ...imageChanges } = changes;
  return {
    monotonicMs: MonotonicMs(0),
    nowMs: UtcMs(Date.UTC(2023, 0, 1)),
    units: sampleUnits(4),
    meter: {
      powerW: good(meterW, fresh),
      reactiveVar: good(Var(0), fresh),
      frequencyHz: good(Hz(50), fresh),
      voltageV: good(V(33_000), fresh),
      exportedWh: good(MWh(0), fresh),
      importedWh: good(MWh(0), fresh),
    },
    plant: undefined,
    ...imageChanges,
  };
}

export const noLatches: Latches = {
  stop: undefined,
  localLimitW: undefined,
  mode: "auto",
  manualPowerW: W(0),
  gridOperatorLimitW: undefined,
};

export function sampleGrant(changes: Partial<Grant> = {}): Grant {
  return {
    leaseId: "lease-1",
    sequence: 1,
    priority: 5,
    kind: "setpoint",
    powerW: MW(1),
    reactiveVar: Var(0),
    rampWPerS: undefined,
    limitW: undefined,
    notBeforeMonotonicMs: MonotonicMs(0),
    expiresMonotonicMs: MonotonicMs(hours(1)),
    onExpire: { action: "ramp-to-zero", rampWPerS: WPerS(100_000) },
    reason: "energy target 10:05",
    ...changes,
  };
}

export const sampleInput = (image: SiteImage, changes: Partial<Omit<StepInput, "image">> = {}): StepInput => ({
  image,
  grants: [],
  latches: noLatches,
  ...changes,
});
