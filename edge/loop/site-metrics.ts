import { SITE_METRICS, UNIT_METRICS } from "@penstock/protocol/telemetry";
import type { Reading, SiteImage, UnitImage } from "../control/image.ts";
import type { Explanation, Grant } from "../control/step-types.ts";
import type { MetricValue } from "./deadband.ts";
import type { LoopStats } from "./loop-types.ts";

/** The four counters of the settlement stream, Wh. */
export const SETTLEMENT_METRICS = SITE_METRICS.filter((metric) => metric.class === "settlement");
/** What goes into the site's telemetry: everything but counters and the two that are events. */
export const LIVE_METRICS = SITE_METRICS.filter((metric) => metric.class === "live" || metric.class === "historian");

/** The site of one cycle in catalogue names; `null` is what is not known. */
export interface SiteMoment {
  readonly image: SiteImage;
  readonly explanation: Explanation;
  readonly grants: readonly Grant[];
  readonly loop: LoopStats;
  readonly capability: string;
}

export const siteValues = (moment: SiteMoment): MetricValue[] =>
  LIVE_METRICS.map((metric) => SITE_VALUES[metric.name]?.(moment) ?? null);

export const settlementValues = (moment: SiteMoment): MetricValue[] =>
  SETTLEMENT_METRICS.map((metric) => SITE_VALUES[metric.name]?.(moment) ?? null);

export const unitValues = (unit: UnitImage, commandedW: number | undefined): MetricValue[] =>
  UNIT_METRICS.map((metric) => UNIT_VALUES[metric.name]?.(unit, commandedW) ?? null);

/** Units that are measured, remote and running. */
export const isAvailable = (unit: UnitImage): boolean =>
  unit.powerW.quality !== "missing" &&
  unit.soc.quality !== "missing" &&
  known(unit.remote) === true &&
  known(unit.state) === "running";

export const known = <T>(reading: Reading<T>): T | null => (reading.quality === "missing" ? null : reading.value);

/** The sum of what is known; null when nothing is. */
export function knownSum(readings: readonly Reading<number>[]): number | null {
  let sum: number | null = null;
  for (const reading of readings) if (reading.quality !== "missing") sum = (sum ?? 0) + reading.value;
  return sum;
}

type SiteValue = (moment: SiteMoment) => MetricValue;

const SITE_VALUES: Readonly<Record<string, SiteValue>> = {
  "Power/Grid": ({ image }) => known(image.meter.powerW),
  "Power/Battery": ({ image }) => knownSum(image.units.map((unit) => unit.powerW)),
  "Power/Wish": ({ explanation }) => explanation.wishW,
  "Power/Target": ({ explanation }) => explanation.targetW,
  "Power/Min": ({ explanation }) => finite(explanation.interval.powerWMin),
  "Power/Max": ({ explanation }) => finite(explanation.interval.powerWMax),
  "Control/Source": ({ explanation }) => explanation.source,
  "Control/Because": ({ explanation }) => explanation.because.map((because) => because.limit).join(","),
  "Control/LeaseSequence": ({ explanation, grants }) =>
    grants.find((grant) => grant.leaseId === explanation.leaseId)?.sequence ?? 0,
  "Energy/SoC": ({ image }) => meanSoc(image),
  "Energy/Capacity": ({ image }) => available(image).reduce((sum, unit) => sum + unit.rating.capacityWh, 0),
  // A sum with a unit missing would step down and up again: better no reading than an energy that was never moved.
  "Energy/Discharged": ({ image }) => fullSum(image.units.map((unit) => unit.dischargedWh)),
  "Energy/Charged": ({ image }) => fullSum(image.units.map((unit) => unit.chargedWh)),
  "Energy/Exported": ({ image }) => known(image.meter.exportedWh),
  "Energy/Imported": ({ image }) => known(image.meter.importedWh),
  "Capability/Charge": ({ image, explanation }) =>
    Math.max(0, Math.min(-explanation.interval.powerWMin, allowedW(image, "chargeWMax"))),
  "Capability/Discharge": ({ image, explanation }) =>
    Math.max(0, Math.min(explanation.interval.powerWMax, allowedW(image, "dischargeWMax"))),
  "Capability/Hash": ({ capability }) => capability,
  "Units/Available": ({ image }) => available(image).length,
  "Units/Total": ({ image }) => image.units.length,
  "Grid/Frequency": ({ image }) => known(image.meter.frequencyHz),
  "Grid/Voltage": ({ image }) => known(image.meter.voltageV),
  "Plant/TransformerTemperature": ({ image }) =>
    image.plant === undefined ? null : known(image.plant.transformerTemperatureC),
  "Plant/BreakerClosed": ({ image }) => (image.plant === undefined ? null : known(image.plant.breakerClosed)),
  "Loop/Cycles": ({ loop }) => loop.cycles,
  "Loop/Late": ({ loop }) => loop.lateCycles,
  "Loop/LatenessP99": ({ loop }) => loop.latenessP99Ms,
};

const UNIT_VALUES: Readonly<Record<string, (unit: UnitImage, commandedW: number | undefined) => MetricValue>> = {
  Power: (unit) => known(unit.powerW),
  Setpoint: (_, commandedW) => commandedW ?? null,
  SoC: (unit) => known(unit.soc),
  Temperature: (unit) => known(unit.temperatureC),
  State: (unit) => known(unit.state) ?? "unknown",
};

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const available = (image: SiteImage): readonly UnitImage[] => image.units.filter(isAvailable);

function meanSoc(image: SiteImage): number | null {
  let energyWh = 0;
  let capacityWh = 0;
  for (const unit of available(image)) {
    if (unit.soc.quality === "missing") continue;
    energyWh += unit.soc.value * unit.rating.capacityWh;
    capacityWh += unit.rating.capacityWh;
  }
  return capacityWh > 0 ? energyWh / capacityWh : null;
}

const fullSum = (readings: readonly Reading<number>[]): number | null =>
  readings.some((reading) => reading.quality === "missing") ? null : knownSum(readings);

const allowedW = (image: SiteImage, key: "chargeWMax" | "dischargeWMax"): number =>
  available(image).reduce((sum, unit) => sum + Math.min(unit.rating[key], known(unit[key]) ?? 0), 0);
