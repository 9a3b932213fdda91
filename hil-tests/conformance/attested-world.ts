import { attestSites } from "@penstock/cloud/desk/decide-offer.ts";
import { generatePrices, PriceHistory } from "@penstock/cloud/prices/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { Ms, minutes, UtcMs } from "@penstock/protocol/units";
import type { JudgedSite } from "./judge-offer.ts";
import { AGE_MS_MAX, type OfferWorld } from "./offer-world.ts";

/** The sites of a world's unit as the desk takes them at an instant. */
export function attest(
  { entry, sites, readings, attested, interval }: OfferWorld,
  nowMs: UtcMs,
): ReturnType<typeof attestSites> {
  const ofUnit = sites.filter(({ siteId }) => entry.unit.siteIds.includes(siteId));
  return attestSites(ofUnit, (siteId) => readings.get(siteId) ?? { online: false }, {
    nowMs,
    ageMsMax: AGE_MS_MAX,
    startMs: interval.startMs,
    toMarketMs: (wallMs) => wallMs,
    attestedHash: ({ siteId }) => attested.get(siteId),
  });
}

/** The same sites for a judge, raw. */
export const judged = ({ sites, readings, attested, interval }: OfferWorld, nowMs: UtcMs): readonly JudgedSite[] =>
  sites.map((entry) => {
    const reading = readings.get(entry.siteId) ?? { online: false };
    const untilStartMs = interval.startMs - (reading.measuredAtMs ?? nowMs);
    return { entry, reading, attestedHash: attested.get(entry.siteId), nowMs, ageMsMax: AGE_MS_MAX, untilStartMs };
  });

/** Only the reason of a second bid would read it. */
export const unreadHistory = PriceHistory.asOf(
  generatePrices({
    rng: new Rng("unread"),
    region: "ZONE",
    currency: "AUD",
    startMs: UtcMs(0),
    intervalMs: minutes(5),
    count: 1,
    knownAfterStartMs: Ms(0),
    floor: -1000,
    cap: 1000,
    utcOffsetMs: 0,
  }),
  UtcMs(0),
);
