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

export const siteValues = (moment: SiteMoment): MetricValue[] => valuesOf(LIVE_VALUES, moment);

export const settlementValues = (moment: SiteMoment): MetricValue[] => valuesOf(SETTLEMENT_VALUES, moment);

export const unitValues = (unit: UnitImage, commandedW: number | undefined): MetricValue[] =>
  UNIT_VALUES_IN_ORDER.map((value) => value?.(unit, commandedW) ?? null);

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

type SiteValue = (moment: Seen) => MetricValue;

/** A moment, and its units that are available: half a dozen values are sums over them. */
interface Seen extends SiteMoment {
  readonly available: readonly UnitImage[];
}

function valuesOf(values: readonly (SiteValue | undefined)[], moment: SiteMoment): MetricValue[] {
  const seen: Seen = { ...moment, available: moment.image.units.filter(isAvailable) };
  return values.map((value) => value?.(seen) ?? null);
}

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
  "Energy/SoC": ({ available }) => meanSoc(available),
  "Energy/Capacity": ({ available }) => available.reduce((sum, unit) => sum + unit.rating.capacityWh, 0),
  // A sum with a unit missing would step down and up again: better no reading than an energy that was never moved.
  "Energy/Discharged": ({ image }) => fullSum(image.units.map((unit) => unit.dischargedWh)),
  "Energy/Charged": ({ image }) => fullSum(image.units.map((unit) => unit.chargedWh)),
  "Energy/Exported": ({ image }) => known(image.meter.exportedWh),
  "Energy/Imported": ({ image }) => known(image.meter.importedWh),
  "Capability/Charge": ({ available, explanation }) =>
    Math.max(0, Math.min(-explanation.interval.powerWMin, allowedW(available, "chargeWMax"))),
  "Capability/Discharge": ({ available, explanation }) =>
    Math.max(0, Math.min(explanation.interval.powerWMax, allowedW(available, "dischargeWMax"))),
  "Capability/Hash": ({ capability }) => capability,
  "Units/Available": ({ available }) => available.length,
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

function meanSoc(available: readonly UnitImage[]): number | null {
  let energyWh = 0;
  let capacityWh = 0;
  for (const unit of available) {
    if (unit.soc.quality === "missing") continue;
    energyWh += unit.soc.value * unit.rating.capacityWh;
    capacityWh += unit.rating.capacityWh;
  }
  return capacityWh > 0 ? energyWh / capacityWh : null;
}

const fullSum = (readings: readonly Reading<number>[]): number | null =>
  readings.some((reading) => reading.quality === "missing") ? null : knownSum(readings);

const allowedW = (available: readonly UnitImage[], key: "chargeWMax" | "dischargeWMax"): number =>
  available.reduce((sum, unit) => sum + Math.min(unit.rating[key], known(unit[key]) ?? 0), 0);

/** In the order of the catalogue, found once. */
const LIVE_VALUES = LIVE_METRICS.map(({ name }) => SITE_VALUES[name]);
const SETTLEMENT_VALUES = SETTLEMENT_METRICS.map(({ name }) => SITE_VALUES[name]);
const UNIT_VALUES_IN_ORDER = UNIT_METRICS.map(({ name }) => UNIT_VALUES[name]);
