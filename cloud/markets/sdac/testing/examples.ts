import type { Rng } from "@penstock/protocol/rng";
import { localDayAt } from "@penstock/protocol/time";
import { UtcMs } from "@penstock/protocol/units";
import type { CurveBid } from "../../curve-market.ts";
import type { MarketUnit, SubmissionKind } from "../../market.ts";
import { curveBreaks } from "../../testing/curve-breaks.ts";
import type { Break, ExampleKind } from "../../testing/example-kind.ts";
import { changed, commonBreaks, energyExamples, randomUnit } from "../../testing/random-energy.ts";
import { toTick } from "../../violation.ts";
import {
  type AfrrCapacityOffer,
  type AfrrEnergyOffer,
  afrrCapacityOffer,
  afrrEnergyOffer,
  type FcrOffer,
  fcrOffer,
} from "../balancing-offers.ts";
import { type Block, type BlockOrder, blockOrder } from "../block-order.ts";
import { sliceOf } from "../calendar.ts";
import { sdac } from "../index.ts";
import { type IntradayOrder, intradayOrder } from "../intraday-order.ts";
import { DE_ZONE, QUARTER_HOUR_MS } from "../rules.ts";

const FROM_MS = Date.UTC(2025, 9, 2);
const UNTIL_MS = Date.UTC(2027, 9, 1);

export const sdacEnergyExamples: ExampleKind<CurveBid> = energyExamples(sdac, FROM_MS, UNTIL_MS, [
  ...curveBreaks({ prefix: "sdac-de", pointsMax: 256, priceCap: 4_000, priceFloor: -500 }),
  {
    rule: "sdac-de.market-time-unit",
    how: "a quarter hour when the auction was by the hour",
    apply: (bid) => ({ ...bid, interval: quarterAt(UtcMs(Date.UTC(2024, 5, 1))) }),
  },
]);

const anInstant = (rng: Rng): UtcMs => UtcMs(FROM_MS + rng.uniform() * (UNTIL_MS - FROM_MS));

function quarterAt(instantMs: UtcMs) {
  const startMs = UtcMs(Math.floor(instantMs / QUARTER_HOUR_MS) * QUARTER_HOUR_MS);
  return { startMs, endMs: UtcMs(startMs + QUARTER_HOUR_MS) };
}

const bigUnit = (rng: Rng): MarketUnit => ({
  ...randomUnit(rng),
  minLoadMW: rng.integer(1, 400),
  maxCapacityMW: rng.integer(2, 400),
});

/** Reserve offers differ in their price and span only. */
function reserveExamples<O extends FcrOffer | AfrrCapacityOffer | AfrrEnergyOffer>(
  kind: SubmissionKind<O>,
  span: (rng: Rng) => O["interval"],
  own: (rng: Rng, unit: MarketUnit) => object,
  breaks: readonly Break<O>[],
): ExampleKind<O> {
  return {
    id: kind.id,
    make(rng) {
      const unit = bigUnit(rng);
      const interval = span(rng);
      const mostMW = Math.max(1, Math.floor(Math.min(unit.maxCapacityMW, unit.minLoadMW, unit.storageMWh * 2)));
      const about = {
        marketId: "sdac-de",
        unitId: unit.id,
        interval,
        versionNumber: rng.integer(1, 9),
        decidedAtMs: UtcMs(0),
      };
      const offer = { ...about, volumeMW: rng.integer(1, mostMW), ...own(rng, unit) } as unknown as O;
      return {
        offer: { ...offer, decidedAtMs: kind.gateClosureMs(offer) },
        unit: { ...unit, storageMWh: Math.max(1, unit.storageMWh) },
      };
    },
    breaks: [
      ...(commonBreaks<never>("sdac-de") as unknown as readonly Break<O>[]),
      {
        rule: "sdac-de.whole-mw",
        how: "half a megawatt",
        apply: (offer) => ({ ...offer, volumeMW: offer.volumeMW + 0.5 }),
      },
      { rule: "sdac-de.capacity", how: "more than the unit has", apply: (offer) => ({ ...offer, volumeMW: 1_000 }) },
      ...breaks,
    ],
    validate: kind.validate,
    encode: kind.encode,
    parse: kind.parse,
  };
}

const cutShort = <O extends { readonly interval: { readonly startMs: UtcMs; readonly endMs: UtcMs } }>(
  offer: O,
): O => ({
  ...offer,
  interval: { ...offer.interval, endMs: UtcMs(offer.interval.endMs - 300_000) },
});

export const fcrExamples: ExampleKind<FcrOffer> = reserveExamples(
  fcrOffer,
  (rng) => sliceOf(anInstant(rng)).interval,
  (rng) => ({ capacityPricePerMW: toTick(rng.exponential(60), 0.01) }),
  [
    { rule: "sdac-de.slice", how: "a slice cut short", apply: cutShort },
    { rule: "sdac-de.price-limit", how: "a negative price", apply: (offer) => ({ ...offer, capacityPricePerMW: -1 }) },
    {
      rule: "sdac-de.price-decimals",
      how: "a tenth of a cent",
      apply: (offer) => ({ ...offer, capacityPricePerMW: 1.001 }),
    },
    {
      rule: "sdac-de.fcr-energy",
      how: "more than the storage lasts",
      apply: (offer, unit) => ({ ...offer, volumeMW: unit.storageMWh * 2 + 1 }),
    },
  ],
);

export const afrrCapacityExamples: ExampleKind<AfrrCapacityOffer> = reserveExamples(
  afrrCapacityOffer,
  (rng) => sliceOf(anInstant(rng)).interval,
  (rng) => ({ direction: rng.pick(["POS", "NEG"]), capacityPricePerMWh: toTick(rng.exponential(10), 0.01) }),
  [
    { rule: "sdac-de.slice", how: "a slice cut short", apply: cutShort },
    { rule: "sdac-de.price-limit", how: "a negative price", apply: (offer) => ({ ...offer, capacityPricePerMWh: -1 }) },
  ],
);

export const afrrEnergyExamples: ExampleKind<AfrrEnergyOffer> = reserveExamples(
  afrrEnergyOffer,
  (rng) => quarterAt(anInstant(rng)),
  (rng) => ({ direction: rng.pick(["POS", "NEG"]), energyPricePerMWh: toTick(rng.between(-500, 900), 0.01) }),
  [
    { rule: "sdac-de.interval", how: "ten minutes", apply: cutShort },
    {
      rule: "sdac-de.price-limit",
      how: "beyond the platform's limit",
      apply: (offer) => ({ ...offer, energyPricePerMWh: 15_001 }),
    },
    {
      rule: "sdac-de.price-decimals",
      how: "a tenth of a cent",
      apply: (offer) => ({ ...offer, energyPricePerMWh: 1.001 }),
    },
  ],
);

export const intradayExamples: ExampleKind<IntradayOrder> = {
  id: intradayOrder.id,
  make(rng) {
    const unit = bigUnit(rng);
    const auction = rng.pick(["IDA1", "IDA2", "IDA3"] as const);
    const day = localDayAt(DE_ZONE, anInstant(rng));
    // The last ten hours of a day are after noon whatever the clocks do.
    const quarter = auction === "IDA3" ? rng.integer(1, 40) : rng.integer(1, 92);
    const interval = quarterAt(UtcMs(day.endMs - quarter * QUARTER_HOUR_MS));
    let powerMW = -unit.minLoadMW;
    let price = rng.between(-400, 20);
    const points = Array.from({ length: rng.integer(1, 8) }, () => {
      powerMW = Math.min(unit.maxCapacityMW, powerMW + rng.exponential(20));
      price += rng.exponential(30);
      return { powerMW: toTick(powerMW, 0.1), pricePerMWh: toTick(price, 0.01) };
    });
    const offer: IntradayOrder = {
      marketId: "sdac-de",
      unitId: unit.id,
      interval,
      versionNumber: 1,
      decidedAtMs: UtcMs(0),
      auction,
      points,
    };
    return { offer: { ...offer, decidedAtMs: intradayOrder.gateClosureMs(offer) }, unit };
  },
  breaks: [
    ...commonBreaks<IntradayOrder>("sdac-de"),
    { rule: "sdac-de.interval", how: "ten minutes", apply: cutShort },
    {
      rule: "sdac-de.ida3-half",
      how: "the morning in IDA3",
      apply: (order) => ({
        ...order,
        auction: "IDA3",
        interval: quarterAt(localDayAt(DE_ZONE, order.interval.startMs).startMs),
      }),
    },
    { rule: "sdac-de.point-count", how: "no point", apply: (order) => ({ ...order, points: [] }) },
    {
      rule: "sdac-de.price-limit",
      how: "beyond the limit",
      apply: (order) => ({
        ...order,
        points: changed(order.points, 0, (point) => ({ ...point, pricePerMWh: -10_000 })),
      }),
    },
    {
      rule: "sdac-de.capacity",
      how: "more than the unit can change by",
      apply: (order) => ({ ...order, points: [{ powerMW: 2_000, pricePerMWh: 1 }] }),
    },
  ],
  validate: intradayOrder.validate,
  encode: intradayOrder.encode,
  parse: intradayOrder.parse,
};

const blockChange = (
  rule: string,
  how: string,
  change: (block: Block, order: BlockOrder) => Block,
): Break<BlockOrder> => ({
  rule,
  how,
  apply: (order) => ({ ...order, blocks: changed(order.blocks, 0, (block) => change(block, order)) }),
});

export const blockExamples: ExampleKind<BlockOrder> = {
  id: blockOrder.id,
  make(rng) {
    const unit = bigUnit(rng);
    const interval = localDayAt(DE_ZONE, anInstant(rng));
    const quarters = (interval.endMs - interval.startMs) / QUARTER_HOUR_MS;
    const block = (id: string, sign: 1 | -1): Omit<Block, "relation"> => {
      const from = rng.integer(0, quarters - 2);
      const length = rng.integer(1, Math.min(16, quarters - from));
      const mostMW = sign > 0 ? unit.maxCapacityMW : unit.minLoadMW;
      return {
        id,
        pricePerMWh: toTick(rng.between(-50, 300), 0.01),
        acceptanceRatioMin: rng.pick([0, 0.5, 1]),
        profile: Array.from({ length }, (_, index) => ({
          quarter: from + index,
          powerMW: sign * Math.max(0.1, toTick(rng.between(0, mostMW), 0.1, "down")),
        })),
      };
    };
    const offer: BlockOrder = {
      marketId: "sdac-de",
      unitId: unit.id,
      interval,
      versionNumber: 1,
      decidedAtMs: UtcMs(0),
      blocks: [
        { ...block("buy", -1), relation: { kind: "loop", withId: "sell" } },
        { ...block("sell", 1), relation: { kind: "loop", withId: "buy" } },
        block("parent", 1),
        { ...block("child", -1), relation: { kind: "linked", parentId: "parent" } },
        ...Array.from(
          { length: rng.integer(0, 3) },
          (_, index): Block => ({ ...block(`either-${index}`, 1), relation: { kind: "exclusive", group: "peak" } }),
        ),
      ],
    };
    return { offer: { ...offer, decidedAtMs: blockOrder.gateClosureMs(offer) }, unit };
  },
  breaks: [
    ...commonBreaks<BlockOrder>("sdac-de"),
    {
      rule: "sdac-de.day",
      how: "half a day",
      apply: (order) => ({
        ...order,
        interval: { ...order.interval, endMs: UtcMs(order.interval.endMs - 12 * 3_600_000) },
      }),
    },
    {
      rule: "sdac-de.block-id",
      how: "two of one name",
      apply: (order) => ({ ...order, blocks: [...order.blocks, ...order.blocks.slice(0, 1)] }),
    },
    blockChange("sdac-de.price-limit", "beyond the limit", (block) => ({ ...block, pricePerMWh: 4_001 })),
    blockChange("sdac-de.price-decimals", "a tenth of a cent", (block) => ({ ...block, pricePerMWh: 1.001 })),
    blockChange("sdac-de.acceptance-ratio", "more than whole", (block) => ({ ...block, acceptanceRatioMin: 1.1 })),
    blockChange("sdac-de.profile", "beyond the day", (block) => ({
      ...block,
      profile: [{ quarter: 100, powerMW: -0.1 }],
    })),
    blockChange("sdac-de.profile-sign", "buys and sells", (block) => ({
      ...block,
      profile: [
        { quarter: 0, powerMW: -0.1 },
        { quarter: 1, powerMW: 0.1 },
      ],
    })),
    blockChange("sdac-de.mw-decimals", "hundredths of a megawatt", (block) => ({
      ...block,
      profile: [{ quarter: 0, powerMW: -0.15 }],
    })),
    blockChange("sdac-de.capacity", "more than the unit has", (block) => ({
      ...block,
      profile: [{ quarter: 0, powerMW: -999 }],
    })),
    blockChange("sdac-de.linked-parent", "an orphan", (block) => ({
      ...block,
      relation: { kind: "linked", parentId: "nobody" },
    })),
    blockChange("sdac-de.linked-parent", "its own ancestor", (block) => ({
      ...block,
      relation: { kind: "linked", parentId: block.id },
    })),
    blockChange("sdac-de.loop", "a loop with itself", (block) => ({
      ...block,
      relation: { kind: "loop", withId: block.id },
    })),
  ],
  validate: blockOrder.validate,
  encode: blockOrder.encode,
  parse: blockOrder.parse,
};
