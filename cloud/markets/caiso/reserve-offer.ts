import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import { participantRules } from "../curve-market.ts";
import type { MarketUnit, SubmissionKind, Violation } from "../market.ts";
import { offerFields, offerFile } from "../offer-file.ts";
import { isOnTick, violation } from "../violation.ts";
import { dayAheadGateMs } from "./calendar.ts";
import { HOUR_MS, RESERVE_MINUTES } from "./rules.ts";

const products = ["REG_UP", "REG_DOWN", "SPIN", "NON_SPIN"] as const;

/**
 * Capacity offered for one ancillary service and trading hour; regulation names a mileage price beside it.
 * Prices up to 250 USD/MW/h and the energy behind awards are believed, not read.
 */
export interface CaisoReserveOffer {
  readonly marketId: "caiso";
  readonly unitId: string;
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  readonly product: (typeof products)[number];
  readonly volumeMW: number;
  readonly pricePerMWh: number;
  readonly mileagePricePerMW?: number;
}

const PRICE_MAX = 250;
const MILEAGE_PRICE_MAX = 50;

const file = offerFile<CaisoReserveOffer>(
  "caiso.as-file-1",
  z.object({
    marketId: z.literal("caiso"),
    ...offerFields,
    product: z.enum(products),
    volumeMW: z.number(),
    pricePerMWh: z.number(),
    mileagePricePerMW: z.number().optional(),
  }) as unknown as z.ZodType<CaisoReserveOffer>,
);

export const caisoReserve: SubmissionKind<CaisoReserveOffer> = {
  id: "caiso.as-offer",
  text: "ancillary services: regulation up and down with mileage, spinning and non-spinning reserve",
  gateClosureMs: ({ interval }) => dayAheadGateMs(interval),
  validate: (offer, unit) => [...participantRules("caiso", offer, unit), ...offerRules(offer, unit)],
  ...file,
};

function* offerRules(offer: CaisoReserveOffer, unit: MarketUnit): Iterable<Violation> {
  const { interval, decidedAtMs, product, volumeMW, pricePerMWh, mileagePricePerMW } = offer;
  if (interval.startMs % HOUR_MS !== 0 || interval.endMs - interval.startMs !== HOUR_MS) {
    yield violation("caiso.hour", "interval", "it is not a trading hour");
  }
  if (decidedAtMs > dayAheadGateMs(interval))
    yield violation("caiso.gate-closed", "interval", "it was decided after the day-ahead market closed");
  if (!products.includes(product))
    yield violation("caiso.reserve-product", "product", `${product} is none of ${products.join(", ")}`);
  if (!(volumeMW > 0 && isOnTick(volumeMW, 0.01)))
    yield violation("caiso.mw-decimals", "volume", `${volumeMW} MW is not above 0 with two decimals`);
  if (volumeMW > unit.maxCapacityMW + unit.minLoadMW) {
    yield violation("caiso.capacity", "volume", `${volumeMW} MW is more than full charge to full discharge`);
  }
  if (!(pricePerMWh >= 0 && pricePerMWh <= PRICE_MAX && isOnTick(pricePerMWh, 0.01))) {
    yield violation("caiso.reserve-price-limit", "price", `${pricePerMWh} is outside 0..${PRICE_MAX} in cents`);
  }
  const isRegulation = product === "REG_UP" || product === "REG_DOWN";
  if (isRegulation !== (mileagePricePerMW !== undefined)) {
    yield violation("caiso.mileage-price", "mileage", "regulation names a mileage price, and nothing else does");
  } else if (mileagePricePerMW !== undefined && !(mileagePricePerMW >= 0 && mileagePricePerMW <= MILEAGE_PRICE_MAX)) {
    yield violation("caiso.mileage-price", "mileage", `${mileagePricePerMW} is outside 0..${MILEAGE_PRICE_MAX}`);
  }
  const energyMWh = (volumeMW * RESERVE_MINUTES) / 60;
  if (energyMWh > unit.storageMWh) {
    yield violation(
      "caiso.reserve-duration",
      product,
      `${RESERVE_MINUTES} min of it need ${energyMWh} MWh, the storage holds ${unit.storageMWh}`,
    );
  }
}
