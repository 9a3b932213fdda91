import type { UtcMs, W } from "@penstock/protocol/units";
import type { GateMode } from "../config/cloud-config.ts";
import type { OfferedCurve, Reserve } from "../dispatch/split-award.ts";
import type { Bid, Violation } from "../markets/market.ts";
import type { Reach, ReserveWish } from "../markets/reserve-market.ts";
import type { ExpectedPrice } from "./bid-effect.ts";
import type { FeasibilityCertificate } from "./certificate.ts";
import type { Person } from "./person.ts";
import type { Review } from "./review-bid.ts";

/** A bid with everything that shows why it was made and whether it might leave. Kept for ever. */
export interface BidRecord {
  /** `PNSTK1.2023-01-01T00:05:00Z.v3` */
  readonly bidId: string;
  readonly bid: Bid;
  readonly author: BidAuthor;
  /** `energy`, or `reserves` for what is kept ready beside it. */
  readonly product: string;
  /** The most shut of the gates it passes: its unit's and those of the sites it stands on. */
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
  /** Of a bid of reserves: what it was made of, and what each site could do of it. */
  readonly reserveBasis?: ReserveBasis;
  /** Curves of sites whose own gate is shut: decided like the others and never offered. */
  readonly heldBack: readonly HeldBack[];
  /** The bid that stood for the interval when this one was made; null for none. */
  readonly standingBidId: string | null;
  /** What the interval was expected to cost; null without a forecast. */
  readonly expectedPrice: ExpectedPrice | null;
  readonly review: Review;
  /** Who has said yes so far. */
  readonly signatures: readonly Person[];
  /** The person's bid this one sends again, because the algorithm's had reached the operator after it. */
  readonly correctionOf?: string;
  readonly state: BidState;
  readonly refusals: readonly Violation[];
  /** When the operator had it, by the operator's clock. */
  readonly receivedAtMs?: UtcMs;
}

export interface ReserveBasis {
  readonly wishes: readonly ReserveWish[];
  readonly reach: Reach;
  /** Where energy and reserves count apart: the most of each product, with no energy asked. */
  readonly keepsW?: Readonly<Record<string, W>>;
  readonly sites: readonly SiteReach[];
}

export interface SiteReach extends Reach {
  readonly siteId: string;
  /** By product, where energy and reserves count apart: the most it keeps ready with no energy asked of it, a size. */
  readonly keepsW?: Readonly<Record<string, W>>;
}

export interface HeldBack extends OfferedCurve {
  readonly gate: GateMode;
}

export type BidAuthor = { readonly type: "algorithm" } | { readonly type: "person"; readonly name: string };

/**
 * `built`: waits at its gate. `withheld`: what the algorithm would have bid had its gate not been shut. `void`: a newer
 * bid of a person stands in its place, or one of the algorithm's own overtook it, or the kill switch was pulled. `refused`: by our own checks, by a person or by
 * the operator; `refusals` says by which rule. `lapsed`: its gate closed before anyone let it out, or before it was
 * ready.
 */
export type BidState = "built" | "withheld" | "void" | "refused" | "submitted" | "accepted" | "cleared" | "lapsed";

/** The operator has it, or may have it. */
export const isReleased = ({ state }: Pick<BidRecord, "state">): boolean =>
  state === "submitted" || state === "accepted" || state === "cleared";

export const bidIdOf = (bid: Bid): string => `${bid.unitId}.${instantText(bid.interval.startMs)}.v${bid.versionNumber}`;

/** `2023-01-01T00:05:00Z` */
export const instantText = (instantMs: UtcMs): string => new Date(instantMs).toISOString().replace(".000Z", "Z");
