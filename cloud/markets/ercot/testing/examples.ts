import type { Rng } from "@penstock/protocol/rng";
import { UtcMs } from "@penstock/protocol/units";
import type { CurveBid } from "../../curve-market.ts";
import { curveBreaks } from "../../testing/curve-breaks.ts";
import type { Break, ExampleKind } from "../../testing/example-kind.ts";
import { changed, commonBreaks, energyExamples, randomUnit } from "../../testing/random-energy.ts";
import { toTick } from "../../violation.ts";
import { dayAheadGateMs, operatingHour, tradingDay } from "../calendar.ts";
import {
  ercot,
  ercotReserve,
  operatingPlan,
  type PlannedHour,
  type ReserveBlock,
  type ReserveOffer,
} from "../index.ts";
import type { ReserveProduct } from "../rules.ts";

const FROM_MS = Date.UTC(2025, 11, 6);
const UNTIL_MS = Date.UTC(2027, 11, 1);
const BEFORE_RTC_B_MS = UtcMs(Date.UTC(2025, 5, 1));

const longBefore = { startMs: BEFORE_RTC_B_MS, endMs: UtcMs(BEFORE_RTC_B_MS + 900_000) };

export const ercotEnergyExamples: ExampleKind<CurveBid> = energyExamples(ercot, FROM_MS, UNTIL_MS, [
  ...curveBreaks({ prefix: "ercot", pointsMax: 10, priceCap: 5_000, priceFloor: -250 }),
  { rule: "ercot.market-design", how: "before RTC+B", apply: (bid) => ({ ...bid, interval: longBefore }) },
]);

const blockChange = (
  rule: string,
  how: string,
  change: (block: ReserveBlock) => ReserveBlock,
): Break<ReserveOffer> => ({
  rule,
  how,
  apply: (offer) => ({ ...offer, blocks: changed(offer.blocks, 0, change) }),
});

const upProducts: readonly ReserveProduct[] = ["REGUP", "RRSPF", "RRSFF", "ONNS", "ECRS"];

export const ercotReserveExamples: ExampleKind<ReserveOffer> = {
  id: ercotReserve.id,
  make(rng) {
    const unit = { ...randomUnit(rng), storageMWh: rng.integer(4, 800) };
    const { interval, day } = randomHour(rng);
    const direction = rng.pick(["up", "down"] as const);
    // Four hours of all blocks fit the storage, whatever the product.
    const mostMW = Math.min(unit.storageMWh / 4, unit.maxCapacityMW + unit.minLoadMW) / 5;
    const offer: ReserveOffer = {
      marketId: "ercot",
      unitId: unit.id,
      interval,
      versionNumber: rng.integer(1, 9),
      decidedAtMs: UtcMs(dayAheadGateMs(day) - rng.integer(0, 3_600_000)),
      direction,
      blocks: Array.from({ length: rng.integer(1, 5) }, () => ({
        volumeMW: Math.max(0.1, toTick(rng.between(0, mostMW), 0.1, "down")),
        prices: randomPrices(rng, direction === "down" ? ["REGDN"] : upProducts),
      })),
    };
    return { offer, unit };
  },
  breaks: [
    ...commonBreaks<ReserveOffer>("ercot"),
    { rule: "ercot.market-design", how: "before RTC+B", apply: (offer) => ({ ...offer, interval: longBefore }) },
    {
      rule: "ercot.hour",
      how: "half an hour",
      apply: (offer) => ({ ...offer, interval: { ...offer.interval, endMs: UtcMs(offer.interval.endMs - 1_800_000) } }),
    },
    { rule: "ercot.block-count", how: "no block", apply: (offer) => ({ ...offer, blocks: [] }) },
    blockChange("ercot.mw-decimals", "a block of nothing", (block) => ({ ...block, volumeMW: 0 })),
    blockChange("ercot.reserve-product", "a block without a price", (block) => ({ ...block, prices: {} })),
    blockChange("ercot.reserve-product", "up and down in one block", (block) => ({
      ...block,
      prices: { REGUP: 1, REGDN: 1 },
    })),
    blockChange("ercot.reserve-price-limit", "a negative price", (block) => ({ ...block, prices: { REGUP: -1 } })),
    blockChange("ercot.price-decimals", "a tenth of a cent", (block) => ({ ...block, prices: { REGUP: 1.001 } })),
    blockChange("ercot.capacity", "more than the unit has", (block) => ({ ...block, volumeMW: 2_000 })),
    {
      rule: "ercot.reserve-duration",
      how: "more than the storage lasts",
      apply: (offer, unit) => ({
        ...offer,
        blocks: [{ volumeMW: toTick(unit.storageMWh / 4 + 1, 0.1), prices: { ONNS: 1 } }],
      }),
    },
  ],
  validate: ercotReserve.validate,
  encode: ercotReserve.encode,
  parse: ercotReserve.parse,
};

export const operatingPlanExamples: ExampleKind<PlannedHour> = {
  id: operatingPlan.id,
  make(rng) {
    const unit = randomUnit(rng);
    const { interval } = randomHour(rng);
    const socMinMWh = toTick(unit.storageMWh * rng.between(0, 0.3), 0.1, "down");
    const socMaxMWh = toTick(unit.storageMWh * rng.between(0.7, 1), 0.1, "down");
    const socBeginMWh = Math.max(socMinMWh, toTick(rng.between(socMinMWh, socMaxMWh), 0.1, "down"));
    const isOut = rng.chance(0.1);
    const storedMWh = socBeginMWh - socMinMWh;
    const roomMWh = socMaxMWh - socBeginMWh;
    // Half an hour of Reg-Up takes half of what is stored at most, an hour of ECRS the other half.
    const reserveMW = {
      REGUP: toTick(storedMWh * rng.between(0, 1), 0.1, "down"),
      REGDN: toTick(roomMWh * rng.between(0, 2), 0.1, "down"),
      ECRS: toTick((storedMWh / 2) * rng.between(0, 1), 0.1, "down"),
    };
    const offer: PlannedHour = {
      marketId: "ercot",
      unitId: unit.id,
      interval,
      versionNumber: rng.integer(1, 50),
      decidedAtMs: UtcMs(interval.startMs - rng.integer(0, 86_400_000)),
      status: isOut ? "OUT" : "ON",
      lowLimitMW: isOut ? 0 : -unit.minLoadMW + 0,
      highLimitMW: isOut ? 0 : unit.maxCapacityMW,
      socMinMWh,
      socMaxMWh,
      socBeginMWh,
      reserveMW: isOut ? {} : reserveMW,
    };
    return { offer, unit };
  },
  breaks: [
    ...commonBreaks<PlannedHour>("ercot"),
    { rule: "ercot.market-design", how: "before RTC+B", apply: (hour) => ({ ...hour, interval: longBefore }) },
    {
      rule: "ercot.hour",
      how: "two hours",
      apply: (hour) => ({ ...hour, interval: { ...hour.interval, endMs: UtcMs(hour.interval.endMs + 3_600_000) } }),
    },
    {
      rule: "ercot.limit-order",
      how: "LSL above HSL",
      apply: (hour) => ({ ...hour, lowLimitMW: hour.highLimitMW + 1 }),
    },
    { rule: "ercot.capacity", how: "more than registered", apply: (hour) => ({ ...hour, highLimitMW: 999 }) },
    {
      rule: "ercot.mw-decimals",
      how: "hundredths of a megawatt",
      apply: (hour) => ({ ...hour, reserveMW: { ECRS: 0.05 } }),
    },
    {
      rule: "ercot.out-of-service",
      how: "out with a reserve",
      apply: (hour) => ({ ...hour, status: "OUT", reserveMW: { REGUP: 1 } }),
    },
    {
      rule: "ercot.soc-limits",
      how: "more than the storage",
      apply: (hour, unit) => ({ ...hour, socMaxMWh: unit.storageMWh + 1 }),
    },
    {
      rule: "ercot.soc-begin",
      how: "begins too full",
      apply: (hour) => ({ ...hour, socBeginMWh: hour.socMaxMWh + 0.1 }),
    },
    {
      rule: "ercot.soc-behind-reserve",
      how: "reserve without energy",
      apply: (hour, unit) => ({ ...hour, reserveMW: { ONNS: unit.storageMWh } }),
    },
  ],
  validate: operatingPlan.validate,
  encode: operatingPlan.encode,
  parse: operatingPlan.parse,
};

/** At least one product priced, in the order of the file. */
function randomPrices(rng: Rng, products: readonly ReserveProduct[]): ReserveBlock["prices"] {
  const always = rng.pick(products);
  const priced = products.filter((product) => product === always || rng.chance(0.5));
  return Object.fromEntries(priced.map((product) => [product, toTick(Math.min(4_000, rng.exponential(20)), 0.01)]));
}

function randomHour(rng: Rng) {
  const instantMs = UtcMs(FROM_MS + 86_400_000 + rng.uniform() * (UNTIL_MS - FROM_MS));
  const interval = operatingHour(instantMs);
  return { interval, day: tradingDay(interval.startMs) };
}
