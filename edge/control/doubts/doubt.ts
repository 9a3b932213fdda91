import type { MonotonicMs } from "@penstock/protocol/units";
import type { SiteImage } from "../image.ts";
import type { SiteControlConfig, TrustTerms } from "../site-control-config.ts";

/** A reading that is fresh and still not believed. */
export interface Doubt {
  /** A unit's id, or `meter`. */
  readonly device: string;
  readonly field: "powerW" | "soc" | "temperatureC" | "allowances" | "frequencyHz";
  readonly cause: string;
}

/** What a check looks at, about once a second. */
export interface Look {
  readonly image: SiteImage;
  readonly nowMs: MonotonicMs;
  /** Since the last look; 0 where that was too long ago to say anything about what came between. */
  readonly elapsedMs: number;
  readonly config: SiteControlConfig;
  readonly terms: TrustTerms;
}

/** What a check found, and what it wants to remember. */
export interface Finding<Memory> {
  readonly memory: Memory;
  readonly doubts: readonly Doubt[];
}

export const noDoubts: readonly Doubt[] = [];
