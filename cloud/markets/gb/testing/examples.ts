import { UtcMs } from "@penstock/protocol/units";
import type { CurveBid } from "../../curve-market.ts";
import { curveBreaks } from "../../testing/curve-breaks.ts";
import type { Break, ExampleKind } from "../../testing/example-kind.ts";
import { changed, commonBreaks, energyExamples, randomUnit } from "../../testing/random-energy.ts";
import { toTick } from "../../violation.ts";
import { type BalancingData, type BidOfferPair, balancingData } from "../balancing.ts";
import { balancingGateMs, efaBlock, responseGateMs } from "../calendar.ts";
import { gb } from "../index.ts";
import { type ResponseBasket, type ResponseOrder, responseBasket, responseServices } from "../response-basket.ts";
import { SETTLEMENT_PERIOD_MS } from "../rules.ts";

const FROM_MS = Date.UTC(2024, 0, 2);
const UNTIL_MS = Date.UTC(2027, 0, 1);

export const gbEnergyExamples: ExampleKind<CurveBid> = energyExamples(
  gb,
  FROM_MS,
  UNTIL_MS,
  curveBreaks({ prefix: "gb", pointsMax: 256, priceCap: 3_000, priceFloor: -500 }),
);

const orderChange = (
  rule: string,
  how: string,
  change: (order: ResponseOrder) => ResponseOrder,
): Break<ResponseBasket> => ({
  rule,
  how,
  apply: (basket) => ({ ...basket, orders: changed(basket.orders, 0, change) }),
});

export const responseBasketExamples: ExampleKind<ResponseBasket> = {
  id: responseBasket.id,
  make(rng) {
    const unit = {
      ...randomUnit(rng),
      maxCapacityMW: rng.integer(30, 400),
      minLoadMW: rng.integer(30, 400),
      storageMWh: rng.integer(200, 800),
    };
    const { interval } = efaBlock(UtcMs(FROM_MS + rng.uniform() * (UNTIL_MS - FROM_MS)));
    const children = rng.integer(0, 5);
    // Each order a megawatt or two of each service: all together fit the smallest unit here.
    const order = (kind: ResponseOrder["kind"]): ResponseOrder => {
      const always = rng.pick(responseServices);
      return {
        kind,
        pricePerMWh: toTick(rng.between(-5, 40), 0.01),
        volumesMW: Object.fromEntries(
          responseServices
            .filter((service) => service === always || rng.chance(0.3))
            .map((service) => [service, rng.integer(1, 1)]),
        ),
      };
    };
    const offer: ResponseBasket = {
      marketId: "gb",
      unitId: unit.id,
      interval,
      versionNumber: rng.integer(1, 9),
      decidedAtMs: UtcMs(responseGateMs(interval) - rng.integer(0, 3_600_000)),
      basketId: rng.integer(1, 25),
      ...(rng.chance(0.2) ? { loopFamily: "evening" } : {}),
      orders: [
        order("parent"),
        ...Array.from({ length: children }, () => order(rng.pick(["child", "substitutable"] as const))),
      ],
    };
    return { offer, unit };
  },
  breaks: [
    ...commonBreaks<ResponseBasket>("gb"),
    {
      rule: "gb.efa-block",
      how: "two hours",
      apply: (basket) => ({
        ...basket,
        interval: { ...basket.interval, endMs: UtcMs(basket.interval.endMs - 7_200_000) },
      }),
    },
    { rule: "gb.basket-count", how: "the 26th basket", apply: (basket) => ({ ...basket, basketId: 26 }) },
    { rule: "gb.one-parent", how: "no parent", apply: (basket) => ({ ...basket, orders: basket.orders.slice(1) }) },
    {
      rule: "gb.child-count",
      how: "eleven children",
      apply: (basket) => ({
        ...basket,
        orders: [
          ...basket.orders,
          ...Array.from({ length: 11 }, () => ({ kind: "child" as const, pricePerMWh: 1, volumesMW: { DCL: 1 } })),
        ],
      }),
    },
    orderChange("gb.price-limit", "a price beyond all", (order) => ({ ...order, pricePerMWh: 10_000 })),
    orderChange("gb.price-decimals", "a tenth of a penny", (order) => ({ ...order, pricePerMWh: 1.001 })),
    orderChange("gb.volume", "half a megawatt", (order) => ({ ...order, volumesMW: { DCL: 0.5 } })),
    orderChange("gb.volume", "nothing", (order) => ({ ...order, volumesMW: {} })),
    orderChange("gb.service", "no such service", (order) => ({ ...order, volumesMW: { ...order.volumesMW, FFR: 1 } })),
    orderChange("gb.capacity", "more discharge than there is", (order) => ({ ...order, volumesMW: { DCL: 500 } })),
    orderChange("gb.capacity", "more charge than there is", (order) => ({ ...order, volumesMW: { DCH: 500 } })),
    {
      rule: "gb.response-duration",
      how: "more than the storage lasts",
      apply: (basket, unit) => ({
        ...basket,
        orders: [{ kind: "parent", pricePerMWh: 1, volumesMW: { DRL: unit.storageMWh + 1 } }],
      }),
    },
  ],
  validate: responseBasket.validate,
  encode: responseBasket.encode,
  parse: responseBasket.parse,
};

const pairChange = (rule: string, how: string, change: (pair: BidOfferPair) => BidOfferPair): Break<BalancingData> => ({
  rule,
  how,
  apply: (data) => ({ ...data, pairs: changed(data.pairs, 0, change) }),
});

export const balancingExamples: ExampleKind<BalancingData> = {
  id: balancingData.id,
  make(rng) {
    const unit = { ...randomUnit(rng), minLoadMW: rng.integer(1, 400) };
    const startMs = UtcMs(
      Math.floor((FROM_MS + rng.uniform() * (UNTIL_MS - FROM_MS)) / SETTLEMENT_PERIOD_MS) * SETTLEMENT_PERIOD_MS,
    );
    const interval = { startMs, endMs: UtcMs(startMs + SETTLEMENT_PERIOD_MS) };
    const exportLimitMW = rng.integer(0, unit.maxCapacityMW);
    const importLimitMW = -rng.integer(0, unit.minLoadMW) + 0;
    let price = rng.between(-200, 50);
    const pairs = [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]
      .filter((pair) => pair === 1 || rng.chance(0.5))
      .map((pair) => {
        price += rng.exponential(20);
        return {
          pair,
          levelMW: Math.sign(pair) * rng.integer(1, 50),
          offerPerMWh: toTick(price + 5, 0.01),
          bidPerMWh: toTick(price, 0.01),
        };
      });
    const offer: BalancingData = {
      marketId: "gb",
      unitId: unit.id,
      interval,
      versionNumber: rng.integer(1, 9),
      decidedAtMs: UtcMs(balancingGateMs(interval) - rng.integer(0, 3_600_000)),
      notifiedFromMW: rng.integer(importLimitMW, exportLimitMW),
      notifiedToMW: rng.integer(importLimitMW, exportLimitMW),
      exportLimitMW,
      importLimitMW,
      deliverableOfferMWh: rng.integer(0, Math.floor(unit.storageMWh / 2)),
      deliverableBidMWh: rng.integer(0, Math.floor(unit.storageMWh / 2)),
      pairs,
    };
    return { offer, unit };
  },
  breaks: [
    ...commonBreaks<BalancingData>("gb"),
    {
      rule: "gb.interval",
      how: "an hour",
      apply: (data) => ({
        ...data,
        interval: { ...data.interval, endMs: UtcMs(data.interval.endMs + SETTLEMENT_PERIOD_MS) },
      }),
    },
    {
      rule: "gb.capacity",
      how: "an export limit beyond the unit",
      apply: (data) => ({ ...data, exportLimitMW: 1_000 }),
    },
    {
      rule: "gb.capacity",
      how: "an import limit beyond the unit",
      apply: (data) => ({ ...data, importLimitMW: -1_000 }),
    },
    {
      rule: "gb.whole-mw",
      how: "half a megawatt",
      apply: (data) => ({ ...data, notifiedFromMW: data.notifiedFromMW + 0.5 }),
    },
    {
      rule: "gb.notification",
      how: "runs above its limit",
      apply: (data) => ({ ...data, notifiedToMW: data.exportLimitMW + 1 }),
    },
    {
      rule: "gb.deliverable",
      how: "more than the storage",
      apply: (data, unit) => ({ ...data, deliverableBidMWh: unit.storageMWh + 1 }),
    },
    pairChange("gb.pair-number", "pair 0", (pair) => ({ ...pair, pair: 0 })),
    pairChange("gb.pair-level", "on the wrong side", (pair) => ({ ...pair, levelMW: -pair.levelMW })),
    pairChange("gb.price-limit", "beyond all", (pair) => ({ ...pair, offerPerMWh: 100_000 })),
    pairChange("gb.price-decimals", "a tenth of a penny", (pair) => ({ ...pair, bidPerMWh: -300.001 })),
    pairChange("gb.offer-below-bid", "offer below bid", (pair) => ({ ...pair, offerPerMWh: pair.bidPerMWh - 1 })),
    {
      rule: "gb.pair-order",
      how: "prices that fall",
      apply: (data) => ({
        ...data,
        pairs: [
          { pair: 1, levelMW: 1, offerPerMWh: 50, bidPerMWh: 40 },
          { pair: 2, levelMW: 1, offerPerMWh: 45, bidPerMWh: 35 },
        ],
      }),
    },
  ],
  validate: balancingData.validate,
  encode: balancingData.encode,
  parse: balancingData.parse,
};
