import { createHash } from "node:crypto";
import type { SiteConfig } from "./site-config.ts";

/**
 * SHA-256, in hex, over the settings a grid operator or a market was told about: what the site can do, how fast, and what it
 * does by itself. A bid rests on them, so whoever bids compares this with what was attested, and a site whose hash has
 * changed is not bid for until it is attested again. Addresses, files and labels do not count; the order of keys does not.
 */
export const capabilityHash = (config: SiteConfig): string =>
  createHash("sha256")
    .update(canonicalJson(gridRelevant(config)))
    .digest("hex");

function gridRelevant({ control, units, meter, plant, cloud }: SiteConfig): unknown {
  const { freshness: _, ...rules } = control;
  return {
    control: rules,
    units: units.map(({ id, driver, rating, revertAfterMs, safePowerW }) => ({
      id,
      driver,
      rating,
      revertAfterMs,
      safePowerW,
    })),
    meter: { driver: meter.driver, sign: meter.sign },
    hasPlantController: plant !== undefined,
    leaseTtlMsMax: cloud?.leaseTtlMsMax,
  };
}

/** Keys in order, nothing that JSON cannot say left to chance: infinities are named, `undefined` is as good as absent. */
export function canonicalJson(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(",")}}`;
}
