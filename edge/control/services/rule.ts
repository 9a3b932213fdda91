import type { Hz, Ms } from "@penstock/protocol/units";
import type { Curve } from "./curve.ts";
import type { Response } from "./response.ts";

/** How far a rule's constants were checked. What is not `verified` is a default, never a claim of compliance. */
export interface Source {
  readonly document: string;
  /** `verified`: read in the primary source; `second-hand`: read in a public code base or article; `unverified`: neither. */
  readonly evidence: "verified" | "second-hand" | "unverified";
}

interface CommonRule {
  /** For people: "Dynamic Containment, low". */
  readonly title: string;
  readonly sources: readonly Source[];
  readonly nominalHz: Hz;
  readonly response: Response;
  /** How long the contracted power must be kept up: with it the power and energy a site holds back. 0: nothing is held back. */
  readonly durationMs: Ms;
  /** How much of the contracted power must stay free the other way, to win the energy back. */
  readonly recovery: number;
  /** Services of one family are paid for the same megawatts at different times: the greatest answer counts, not the sum. */
  readonly family?: string;
}

/**
 * A market that takes back from the energy it requires what its response has used, and wants it won back by a declared
 * baseline, period by period.
 */
export interface EnergyRule {
  /** Blocks follow this zone's clock. */
  readonly zone: string;
  readonly blockMs: Ms;
  /** After midnight, local time. */
  readonly firstBlockAtMs: Ms;
  /** Settlement period; begins on a multiple of itself in UTC. */
  readonly periodMs: Ms;
  /** The most that is won back in one period, as a part of the contracted volume. */
  readonly recoveryShare: number;
  /** A shortfall is won back so many periods after it was seen. */
  readonly noticePeriods: number;
}

/** Power by frequency deviation: droop, NESO, FCR, contingency FCAS. */
export interface CurveRule extends CommonRule {
  /** Hz from nominal → part of the contract. */
  readonly curve: Curve;
  /** Left out where the whole of power × duration must be there all the time. */
  readonly energy?: EnergyRule;
}

/** All or nothing at a trigger, kept up for a while whatever frequency does: FFR and switched FCAS. */
export interface SwitchedRule extends CommonRule {
  /** Hz from nominal: negative raises power when frequency is below it, positive lowers power when above. */
  readonly triggerHz: number;
  readonly supportMs: Ms;
  /** From everything back to nothing. */
  readonly releaseInMs: Ms;
  /** Armed again once frequency has been within this of nominal for so long. */
  readonly rearm: { readonly withinHz: number; readonly afterMs: Ms };
}
