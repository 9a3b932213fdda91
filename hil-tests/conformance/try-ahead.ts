import { makeBid } from "@penstock/cloud/desk/bid-maker.ts";
import type { BidRecord } from "@penstock/cloud/desk/bid-record.ts";
import { clipCurve } from "@penstock/cloud/desk/clip-curve.ts";
import { dealOver } from "@penstock/cloud/desk/reserves/commitments.ts";
import { narrowByCommitments } from "@penstock/cloud/desk/reserves/narrow-by-commitments.ts";
import type { AheadReserveMarket } from "@penstock/cloud/markets/index.ts";
import { powerAtCeiling } from "@penstock/cloud/strategies/price-quantity-curve.ts";
import type { Rng } from "@penstock/protocol/rng";
import { attest, unreadHistory } from "./attested-world.ts";
import type { JudgedSite } from "./judge-offer.ts";
import { judgeReady } from "./judge-ready.ts";
import type { OfferWorld } from "./offer-world.ts";

/**
 * A bid of reserves for a block, sold at drawn prices, and energy of an interval of the block bid around it. All that was
 * offered has to fit at once with half of each site's window in store; and whatever clears of the energy, what a site was
 * dealt of it goes with it, and what energy takes out of the store or fills it with was not promised to anybody.
 */
export function tryAhead(
  world: OfferWorld,
  reserves: AheadReserveMarket,
  record: BidRecord,
  raw: readonly JudgedSite[],
  rng: Rng,
): readonly string[] {
  const { market, entry, interval, decidedAtMs, curves } = world;
  const offered = reserves.stackOf(record.bid).map(({ product = "", volumeMW }) => ({ product, volumeMW }));
  const hours = (interval.endMs - interval.startMs) / 3_600_000;
  const found = [...judgeReady({ energyMW: 0, ready: offered }, raw.map(halfFull), hours)];

  const products = reserves.productsAt(interval.startMs);
  const prices = Object.fromEntries(products.map(({ name }) => [name, rng.between(0, 5)]));
  const sold = reserves.ahead.clear(record.bid, prices);
  const commitments = sold.map((award) => dealOver(award, record));
  const { attested, leftOut } = attest(world, decidedAtMs);
  const sites = attested.map((site) => narrowByCommitments(site, interval, commitments, products));
  const offers = sites.flatMap((site) => {
    const curve = curves.get(site.capability.siteId);
    if (curve === undefined) return [];
    const { chargeWMaxNow, dischargeWMaxNow, capability } = site;
    return [{ siteId: capability.siteId, curve: clipCurve(curve, chargeWMaxNow, dischargeWMaxNow) }];
  });
  const made = makeBid(market, {
    ...{ entry, interval, decidedAtMs, history: unreadHistory },
    offer: { kind: "offer", because: "drawn", sites, offers, leftOut },
    bandPrices: { sell: [], buy: [] },
    ...{ versionNumber: 2, author: { type: "algorithm" }, product: "energy", gate: "auto", band: undefined },
    ...{ heldBack: [], standingBidId: null, expectedPrice: null, signatures: [] },
  });
  if (!made.ok || made.value.state !== "built") return found;
  // What was sold is dealt over the sites whole, and each is judged by its own part: a site that is short of its energy
  // is no reason for another to keep more than its own.
  for (const { product, enabledW, sites: dealt } of commitments) {
    const dealtW = dealt.reduce((sum, { powerW }) => sum + powerW, 0);
    if (Math.abs(dealtW - enabledW) > WHOLE_W) found.push(`${product}: ${enabledW} W sold, ${dealtW} W dealt`);
  }
  for (const site of raw) {
    const { siteId } = site.entry;
    const curve = made.value.offers.find((offer) => offer.siteId === siteId)?.curve;
    if (curve === undefined) continue;
    const ready = commitments.map(({ product, sites: dealt }) => ({
      product,
      volumeMW: (dealt.find((part) => part.siteId === siteId)?.powerW ?? 0) / 1e6,
    }));
    for (const powerW of [curve.powerWAtFloor, powerAtCeiling(curve)]) {
      found.push(...judgeReady({ energyMW: powerW / 1e6, ready, isSoldAhead: true }, [site], hours));
    }
  }
  return found;
}

const WHOLE_W = 1;

/** The same battery with half of its window in store, at rest. */
function halfFull(site: JudgedSite): JudgedSite {
  const { entry, reading } = site;
  const isKnown = reading.soc !== undefined && reading.soc >= 0 && reading.soc <= 1;
  const isMoving = reading.batteryPowerW !== undefined && Number.isFinite(reading.batteryPowerW);
  if (!isKnown || !isMoving) return site;
  return { ...site, untilStartMs: 0, reading: { ...reading, soc: (entry.socMin + entry.socMax) / 2 } };
}
