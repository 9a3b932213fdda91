import type { AttestedSite } from "@penstock/cloud/desk/attest-site.ts";
import { makeReserveBid } from "@penstock/cloud/desk/reserves/make-reserve-bid.ts";
import { atHalf } from "@penstock/cloud/desk/reserves/narrow-by-commitments.ts";
import type { Bid, FcasOffer, JointAward, ReserveMarket, UnitTelemetry } from "@penstock/cloud/markets/index.ts";
import { priceQuantityCurve } from "@penstock/cloud/strategies/price-quantity-curve.ts";
import type { Rng } from "@penstock/protocol/rng";
import { UtcMs, W, type Wh } from "@penstock/protocol/units";
import { attest, judged, unreadHistory } from "./attested-world.ts";
import { judgeReady } from "./judge-ready.ts";
import { judgeStack } from "./judge-stack.ts";
import type { OfferWorld } from "./offer-world.ts";
import { tryAhead } from "./try-ahead.ts";

interface StackTally {
  stacks: number;
  stacksRefused: number;
  readonly stacksBy: Record<string, number>;
}

/**
 * Wishes for reserves of any size, made into a bid by the desk's own steps. Where the offer itself holds energy and
 * reserve together it is judged at every corner; where they count apart, by what clears at drawn prices; where reserves
 * are sold ahead, by the energy that is bid around them.
 */
export function tryStack(drawn: OfferWorld, rng: Rng, tally: StackTally): readonly string[] {
  const { reserves } = drawn.market;
  if (reserves === undefined) return [];
  const world = reserves.isOneSite ? withOneSite(drawn) : drawn;
  const { market, entry, decidedAtMs, sites } = world;
  const { ahead } = reserves;
  const interval = ahead === undefined ? world.interval : ahead.blockOf(world.interval.startMs);
  const { attested: asTold, leftOut } = attest(world, decidedAtMs);
  const attested = ahead === undefined ? asTold : asTold.map(atHalf);
  const wishes = reserves.productsAt(interval.startMs).map(({ name }) => ({
    product: name,
    volumeW: W(rng.between(0, 1.5) * entry.unit.maxCapacityMW * 1e6),
    pricePerMWh: 1,
  }));
  const products = wishes.map(({ product, volumeW, pricePerMWh }) => ({
    product,
    registeredW: W(rng.chance(0.1) ? volumeW / 2 : volumeW),
    pricePerMWh,
  }));
  const made = makeReserveBid(reserves, {
    entry: { ...entry, reserves: { gate: "auto", products } },
    ...{ interval, wishes, leftOut, history: unreadHistory },
    decidedAtMs: ahead === undefined ? decidedAtMs : UtcMs(ahead.gateClosureMs(interval) - 1),
    ...{ kind: "offer", because: "drawn", gate: "auto", versionNumber: 1, band: undefined, standingBidId: null },
    sites: attested,
    author: { type: "algorithm" },
    signatures: [],
  });
  if (!made.ok || made.value.state !== "built") {
    tally.stacksRefused++;
    return [];
  }
  tally.stacks++;
  tally.stacksBy[market.id] = (tally.stacksBy[market.id] ?? 0) + 1;
  const { bid } = made.value;
  const intervalH = (interval.endMs - interval.startMs) / 3_600_000;
  const ofUnit = sites.filter(({ siteId }) => entry.unit.siteIds.includes(siteId));
  const raw = judged({ ...world, sites: ofUnit }, decidedAtMs);
  if (reserves.ahead !== undefined) return tryAhead(world, reserves, made.value, raw, rng);
  if (reserves.storedEnergy === "together") {
    return judgeStack((bid as Bid & { readonly offers: readonly FcasOffer[] }).offers, raw, intervalH);
  }
  const joint = clearAtDrawnPrices(world, reserves, bid, attested, rng);
  const ready = joint.reserves.map(({ product, enabledW }) => ({ product, volumeMW: enabledW / 1e6 }));
  return judgeReady({ energyMW: joint.energy.targetW / 1e6, ready }, raw, intervalH);
}

/** What bids is one battery there. */
const withOneSite = (world: OfferWorld): OfferWorld => {
  const { unit } = world.entry;
  return { ...world, entry: { ...world.entry, unit: { ...unit, siteIds: unit.siteIds.slice(0, 1) } } };
};

/** Beside energy that may clear anywhere between all in and all out. */
function clearAtDrawnPrices(
  { market, entry: { unit }, interval, decidedAtMs }: OfferWorld,
  reserves: ReserveMarket,
  offer: Bid,
  attested: readonly AttestedSite[],
  rng: Rng,
): JointAward {
  const telemetry = telemetryOf(attested);
  const price = (): number => Math.round(rng.between(-50, 300) * 100) / 100;
  const [low = 0, high = 0] = [price(), price()].sort((a, b) => a - b);
  const curve = priceQuantityCurve(Math.ceil(telemetry.powerWMin), [
    { pricePerMWh: low, powerW: W(0) },
    { pricePerMWh: high, powerW: W(Math.floor(telemetry.powerWMax)) },
  ]);
  const bandPrices = { sell: [], buy: [] };
  const built = market.buildBid({ unit, interval, curve, bandPrices, versionNumber: 1, decidedAtMs });
  return reserves.clear({
    ...{ unit, offer, telemetry },
    energy: built.ok && rng.chance(0.9) ? built.value : undefined,
    pricePerMWh: price(),
    reservePrices: Object.fromEntries(
      reserves.productsAt(interval.startMs).map(({ name }) => [name, rng.between(0, 30)]),
    ),
    plant: { initialW: W(rng.between(telemetry.powerWMin, telemetry.powerWMax)), lossFactor: 1 },
  });
}

/** Nothing is telemetered of what does not attest itself: the desk offers none of it. */
function telemetryOf(attested: readonly AttestedSite[]): UnitTelemetry {
  const sum = (of: (site: AttestedSite) => number): number => attested.reduce((total, site) => total + of(site), 0);
  return {
    powerWMin: W(0 - sum(({ chargeWMaxNow, capability }) => Math.min(chargeWMaxNow, capability.powerWMaxCharge))),
    powerWMax: W(sum(({ dischargeWMaxNow, capability }) => Math.min(dischargeWMaxNow, capability.powerWMaxDischarge))),
    deliverableWh: sum(
      ({ capability: { soc, socMin, capacityWh, efficiencyOneWay } }) =>
        Math.max(0, soc - socMin) * capacityWh * efficiencyOneWay,
    ) as Wh,
    absorbableWh: sum(
      ({ capability: { soc, socMax, capacityWh, efficiencyOneWay } }) =>
        (Math.max(0, socMax - soc) * capacityWh) / efficiencyOneWay,
    ) as Wh,
  };
}
