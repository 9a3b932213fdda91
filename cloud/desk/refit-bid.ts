import type { Violation } from "../markets/market.ts";
import type { AttestedSite, NotAttested } from "./attest-site.ts";
import type { BidRecord } from "./bid-record.ts";
import type { FeasibilityCertificate } from "./certificate.ts";
import { certificateViolations } from "./certificate.ts";

export interface RefitInputs {
  readonly record: BidRecord;
  /** The sites as they attest themselves now, and those that do not. */
  readonly attested: readonly AttestedSite[];
  readonly leftOut: readonly NotAttested[];
  /** The bid certified anew on them. */
  readonly certificate: FeasibilityCertificate;
  /** What the operator holds now; null for nothing. */
  readonly standingBidId: string | null;
}

/**
 * The last look before a bid leaves: what it was made on must still be so. Every finding is a reason not to send it.
 * A person's bid may replace whatever stands; the algorithm's only what it was made against.
 */
export function refitBid({ record, attested, leftOut, certificate, standingBidId }: RefitInputs): readonly Violation[] {
  const lost = siteIdsOf(record).flatMap((siteId): readonly Violation[] => {
    if (attested.some(({ capability }) => capability.siteId === siteId)) return [];
    const { code, ...facts } = leftOut.find((each) => each.siteId === siteId) ?? { code: "desk.site-silent" };
    return [{ rule: code, where: siteId, message: `can no longer be bid: ${JSON.stringify(facts)}` }];
  });
  const isOvertaken = record.author.type === "algorithm" && standingBidId !== record.standingBidId;
  const overtaken: readonly Violation[] = isOvertaken
    ? [
        {
          rule: "desk.standing-changed",
          where: "operator",
          message: `it was made against ${record.standingBidId ?? "nothing"}, and ${standingBidId ?? "nothing"} stands now`,
        },
      ]
    : [];
  return [...lost, ...(lost.length === 0 ? certificateViolations(certificate) : []), ...overtaken];
}

/** The sites a bid stands on. */
export const siteIdsOf = ({ offers, reserveBasis }: BidRecord): readonly string[] =>
  (reserveBasis?.sites ?? offers).map(({ siteId }) => siteId);
