import type { SiteTruth } from "@penstock/firmware-sims/sites/site-truth.ts";

/**
 * A judge of one promise, watching the plant itself at every step of its physics. It never asks the code
 * under test what it should have done.
 */
export interface Checker {
  readonly name: string;
  /** Looks at the plant after a step of `dtMs`; says what is wrong, or nothing. */
  look(truth: SiteTruth, dtMs: number): string | undefined;
}

export interface Violation {
  readonly checker: string;
  readonly site: string;
  readonly atMs: number;
  readonly text: string;
}

/** What a site has promised, from its connection agreement and its owner; typed by whoever sets the scene, not read from the edge. */
export interface SitePromises {
  readonly site: string;
  /** The slower of up and down, W/s: how long a tightened limit may take to reach. */
  readonly rampWPerS: number;
  readonly socMin: number;
  readonly socMax: number;
  readonly apparentVAMax: number;
  /** From a change in the world to the first watt of answer: measure, think, write, inverter. */
  readonly reactionMs: number;
}
