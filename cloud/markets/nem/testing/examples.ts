import type { Rng } from "@penstock/protocol/rng";
import { UtcMs } from "@penstock/protocol/units";
import type { Break, ExampleKind } from "../../testing/example-kind.ts";
import { changed, commonBreaks, energyExamples, randomUnit } from "../../testing/random-energy.ts";
import type { Direction, NemBid, NemBidSide } from "../bid.ts";
import { sideOf } from "../bid.ts";
import { gateClosureMs, intervalOfPeriod, tradingDay } from "../calendar.ts";
import { type FcasOffer, fcasServices, isRegulation } from "../fcas.ts";
import { nem, nemFcas } from "../index.ts";

const FROM_MS = Date.UTC(2015, 6, 1);
const UNTIL_MS = Date.UTC(2026, 11, 1);
/** Before it there is nothing to offer a second's response to. */
const FCAS_FROM_MS = Date.UTC(2024, 6, 1);

const sideChange = (
  rule: string,
  how: string,
  change: (side: NemBidSide, bid: NemBid) => NemBidSide | undefined,
): Break<NemBid> => ({
  rule,
  how,
  apply(bid, _, rng) {
    const direction: Direction = rng.chance(0.5) ? "GEN" : "LOAD";
    const side = sideOf(bid, direction);
    const broken = side === undefined ? undefined : change(side, bid);
    return broken && { ...bid, sides: bid.sides.map((each) => (each.direction === direction ? broken : each)) };
  },
});

export const nemEnergyExamples: ExampleKind<NemBid> = energyExamples(nem, FROM_MS, UNTIL_MS, [
  ...commonBreaks<NemBid>("nem"),
  {
    rule: "nem.both-directions",
    how: "one direction only",
    apply: (bid, _, rng) => ({ ...bid, sides: [rng.pick(bid.sides)] }),
  },
  {
    rule: "nem.interval",
    how: "off the grid",
    apply: (bid) => ({ ...bid, interval: { ...bid.interval, endMs: UtcMs(bid.interval.endMs + 1) } }),
  },
  sideChange("nem.band-count", "nine prices", (side) => ({ ...side, bandPrices: side.bandPrices.slice(1) })),
  sideChange("nem.price-limit", "above the cap", (side) => ({
    ...side,
    bandPrices: changed(side.bandPrices, 9, () => 30_000),
  })),
  sideChange("nem.price-limit", "below the floor", (side) => ({
    ...side,
    bandPrices: changed(side.bandPrices, 0, () => -1_200),
  })),
  sideChange("nem.price-decimals", "a tenth of a cent", (side) => ({
    ...side,
    bandPrices: changed(side.bandPrices, 4, (price) => price + 0.001),
  })),
  sideChange("nem.price-order", "prices upside down", (side) => ({
    ...side,
    bandPrices: [...side.bandPrices].reverse(),
  })),
  sideChange("nem.whole-mw", "half a megawatt", (side) => ({
    ...side,
    bandAvailMW: changed(side.bandAvailMW, 3, (volume) => volume + 0.5),
  })),
  sideChange("nem.band-sum", "a megawatt without a price", (side) => ({ ...side, maxAvailMW: side.maxAvailMW + 1 })),
  sideChange("nem.capacity", "more than registered", (side) => ({ ...side, maxAvailMW: 1_000 })),
  sideChange("nem.ramp-rate", "no ramp rate", (side) => ({ ...side, rampUpMWPerMin: 0 })),
  sideChange("nem.energy-limit", "negative storage", (side) => ({ ...side, energyLimitMWh: -1 })),
  {
    rule: "nem.convexity",
    how: "buys where it sells",
    apply(bid, unit) {
      if (unit.minLoadMW === 0) return undefined;
      const all = (band: number, volumeMW: number) =>
        Array.from({ length: 10 }, (_, index) => (index === band ? volumeMW : 0));
      const offered = (direction: Direction, band: number) =>
        bid.sides.map((side) =>
          side.direction === direction ? { ...side, bandAvailMW: all(band, 1), maxAvailMW: 1 } : side,
        );
      const sells = { ...bid, sides: offered("GEN", 0) };
      return {
        ...sells,
        sides: sells.sides.map((side) =>
          side.direction === "LOAD" ? { ...side, bandAvailMW: all(9, 1), maxAvailMW: 1 } : side,
        ),
      };
    },
  },
  {
    rule: "nem.rebid-reason",
    how: "a second version without a reason",
    apply: (bid) => ({ ...bid, versionNumber: 2 }),
  },
]);

export const nemFcasExamples: ExampleKind<FcasOffer> = {
  id: nemFcas.id,
  make(rng) {
    const unit = { ...randomUnit(rng), minLoadMW: rng.integer(1, 400) };
    const day = tradingDay(UtcMs(FCAS_FROM_MS + rng.uniform() * (UNTIL_MS - FCAS_FROM_MS)));
    const interval = intervalOfPeriod(day, rng.integer(1, 288));
    const service = rng.pick(fcasServices);
    const direction = isRegulation(service) ? { direction: rng.pick(["GEN", "LOAD"] as const) } : {};
    const highestMW = direction.direction === "LOAD" ? unit.minLoadMW : unit.maxCapacityMW;
    const lowestMW = isRegulation(service) ? 0 : -unit.minLoadMW;
    const corners = Array.from({ length: 4 }, () => rng.integer(lowestMW, highestMW)).sort((a, b) => a - b);
    const bandAvailMW = randomVolumes(rng, rng.integer(0, highestMW));
    const offer: FcasOffer = {
      marketId: "nem",
      unitId: unit.id,
      service,
      ...direction,
      interval,
      versionNumber: 1,
      decidedAtMs: gateClosureMs(interval),
      bandPrices: Array.from({ length: 10 }, () => Math.round(rng.exponential(500)) / 10).sort((a, b) => a - b),
      bandAvailMW,
      maxAvailMW: bandAvailMW.reduce((total, volume) => total + volume, 0),
      trapezium: {
        enablementMinMW: corners[0] ?? 0,
        lowBreakpointMW: corners[1] ?? 0,
        highBreakpointMW: corners[2] ?? 0,
        enablementMaxMW: corners[3] ?? 0,
      },
    };
    return { offer, unit };
  },
  breaks: [
    ...commonBreaks<FcasOffer>("nem"),
    {
      rule: "nem.fcas-service",
      how: "no such service",
      apply: (offer) => ({ ...offer, service: "RAISE2SEC" as FcasOffer["service"] }),
    },
    {
      rule: "nem.fcas-service",
      how: "one-second service before there was one",
      apply: (offer) => ({
        ...offer,
        service: "RAISE1SEC",
        interval: intervalOfPeriod(tradingDay(UtcMs(Date.UTC(2022, 1, 1))), 1),
      }),
    },
    {
      rule: "nem.fcas-direction",
      how: "regulation without a direction",
      apply({ direction: _, ...offer }) {
        return isRegulation(offer.service) ? offer : undefined;
      },
    },
    {
      rule: "nem.fcas-direction",
      how: "contingency with a direction",
      apply: (offer) => (isRegulation(offer.service) ? undefined : { ...offer, direction: "GEN" }),
    },
    {
      rule: "nem.fcas-price-limit",
      how: "a negative price",
      apply: (offer) => ({ ...offer, bandPrices: changed(offer.bandPrices, 0, () => -1) }),
    },
    {
      rule: "nem.fcas-price-limit",
      how: "above the cap",
      apply: (offer) => ({ ...offer, bandPrices: changed(offer.bandPrices, 9, () => 30_000) }),
    },
    {
      rule: "nem.price-decimals",
      how: "a tenth of a cent",
      apply: (offer) => ({ ...offer, bandPrices: changed(offer.bandPrices, 9, (price) => price + 0.001) }),
    },
    {
      rule: "nem.price-order",
      how: "the dearest first",
      apply: (offer) => ({ ...offer, bandPrices: changed(offer.bandPrices, 0, () => 10_000) }),
    },
    {
      rule: "nem.band-count",
      how: "eleven volumes",
      apply: (offer) => ({ ...offer, bandAvailMW: [...offer.bandAvailMW, 0] }),
    },
    {
      rule: "nem.whole-mw",
      how: "half a megawatt",
      apply: (offer) => ({ ...offer, bandAvailMW: changed(offer.bandAvailMW, 2, (volume) => volume + 0.5) }),
    },
    { rule: "nem.capacity", how: "more than the unit has", apply: (offer) => ({ ...offer, maxAvailMW: 2_000 }) },
    {
      rule: "nem.band-sum",
      how: "a megawatt without a price",
      apply: (offer) => ({ ...offer, maxAvailMW: offer.maxAvailMW + 1 }),
    },
    {
      rule: "nem.fcas-trapezium",
      how: "a corner beyond the unit",
      apply: (offer) => ({ ...offer, trapezium: { ...offer.trapezium, enablementMaxMW: 5_000 } }),
    },
    {
      rule: "nem.fcas-trapezium",
      how: "corners out of order",
      apply: (offer) => ({
        ...offer,
        trapezium: { ...offer.trapezium, lowBreakpointMW: offer.trapezium.enablementMaxMW + 1 },
      }),
    },
    {
      rule: "nem.rebid-reason",
      how: "a second version without a reason",
      apply: (offer) => ({ ...offer, versionNumber: 2 }),
    },
  ],
  validate: nemFcas.validate,
  encode: nemFcas.encode,
  parse: nemFcas.parse,
};

/** A whole number of megawatts over ten bands. */
function randomVolumes(rng: Rng, totalMW: number): readonly number[] {
  const volumes = Array.from({ length: 10 }, () => 0);
  let leftMW = totalMW;
  while (leftMW > 0) {
    const takenMW = rng.integer(1, leftMW);
    const band = rng.integer(0, 9);
    volumes[band] = (volumes[band] ?? 0) + takenMW;
    leftMW -= takenMW;
  }
  return volumes;
}
