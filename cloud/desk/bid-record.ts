import type { UtcMs } from "@penstock/protocol/units";
import type { GateMode } from "../config/cloud-config.ts";
import type { OfferedCurve, Reserve } from "../dispatch/split-award.ts";
import type { Bid, Violation } from "../markets/market.ts";
import type { FeasibilityCertificate } from "./certificate.ts";

/** A bid with everything that shows why it was made and whether it might leave. Kept for ever. */
export interface BidRecord {
  /** `PNSTK1.2023-01-01T00:05:00Z.v3` */
  readonly bidId: string;
  readonly bid: Bid;
  readonly author: BidAuthor;
  readonly gate: GateMode;
  readonly kind: "offer" | "held" | "withdrawal";
  /** One sentence for the trader. */
  readonly because: string;
  /** Sites left out and why. */
  readonly leftOut: readonly { readonly siteId: string; readonly code: string }[];
  readonly certificate: FeasibilityCertificate;
  /** The curves it was made of; an award is split by them. */
  readonly offers: readonly OfferedCurve[];
  /** What each site could do beyond its curve, for when another is lost. */
  readonly reserves: readonly Reserve[];
  readonly state: BidState;
  readonly refusals: readonly Violation[];
}

export type BidAuthor = { readonly type: "algorithm" } | { readonly type: "person"; readonly name: string };

/**
 * `built`: waits at its gate. `void`: a newer bid of a person stands in its place. `refused`: by our own checks or by
 * the operator; `refusals` says by which rule. `lapsed`: its gate closed before anyone let it out.
 */
export type BidState = "built" | "void" | "refused" | "submitted" | "accepted" | "cleared" | "lapsed";

export const bidIdOf = (bid: Bid): string => `${bid.unitId}.${instantText(bid.interval.startMs)}.v${bid.versionNumber}`;

/** `2023-01-01T00:05:00Z` */
export const instantText = (instantMs: UtcMs): string => new Date(instantMs).toISOString().replace(".000Z", "Z");
