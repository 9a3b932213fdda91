import type { SiteConfigDocument } from "@penstock/edge/config/site-document.ts";
import { type SiteName, type SiteSpec, siteSpecs } from "@penstock/firmware-sims/sites/index.ts";

export type { SiteName };

import type { SitePromises } from "../checkers/checker.ts";

/**
 * What each named site has agreed with its grid and its owner, typed by whoever sets the scene: the edge's
 * configuration is written from it and the judges hold the plant against it. Neither learns it from the other.
 */
export interface Scene {
  readonly connection: {
    readonly exportLimitKW: number;
    readonly importLimitKW: number;
    readonly marginKW: number;
    readonly withoutMeterKW: number;
  };
  readonly rampKWPerS: number;
  readonly fallbackRampKWPerS: number;
  readonly socMin: number;
  readonly socMax: number;
  readonly hasPlantController: boolean;
  /** Cables of its own, each with a meter `ID-meter`. */
  readonly feeders?: readonly {
    readonly id: string;
    readonly units: readonly string[];
    readonly limitKW: number;
    readonly withoutMeterKW: number;
  }[];
  /** What the market pays for. */
  readonly settlementSource: "grid" | "storage";
}

export const scenes: Readonly<Record<SiteName, Scene>> = {
  park: {
    connection: { exportLimitKW: 20_000, importLimitKW: 20_000, marginKW: 150, withoutMeterKW: 5_000 },
    rampKWPerS: 4_000,
    fallbackRampKWPerS: 2_000,
    socMin: 0.05,
    socMax: 0.95,
    hasPlantController: true,
    settlementSource: "grid",
  },
  feeder: {
    connection: { exportLimitKW: 5_000, importLimitKW: 4_000, marginKW: 120, withoutMeterKW: 1_000 },
    rampKWPerS: 1_500,
    fallbackRampKWPerS: 750,
    socMin: 0.05,
    socMax: 0.95,
    hasPlantController: true,
    settlementSource: "storage",
  },
  street: {
    connection: { exportLimitKW: 120, importLimitKW: 120, marginKW: 6, withoutMeterKW: 20 },
    rampKWPerS: 25,
    fallbackRampKWPerS: 10,
    socMin: 0.1,
    socMax: 0.95,
    hasPlantController: true,
    settlementSource: "storage",
  },
  legacy: {
    connection: { exportLimitKW: 4_500, importLimitKW: 4_000, marginKW: 120, withoutMeterKW: 1_000 },
    rampKWPerS: 1_200,
    fallbackRampKWPerS: 600,
    socMin: 0.05,
    socMax: 0.95,
    hasPlantController: true,
    settlementSource: "storage",
  },
  controller: {
    connection: { exportLimitKW: 10_000, importLimitKW: 10_000, marginKW: 200, withoutMeterKW: 2_000 },
    rampKWPerS: 3_000,
    fallbackRampKWPerS: 1_500,
    socMin: 0.05,
    socMax: 0.95,
    hasPlantController: true,
    settlementSource: "grid",
  },
  yard: {
    connection: { exportLimitKW: 8_000, importLimitKW: 8_000, marginKW: 150, withoutMeterKW: 2_000 },
    rampKWPerS: 2_000,
    fallbackRampKWPerS: 1_000,
    socMin: 0.05,
    socMax: 0.95,
    hasPlantController: true,
    feeders: [
      { id: "north", units: ["unit-1", "unit-2"], limitKW: 2_000, withoutMeterKW: 500 },
      { id: "south", units: ["unit-3", "unit-4"], limitKW: 2_900, withoutMeterKW: 500 },
    ],
    settlementSource: "storage",
  },
};

/** The sites of the demo and of a simulation that names none. */
export const fleet: readonly SiteName[] = ["park", "feeder", "street"];

/** A plant and what it has promised. Any stage can stand under a site's name: a swarm draws thousands. */
export interface Stage {
  readonly spec: SiteSpec;
  readonly scene: Scene;
  /** What its configuration says differently from a named site's. */
  readonly control?: Partial<SiteConfigDocument["control"]>;
}

export const stageOf = (name: SiteName): Stage => ({ spec: siteSpecs[name], scene: scenes[name] });

/**
 * How long a site may take to answer a change in the world: read, think, write, inverter latency and lag. Two
 * periods pass between a change and the write that answers it, the rest is the inverter's.
 */
const REACTION_MS = 600;
const PERIOD_MS = 100;

export function promisesOf(name: SiteName, { spec, scene, control }: Stage = stageOf(name)): SitePromises {
  return {
    site: name,
    rampWPerS: scene.rampKWPerS * 1e3,
    socMin: scene.socMin,
    socMax: scene.socMax,
    apparentVAMax: spec.unit.apparentPowerVAMax,
    reactionMs: REACTION_MS + 2 * (control?.periodMs ?? PERIOD_MS),
  };
}
