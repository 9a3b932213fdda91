import { makeBid } from "@penstock/cloud/desk/bid-maker.ts";
import type { BidRecord } from "@penstock/cloud/desk/bid-record.ts";
import { certify } from "@penstock/cloud/desk/certificate.ts";
import { decideOffer } from "@penstock/cloud/desk/decide-offer.ts";
import { passGates } from "@penstock/cloud/desk/pass-gates.ts";
import { refitBid } from "@penstock/cloud/desk/refit-bid.ts";
import type { PriceForecast } from "@penstock/cloud/forecast/forecaster.ts";
import type { BandPrices } from "@penstock/cloud/markets/index.ts";
import type { Strategy } from "@penstock/cloud/strategies/index.ts";
import { fail, ok } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { minutes, seconds, UtcMs } from "@penstock/protocol/units";
import { attest, judged, unreadHistory } from "./attested-world.ts";
import { judgeOffer } from "./judge-offer.ts";
import { drawReading, drawWorld, type OfferWorld } from "./offer-world.ts";
import type { Suite } from "./suite.ts";
import { tryStack } from "./try-stack.ts";

interface Tally {
  built: number;
  refusedByCertificate: number;
  refusedByRules: number;
  withheld: number;
  withdrawals: number;
  sitesLeftOut: number;
  released: number;
  noLongerFit: number;
  offered: number;
  stacks: number;
  stacksRefused: number;
  stacksBy: Record<string, number>;
}

/** Random intervals through the desk's own steps, each bid judged from the raw readings. */
export const offers: Suite = {
  name: "offers",
  text: "no offer above attested capability: derates, outages, stale and broken readings, changed settings, clock changes, reserves on top of energy",
  async run({ count, seed, progress }) {
    const rng = new Rng(`offers/${seed}`);
    const tally: Tally = {
      built: 0,
      refusedByCertificate: 0,
      refusedByRules: 0,
      withheld: 0,
      withdrawals: 0,
      sitesLeftOut: 0,
      released: 0,
      noLongerFit: 0,
      offered: 0,
      stacks: 0,
      stacksRefused: 0,
      stacksBy: {},
    };
    const byMarket: Record<string, number> = {};
    const failures: string[] = [];
    for (let index = 0; index < count; index++) {
      const world = drawWorld(rng);
      byMarket[world.market.id] = (byMarket[world.market.id] ?? 0) + 1;
      for (const sentence of tryInterval(world, rng, tally)) {
        failures.push(`interval ${index} of seed ${seed}, ${world.market.id}: ${sentence}`);
      }
      if (failures.length > FAILURES_MAX) break;
      if ((index + 1) % 100_000 === 0)
        progress(`${index + 1} of ${count} intervals, ${failures.length} offers too many`);
    }
    return { intervals: count, ...tally, byMarket, failures };
  },
};

const FAILURES_MAX = 20;

/** Decides, makes, lets time pass, looks again; whatever is built or would leave is judged. */
function tryInterval(world: OfferWorld, rng: Rng, tally: Tally): readonly string[] {
  const { market, entry, interval, decidedAtMs } = world;
  const stack = tryStack(world, rng, tally);
  const record = decide(world, rng, tally);
  if (record === undefined) return stack;
  const steps = market.stackOf(record.bid);
  const intervalH = (interval.endMs - interval.startMs) / 3_600_000;
  if (record.state === "refused") {
    if (record.certificate.feasible) tally.refusedByRules++;
    else tally.refusedByCertificate++;
    return stack;
  }
  tally.built++;
  if (record.kind === "withdrawal") tally.withdrawals++;
  if (steps.length > 0) tally.offered++;
  const wrong = [...stack, ...judgeOffer(steps, record.offers, judged(world, decidedAtMs), intervalH)];

  // Until it leaves, some sites change.
  const laterMs = UtcMs(decidedAtMs + rng.integer(0, seconds(90)));
  for (const site of world.sites) {
    const before = world.readings.get(site.siteId);
    const changed =
      rng.chance(0.3) || before === undefined ? drawReading(rng, site, laterMs) : aged(before, laterMs - decidedAtMs);
    world.readings.set(site.siteId, changed);
  }
  const { attested, leftOut } = attest(world, laterMs);
  const offered = record.offers.flatMap(({ siteId, curve }) => {
    const site = attested.find(({ capability }) => capability.siteId === siteId);
    return site === undefined ? [] : [{ site, curve }];
  });
  const certificate = certify(entry.unit, interval, offered, steps, laterMs);
  if (refitBid({ record, attested, leftOut, certificate, standingBidId: null }).length > 0) {
    tally.noLongerFit++;
    return wrong;
  }
  tally.released++;
  return [...wrong, ...judgeOffer(steps, record.offers, judged(world, laterMs), intervalH)];
}

function decide(world: OfferWorld, rng: Rng, tally: Tally): BidRecord | undefined {
  const { market, entry, interval, decidedAtMs, curves } = world;
  const { attested, leftOut } = attest(world, decidedAtMs);
  tally.sitesLeftOut += leftOut.length;
  const constants = market.constantsAt(interval.startMs, entry.unit);
  const lastOffers = [...curves].map(([siteId, curve]) => ({ siteId, curve }));
  const hasForecast = !rng.chance(0.05);
  const decided = decideOffer({
    asOfMs: decidedAtMs,
    interval,
    attested,
    leftOut,
    forecast: hasForecast ? ok(noPrices) : fail({ code: "forecast.model-missing" }),
    constants,
    strategy: wishes(curves),
    lastOffers,
  });
  const gates = new Map(
    world.sites.map(({ siteId }) => [siteId, rng.chance(0.05) ? ("off" as const) : ("auto" as const)]),
  );
  const passage = passGates(decided, {
    unitGate: rng.chance(0.02) ? "manual" : "auto",
    siteGate: (siteId) => gates.get(siteId) ?? "manual",
    isKilled: rng.chance(0.01),
  });
  const bandPrices = bandPricesOf(world);
  if (bandPrices === undefined) return undefined;
  const made = makeBid(market, {
    entry,
    interval,
    offer: passage.offer,
    bandPrices,
    versionNumber: 1,
    author: { type: "algorithm" },
    product: "energy",
    gate: passage.gate,
    band: undefined,
    heldBack: passage.heldBack,
    standingBidId: null,
    expectedPrice: null,
    signatures: [],
    decidedAtMs,
    history: unreadHistory,
  });
  if (passage.isWithheld) tally.withheld++;
  return made.ok && !passage.isWithheld ? made.value : undefined;
}

/** The site goes on talking: its values stay, their time moves on. */
const aged = (reading: OfferWorld["readings"] extends Map<string, infer R> ? R : never, byMs: number) =>
  reading.measuredAtMs === undefined ? reading : { ...reading, measuredAtMs: UtcMs(reading.measuredAtMs + byMs) };

/** Wishes for what was drawn, whatever the sites can do. */
const wishes = (curves: OfferWorld["curves"]): Strategy => ({
  name: "wishes",
  decide: ({ sites, interval }) =>
    ok(
      sites.flatMap(({ siteId }) => {
        const curve = curves.get(siteId);
        return curve === undefined ? [] : [{ siteId, interval, curve, because: "drawn" }];
      }),
    ),
  levels: () => ok(LEVELS),
});

const LEVELS = { sellPrices: [30, 60, 120, 250], buyPrices: [-50, 0, 20] };

/** Bands of a day are chosen once, as a desk does. */
const chosenBands = new Map<string, BandPrices | undefined>();
function bandPricesOf({ market, entry, interval }: OfferWorld): BandPrices | undefined {
  const day = market.tradingDay(interval.startMs);
  // Loss factors differ, and with them what a band's price is at the unit: in the NEM a bid's bands hold for one unit.
  const key = `${market.id} ${day.startMs}`;
  if (market.id !== "nem" && chosenBands.has(key)) return chosenBands.get(key);
  const chosen = market.dayBandPrices({ unit: entry.unit, day, levels: [LEVELS] });
  const bands = chosen.ok ? chosen.value : undefined;
  chosenBands.set(key, bands);
  return bands;
}

const noPrices: PriceForecast = {
  forecaster: "none",
  asOfMs: UtcMs(0),
  startMs: UtcMs(0),
  intervalMs: minutes(5),
  mean: new Float64Array(),
  quantiles: [],
  paths: [],
};
