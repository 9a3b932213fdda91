import type { Interval } from "@penstock/protocol/time";
import { powerAt, powerAtCeiling } from "../strategies/price-quantity-curve.ts";
import type { AttestedSite } from "./attest-site.ts";
import { socAfter } from "./attest-site.ts";
import type { BidRecord } from "./bid-record.ts";

/**
 * A site as it will stand when an interval of tomorrow begins: everything bid for the intervals before it counts. What
 * clears there is not known yet, so the state of charge is a range, from all sales and no purchase to the other way
 * round; the window is narrowed by it, and whatever was stacked before, this interval can still be delivered. Bids of
 * fixed volumes leave a point.
 */
export function socAhead(site: AttestedSite, earlier: readonly BidRecord[]): AttestedSite {
  const { capability } = site;
  const { siteId, capacityWh, efficiencyOneWay, socMin, socMax } = capability;
  let [low, expected, high] = [capability.soc, capability.soc, capability.soc];
  for (const { bid, offers, expectedPrice } of earlier) {
    const curve = offers.find((offer) => offer.siteId === siteId)?.curve;
    if (curve === undefined) continue;
    const after = (soc: number, powerW: number): number =>
      socAfter(soc, powerW, lengthOf(bid.interval), capacityWh, efficiencyOneWay);
    low = after(low, powerAtCeiling(curve));
    high = after(high, curve.powerWAtFloor);
    expected = after(expected, expectedPrice === null ? 0 : powerAt(curve, expectedPrice.expected));
  }
  return {
    ...site,
    capability: {
      ...capability,
      soc: expected,
      socMin: Math.min(1, socMin + (expected - low)),
      socMax: Math.max(0, socMax - (high - expected)),
    },
  };
}

const lengthOf = ({ startMs, endMs }: Interval): number => endMs - startMs;
