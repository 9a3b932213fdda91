import type { SiteConfigDocument } from "@penstock/edge/config/site-document.ts";
import { clearSky, homesLoad, stationLoad, worksLoad } from "@penstock/firmware-sims/plant/daily-shape.ts";
import { homeBattery, twoHourContainer } from "@penstock/firmware-sims/plant/ratings.ts";
import type { SiteSpec } from "@penstock/firmware-sims/sites/index.ts";
import type { Rng } from "@penstock/protocol/rng";
import type { Stage } from "../harness/scene.ts";

export interface StageWish {
  readonly unitsMax: number;
  readonly periodsMs: readonly number[];
}

export interface DrawnStage extends Stage {
  readonly control: NonNullable<Stage["control"]> & { readonly periodMs: number };
}

/**
 * Any site somebody might sensibly build: so many units of any size, a stiff or a weak connection, a load, a sun,
 * and a configuration within its valid ranges. Always one that can be kept inside its limits with the batteries at
 * rest: where the load alone breaks the connection no controller is to blame.
 */
export function randomStage(rng: Rng, { unitsMax, periodsMs }: StageWish): DrawnStage {
  const unitCount = rng.integer(1, unitsMax + 1);
  const periodMs = rng.pick(periodsMs);
  const unit = unitOf(rng);
  const ratedW = unitCount * unit.powerWMax;
  const loadW = rng.chance(0.3) ? 0.01 * ratedW : ratedW * rng.between(0.05, 0.8);
  const solarW = rng.chance(0.5) ? 0 : ratedW * rng.between(0.05, 0.6);
  const variation = rng.between(0.005, 0.04);
  const idleW = unitCount * unit.auxiliaryWMax + loadW * 1.35;
  const importW = Math.max(idleW * 1.15, ratedW * rng.between(0.3, 1.2)) + 0.05 * ratedW;
  const exportW = Math.max(solarW * 1.6, ratedW * rng.between(0.3, 1.2));
  const connection = {
    exportLimitKW: Math.ceil(exportW / 1e3),
    importLimitKW: Math.ceil(importW / 1e3),
    marginKW:
      Math.max(0.02 * Math.max(exportW, importW), 6 * deviationW(periodMs, variation * (loadW + 3 * solarW))) / 1e3,
    withoutMeterKW: Math.ceil((ratedW * rng.between(0.02, 0.2)) / 1e3),
  };
  const spec = specOf(rng, { unitCount, unit, loadW, solarW, variation, connection });
  const rampKWPerS = (ratedW / 1e3) * rng.pick([0.05, 0.1, 0.2, 0.5]);
  const socMin = rng.between(0, 0.2);
  return {
    spec,
    scene: {
      connection: { ...connection, withoutMeterKW: Math.min(connection.withoutMeterKW, roomKW(spec, loadW, solarW)) },
      rampKWPerS,
      fallbackRampKWPerS: rampKWPerS * rng.between(0.1, 1),
      socMin,
      socMax: rng.between(0.8, 1),
      hasPlantController: true,
      settlementSource: rng.pick(["grid", "storage"] as const),
    },
    control: {
      periodMs,
      leaseRampKWPerS: rampKWPerS * rng.between(0.2, 1),
      fallback: fallbackOf(rng, rampKWPerS),
    },
  };
}

/** What load and sun do within a reaction (0.6 s and two periods), where they vary by `sizeW` around their mean in 20 s. */
const deviationW = (periodMs: number, sizeW: number): number =>
  sizeW * Math.max(0.3, Math.sqrt((2 * (600 + 2 * periodMs)) / 20_000));

/** A container or a garage's battery, stretched to another size and length of discharge. */
function unitOf(rng: Rng): SiteSpec["unit"] {
  const base = rng.chance(0.75) ? twoHourContainer : homeBattery;
  const size = rng.between(0.2, 1.5);
  const powerWMax = Math.round((base.powerWMax * size) / 100) * 100;
  return {
    ...base,
    powerWMax,
    apparentPowerVAMax: Math.round(powerWMax * rng.between(1.02, 1.3)),
    reactivePowerVarMax: Math.round(powerWMax * rng.between(0.2, 0.7)),
    capacityWh: Math.round(powerWMax * rng.between(0.5, 8)),
    commandLatencyMs: Math.round(rng.between(20, 150)),
    lagMs: Math.round(rng.between(20, 100)),
  };
}

interface Drawn {
  readonly unitCount: number;
  readonly unit: SiteSpec["unit"];
  readonly loadW: number;
  readonly solarW: number;
  readonly variation: number;
  readonly connection: { readonly exportLimitKW: number; readonly importLimitKW: number };
}

function specOf(rng: Rng, { unitCount, unit, loadW, solarW, variation, connection }: Drawn): SiteSpec {
  const ratedW = unitCount * unit.powerWMax;
  const transformerVA = 1.3 * (ratedW + Math.max(loadW, solarW));
  return {
    name: "drawn",
    unitCount,
    unit,
    feeder: {
      voltageVNominal: rng.pick([400, 11_000, 33_000]),
      shortCircuitVA: transformerVA * rng.between(8, 40),
      reactanceRatio: rng.between(0.5, 8),
      transformerVA,
      noLoadLossW: 0.0005 * transformerVA,
      loadLossW: 0.004 * transformerVA,
    },
    connectionLimitW: { min: -1e3 * connection.importLimitKW, max: 1e3 * connection.exportLimitKW },
    load: { shape: rng.pick([worksLoad, homesLoad, stationLoad]), powerWMax: loadW, variation },
    solar: { shape: clearSky, powerWMax: solarW, variation: variation * 3 },
    frequencyHzNominal: 50,
    solarOffsetMs: rng.integer(-11, 12) * 3_600_000,
    ambient: { meanC: rng.between(-5, 28), swingC: rng.between(2, 9) },
  };
}

/** What batteries may do blind, so that load and sun at their most still fit beside it. */
function roomKW({ connectionLimitW, unit, unitCount }: SiteSpec, loadW: number, solarW: number): number {
  const importRoomW = -connectionLimitW.min - 1.35 * loadW - unitCount * unit.auxiliaryWMax;
  const exportRoomW = connectionLimitW.max - 1.5 * solarW;
  return Math.max(0, (0.8 * Math.min(importRoomW, exportRoomW)) / 1e3);
}

function fallbackOf(rng: Rng, rampKWPerS: number): SiteConfigDocument["control"]["fallback"] {
  const toRest = { action: "ramp-to-zero" as const, rampKWPerS: rampKWPerS * rng.between(0.2, 1) };
  const hold = { action: "hold" as const, forS: Math.round(rng.between(1, 120)), thenRampKWPerS: rampKWPerS };
  return {
    onCloudLoss: rng.pick([toRest, toRest, hold, { action: "follow-load" as const, gridPowerKW: 0 }]),
    // Without a meter nothing but the configured room is known to be safe: no holding on to more.
    onMeterLoss: toRest,
    onUnitLoss: rng.pick(["redistribute", "hold-share"] as const),
  };
}
