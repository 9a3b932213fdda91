import { controller } from "./controller.ts";
import { feeder } from "./feeder.ts";
import { legacy } from "./legacy.ts";
import { park } from "./park.ts";
import { type SiteOptions, SiteSim } from "./site-sim.ts";
import type { SiteSpec } from "./site-spec.ts";
import { street } from "./street.ts";
import { yard } from "./yard.ts";

/** The shelf of named plants. */
export const siteSpecs = { park, feeder, street, legacy, controller, yard } as const satisfies Record<string, SiteSpec>;

export type SiteName = keyof typeof siteSpecs;

export const siteNames = Object.keys(siteSpecs) as readonly SiteName[];

export const isSiteName = (name: string): name is SiteName => Object.hasOwn(siteSpecs, name);

/** Builds a named site. The same seed, start and steps give the same site to the last bit. */
export const createSite = (name: SiteName, options: SiteOptions): SiteSim => new SiteSim(siteSpecs[name], options);

export * from "./power-log.ts";
export * from "./site-sim.ts";
export * from "./site-spec.ts";
export * from "./site-truth.ts";
export { controller, feeder, legacy, park, street, yard };
