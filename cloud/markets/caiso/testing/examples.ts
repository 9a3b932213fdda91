import { localDay } from "@penstock/protocol/time";
import { UtcMs } from "@penstock/protocol/units";
import type { CurveBid } from "../../curve-market.ts";
import { curveBreaks } from "../../testing/curve-breaks.ts";
import type { ExampleKind } from "../../testing/example-kind.ts";
import { commonBreaks, energyExamples, randomUnit } from "../../testing/random-energy.ts";
import { toTick } from "../../violation.ts";
import { dayAheadGateMs } from "../calendar.ts";
import { caiso } from "../index.ts";
import { type CaisoReserveOffer, caisoReserve } from "../reserve-offer.ts";
import { CAISO_ZONE, HOUR_MS } from "../rules.ts";
import { type StateOfChargeBid, stateOfCharge } from "../state-of-charge.ts";

const FROM_MS = Date.UTC(2025, 0, 2);
const UNTIL_MS = Date.UTC(2027, 0, 1);
const dates = ["2026-03-08", "2026-11-01", "2026-07-01", "2026-01-15"] as const;

export const caisoEnergyExamples: ExampleKind<CurveBid> = energyExamples(
  caiso,
  FROM_MS,
  UNTIL_MS,
  curveBreaks({ prefix: "caiso", pointsMax: 11, priceCap: 2_000, priceFloor: -150 }),
);

export const caisoReserveExamples: ExampleKind<CaisoReserveOffer> = {
  id: caisoReserve.id,
  make(rng) {
    const unit = randomUnit(rng);
    const day = localDay(CAISO_ZONE, rng.pick(dates));
    const startMs = UtcMs(day.startMs + rng.integer(0, 22) * HOUR_MS);
    const product = rng.pick(["REG_UP", "REG_DOWN", "SPIN", "NON_SPIN"] as const);
    const mostMW = Math.min(unit.maxCapacityMW + unit.minLoadMW, unit.storageMWh * 2);
    const interval = { startMs, endMs: UtcMs(startMs + HOUR_MS) };
    const offer: CaisoReserveOffer = {
      marketId: "caiso",
      unitId: unit.id,
      interval,
      versionNumber: rng.integer(1, 9),
      decidedAtMs: UtcMs(dayAheadGateMs(interval) - rng.integer(0, HOUR_MS)),
      product,
      volumeMW: Math.max(0.01, toTick(rng.between(0, mostMW), 0.01, "down")),
      pricePerMWh: toTick(Math.min(250, rng.exponential(20)), 0.01),
      ...(product.startsWith("REG") ? { mileagePricePerMW: toTick(rng.between(0, 50), 0.01) } : {}),
    };
    return { offer, unit };
  },
  breaks: [
    ...commonBreaks<CaisoReserveOffer>("caiso"),
    {
      rule: "caiso.hour",
      how: "half an hour",
      apply: (offer) => ({ ...offer, interval: { ...offer.interval, endMs: UtcMs(offer.interval.endMs - 1_800_000) } }),
    },
    {
      rule: "caiso.reserve-product",
      how: "no such product",
      apply: (offer) => ({ ...offer, product: "FFR" as CaisoReserveOffer["product"] }),
    },
    { rule: "caiso.mw-decimals", how: "nothing", apply: (offer) => ({ ...offer, volumeMW: 0 }) },
    { rule: "caiso.capacity", how: "more than the unit has", apply: (offer) => ({ ...offer, volumeMW: 2_000 }) },
    { rule: "caiso.reserve-price-limit", how: "a negative price", apply: (offer) => ({ ...offer, pricePerMWh: -1 }) },
    {
      rule: "caiso.mileage-price",
      how: "mileage where there is none, none where there is",
      apply: ({ mileagePricePerMW, ...offer }) =>
        mileagePricePerMW === undefined ? { ...offer, mileagePricePerMW: 1 } : offer,
    },
    {
      rule: "caiso.reserve-duration",
      how: "more than the storage lasts",
      apply: (offer, unit) => ({ ...offer, volumeMW: unit.storageMWh * 2 + 1 }),
    },
  ],
  validate: caisoReserve.validate,
  encode: caisoReserve.encode,
  parse: caisoReserve.parse,
};

export const stateOfChargeExamples: ExampleKind<StateOfChargeBid> = {
  id: stateOfCharge.id,
  make(rng) {
    const unit = randomUnit(rng);
    const interval = localDay(CAISO_ZONE, rng.pick(dates));
    const hours = (interval.endMs - interval.startMs) / HOUR_MS;
    const upperLimitMWh = unit.storageMWh;
    const initialMWh = rng.integer(0, upperLimitMWh);
    const offer: StateOfChargeBid = {
      marketId: "caiso",
      unitId: unit.id,
      interval,
      versionNumber: 1,
      decidedAtMs: dayAheadGateMs(interval),
      initialMWh,
      lowerLimitMWh: 0,
      upperLimitMWh,
      endOfHour: rng.chance(0.3)
        ? []
        : Array.from({ length: hours }, () => ({
            minMWh: rng.integer(0, initialMWh),
            maxMWh: rng.integer(initialMWh, upperLimitMWh),
          })),
    };
    return { offer, unit };
  },
  breaks: [
    ...commonBreaks<StateOfChargeBid>("caiso"),
    {
      rule: "caiso.day",
      how: "a week",
      apply: (bid) => ({ ...bid, interval: { ...bid.interval, endMs: UtcMs(bid.interval.endMs + 6 * 24 * HOUR_MS) } }),
    },
    { rule: "caiso.soc-limits", how: "more than the storage", apply: (bid) => ({ ...bid, upperLimitMWh: 5_000 }) },
    {
      rule: "caiso.soc-initial",
      how: "begins too full",
      apply: (bid) => ({ ...bid, initialMWh: bid.upperLimitMWh + 1 }),
    },
    {
      rule: "caiso.soc-hours",
      how: "an hour too many",
      apply: (bid) => ({
        ...bid,
        endOfHour: Array.from({ length: 26 }, () => ({ minMWh: 0, maxMWh: bid.initialMWh })),
      }),
    },
    {
      rule: "caiso.soc-reach",
      how: "full in an hour",
      apply(bid, unit) {
        if (bid.initialMWh + unit.minLoadMW >= unit.storageMWh) return undefined;
        const hours = (bid.interval.endMs - bid.interval.startMs) / HOUR_MS;
        return {
          ...bid,
          endOfHour: Array.from({ length: hours }, () => ({ minMWh: unit.storageMWh, maxMWh: unit.storageMWh })),
        };
      },
    },
  ],
  validate: stateOfCharge.validate,
  encode: stateOfCharge.encode,
  parse: stateOfCharge.parse,
};
