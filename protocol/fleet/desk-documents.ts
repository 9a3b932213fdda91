import type { Currency, UtcMs } from "../units/index.ts";
import type { FLEET_VERSION } from "./documents.ts";

/** What people decide at the desk: what may leave, what waits for them, and what they have stopped. */
export interface DeskDocument {
  readonly version: typeof FLEET_VERSION;
  readonly marketId: string;
  readonly currency: Currency;
  /** Null while the algorithm may bid. */
  readonly kill: DeskAct | null;
  /** Units first, then their sites, in order. */
  readonly gates: readonly GateDocument[];
  readonly capabilities: readonly CapabilityDocument[];
  /** What waits for a person, soonest to expire first. */
  readonly approvals: readonly ApprovalDocument[];
}

/** Who did something, when on the wall clock, and why. */
export interface DeskAct {
  readonly by: string;
  readonly why: string;
  readonly atMs: UtcMs;
}

/** The gate of a unit or of one of its sites, for one product. A site's gate can only shut more than its unit's. */
export interface GateDocument {
  readonly subject: string;
  readonly kind: "unit" | "site";
  readonly unitId: string;
  readonly product: string;
  /** `off`, `manual`, `approve` or `auto`. */
  readonly gate: string;
  /** Who set it; null while it is the configuration's. */
  readonly set: DeskAct | null;
}

/** The settings a site's bids rest on. */
export interface CapabilityDocument {
  readonly siteId: string;
  /** `new`: told for the first time, and attested with the next bid. `changed` and `unknown` keep it out of every bid. */
  readonly state: "attested" | "new" | "changed" | "unknown";
  /** What the site says now; null when it has not said. */
  readonly toldHash: string | null;
  readonly attestedHash: string | null;
  readonly attested: DeskAct | null;
}

/** A bid that waits for people. */
export interface ApprovalDocument {
  readonly bidId: string;
  readonly unitId: string;
  readonly siteIds: readonly string[];
  readonly product: string;
  readonly intervalStartMs: UtcMs;
  readonly intervalEndMs: UtcMs;
  /** Market time: not approved by then it is not submitted. */
  readonly expiresAtMs: UtcMs;
  /** `algorithm`, or the person's name. */
  readonly author: string;
  readonly because: string;
  /** How many different people it takes, and what makes it more than one. */
  readonly signaturesNeeded: number;
  readonly beyondBand: readonly string[];
  readonly signedBy: readonly string[];
  /** What it is held against: the bid that stands for the interval, else the last one accepted, else none. */
  readonly against: { readonly bidId: string; readonly is: "standing" | "last-accepted" } | null;
  /** By product and price, cheapest first: MW before and MW after; buying is negative, a reserve never. */
  readonly diff: readonly BidDiffDocument[];
  /** What it changes at the expected price and at a low and a high one; null without a forecast. */
  readonly effect: BidEffectDocument | null;
}

export interface BidDiffDocument {
  /** A reserve; energy when absent. */
  readonly product?: string;
  readonly pricePerMWh: number;
  readonly beforeMW: number;
  readonly afterMW: number;
}

export interface BidEffectDocument {
  readonly currency: Currency;
  readonly low: BidEffectPoint;
  readonly expected: BidEffectPoint;
  readonly high: BidEffectPoint;
}

/** At one reference price: what is delivered before and after, and the difference in money received over the interval. */
export interface BidEffectPoint {
  readonly pricePerMWh: number;
  readonly beforeMW: number;
  readonly afterMW: number;
  readonly moneyChange: number;
}
