import type { BidRecord } from "../desk/bid-record.ts";
import type { DispatchResults } from "../desk/market-operator.ts";
import type { Award, Market } from "../markets/market.ts";
import type { AwardBasis } from "./dispatch-state.ts";

/** What a unit is to keep ready beside an award, in the words of its sites. */
export function readyFor(
  { reserves }: Market,
  results: DispatchResults,
  { unitId, interval }: Award,
  standing: BidRecord | undefined,
): NonNullable<AwardBasis["ready"]> {
  const products = reserves?.productsAt(interval.startMs) ?? [];
  const enabled = (results.reserves ?? []).filter((award) => award.unitId === unitId);
  return {
    awards: enabled.flatMap(({ product, direction, enabledW }) => {
      const service = products.find(({ name }) => name === product)?.service;
      return service === undefined ? [] : [{ service, product, direction, enabledW }];
    }),
    sites: standing?.reserveBasis?.sites ?? [],
  };
}
