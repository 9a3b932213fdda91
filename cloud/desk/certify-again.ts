import type { UnitEntry } from "../config/cloud-config.ts";
import type { AttestedSite } from "./attest-site.ts";
import type { BidRecord } from "./bid-record.ts";
import { certify, type FeasibilityCertificate } from "./certificate.ts";
import type { DeskPorts } from "./desk-ports.ts";
import { reservesOf, stepsOf } from "./product-door.ts";
import { siteIdsOf } from "./refit-bid.ts";
import { certifyReserves } from "./reserves/certify-reserves.ts";

/** The certificate of a bid that was made before, on its sites as they are now. */
export function certifyAgain(
  record: BidRecord,
  { unit, reserves }: UnitEntry,
  attested: readonly AttestedSite[],
  { market, marketClock }: Pick<DeskPorts, "market" | "marketClock">,
): FeasibilityCertificate {
  const { bid, offers, reserveBasis } = record;
  const { interval } = bid;
  const madeAtMs = marketClock.nowMs();
  const siteOf = (siteId: string) => attested.find(({ capability }) => capability.siteId === siteId);
  if (reserveBasis === undefined) {
    const offered = offers.flatMap(({ siteId, curve }) => {
      const site = siteOf(siteId);
      return site === undefined ? [] : [{ site, curve }];
    });
    return certify(unit, interval, offered, stepsOf(market, record), madeAtMs);
  }
  const selling = reservesOf(market);
  return certifyReserves({
    ...{ unit, interval, madeAtMs },
    sites: siteIdsOf(record).flatMap((siteId) => siteOf(siteId) ?? []),
    registered: reserves?.products ?? [],
    products: selling.productsAt(interval.startMs),
    stack: selling.reachOf(bid),
    isTakenTogether: selling.ahead !== undefined,
  });
}
