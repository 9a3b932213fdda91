import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import { participantRules } from "../curve-market.ts";
import type { MarketUnit, SettlementLine, SubmissionKind, Violation } from "../market.ts";
import { offerFields, offerFile } from "../offer-file.ts";
import { ruleInForce } from "../rulebook.ts";
import { isOnTick, violation } from "../violation.ts";
import { balancingEnergyGateMs, gateOnDayBefore, sliceOf } from "./calendar.ts";
import { energyBidLimit, QUARTER_HOUR_MS, responseMinutes, sdacRulebook } from "./rules.ts";

/** What the German reserve tenders take. Whole megawatts are believed; slices and payment were read. */
interface SliceOffer {
  readonly marketId: "sdac-de";
  readonly unitId: string;
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  readonly volumeMW: number;
}

/** Frequency containment reserve: symmetric, one four-hour slice, paid as cleared, EUR/MW for the slice. */
export interface FcrOffer extends SliceOffer {
  readonly capacityPricePerMW: number;
}

/** Automatic frequency restoration reserve, capacity: up and down apart, paid as bid, EUR/MW/h. */
export interface AfrrCapacityOffer extends SliceOffer {
  readonly direction: "POS" | "NEG";
  readonly capacityPricePerMWh: number;
}

/** aFRR energy of one quarter hour: what awarded capacity must offer, free bids may. Positive price: we are paid. */
export interface AfrrEnergyOffer extends SliceOffer {
  readonly direction: "POS" | "NEG";
  readonly energyPricePerMWh: number;
}

const common = { marketId: z.literal("sdac-de"), ...offerFields, volumeMW: z.number() };
const direction = z.enum(["POS", "NEG"]);

export const fcrOffer: SubmissionKind<FcrOffer> = {
  id: "sdac-de.fcr",
  text: "frequency containment reserve: symmetric, six four-hour slices a day",
  gateClosureMs: ({ interval }) => gateOnDayBefore("fcr", interval),
  validate: (offer, unit) => [
    ...participantRules("sdac-de", offer, unit),
    ...sliceRules(offer, "fcr"),
    ...fcrRules(offer, unit),
  ],
  ...offerFile<FcrOffer>(
    "sdac-de.fcr-file-1",
    z.object({ ...common, capacityPricePerMW: z.number() }) as unknown as z.ZodType<FcrOffer>,
  ),
};

export const afrrCapacityOffer: SubmissionKind<AfrrCapacityOffer> = {
  id: "sdac-de.afrr",
  text: "automatic frequency restoration reserve, capacity: POS and NEG, six four-hour slices a day",
  gateClosureMs: ({ interval }) => gateOnDayBefore("afrr", interval),
  validate: (offer, unit) => [
    ...participantRules("sdac-de", offer, unit),
    ...sliceRules(offer, "afrr"),
    ...volumeRules(offer, offer.direction === "POS" ? unit.maxCapacityMW : unit.minLoadMW),
    ...priceRules(offer.capacityPricePerMWh, 0, CAPACITY_PRICE_MAX),
  ],
  ...offerFile<AfrrCapacityOffer>(
    "sdac-de.afrr-file-1",
    z.object({ ...common, direction, capacityPricePerMWh: z.number() }) as unknown as z.ZodType<AfrrCapacityOffer>,
  ),
};

export const afrrEnergyOffer: SubmissionKind<AfrrEnergyOffer> = {
  id: "sdac-de.afrr-energy",
  text: "aFRR energy by quarter hour, up to 25 minutes before it",
  gateClosureMs: ({ interval }) => balancingEnergyGateMs(interval),
  validate: (offer, unit) => [
    ...participantRules("sdac-de", offer, unit),
    ...quarterRules(offer),
    ...volumeRules(offer, offer.direction === "POS" ? unit.maxCapacityMW : unit.minLoadMW),
    ...energyPriceRules(offer),
  ],
  ...offerFile<AfrrEnergyOffer>(
    "sdac-de.afrr-energy-file-1",
    z.object({ ...common, direction, energyPricePerMWh: z.number() }) as unknown as z.ZodType<AfrrEnergyOffer>,
  ),
};

/** unverified: no limit for capacity prices was at hand; beyond this it is a slip of the hand. */
const CAPACITY_PRICE_MAX = 100_000;

function* sliceRules({ interval, decidedAtMs }: SliceOffer, gate: "fcr" | "afrr"): Iterable<Violation> {
  const slice = sliceOf(interval.startMs).interval;
  if (interval.startMs !== slice.startMs || interval.endMs !== slice.endMs)
    yield violation("sdac-de.slice", "interval", "it is not a four-hour slice");
  if (decidedAtMs > gateOnDayBefore(gate, interval))
    yield violation("sdac-de.gate-closed", "interval", "it was decided after the tender closed");
}

function* quarterRules({ interval, decidedAtMs }: SliceOffer): Iterable<Violation> {
  if (interval.startMs % QUARTER_HOUR_MS !== 0 || interval.endMs - interval.startMs !== QUARTER_HOUR_MS) {
    yield violation("sdac-de.interval", "interval", "it is not a quarter hour");
  }
  if (decidedAtMs > balancingEnergyGateMs(interval))
    yield violation("sdac-de.gate-closed", "interval", "it was decided within 25 minutes of it");
}

function* volumeRules({ volumeMW }: SliceOffer, mostMW: number): Iterable<Violation> {
  if (!(Number.isSafeInteger(volumeMW) && volumeMW >= 1))
    yield violation("sdac-de.whole-mw", "volume", `${volumeMW} is not a whole number from 1 up`);
  if (volumeMW > mostMW)
    yield violation("sdac-de.capacity", "volume", `${volumeMW} MW is more than the ${mostMW} there are`);
}

function* priceRules(price: number, floor: number, cap: number): Iterable<Violation> {
  if (!(price >= floor && price <= cap))
    yield violation("sdac-de.price-limit", "price", `${price} is outside ${floor}..${cap}`);
  if (!isOnTick(price, 0.01)) yield violation("sdac-de.price-decimals", "price", `${price} has more than two decimals`);
}

function energyPriceRules({ energyPricePerMWh, interval }: AfrrEnergyOffer): Iterable<Violation> {
  const limit = ruleInForce(sdacRulebook, energyBidLimit, interval.startMs);
  return priceRules(energyPricePerMWh, -limit, limit);
}

/** Full activation must last each way, so half the storage is what there is for either. */
function* fcrRules(offer: FcrOffer, unit: MarketUnit): Iterable<Violation> {
  yield* volumeRules(offer, Math.min(unit.maxCapacityMW, unit.minLoadMW));
  yield* priceRules(offer.capacityPricePerMW, 0, CAPACITY_PRICE_MAX);
  const minutes = ruleInForce(sdacRulebook, responseMinutes, offer.interval.startMs);
  const bandMWh = (2 * offer.volumeMW * minutes) / 60;
  if (bandMWh > unit.storageMWh) {
    yield violation(
      "sdac-de.fcr-energy",
      "volume",
      `${minutes} min each way need ${bandMWh} MWh, the storage holds ${unit.storageMWh}`,
    );
  }
}

/** FCR is paid what clears; aFRR capacity what was bid. */
export const settleFcr = ({ unitId, interval, volumeMW }: FcrOffer, clearedPricePerMW: number): SettlementLine => {
  const hours = (interval.endMs - interval.startMs) / 3_600_000;
  return {
    unitId,
    interval,
    product: "FCR",
    quantityMWh: volumeMW * hours,
    pricePerMWh: clearedPricePerMW / hours,
    amount: volumeMW * clearedPricePerMW,
    currency: "EUR",
    rule: "sdac-de.fcr-pay-as-cleared",
  };
};

export const settleAfrrCapacity = ({
  unitId,
  interval,
  volumeMW,
  direction,
  capacityPricePerMWh,
}: AfrrCapacityOffer): SettlementLine => {
  const hours = (interval.endMs - interval.startMs) / 3_600_000;
  return {
    unitId,
    interval,
    product: `aFRR ${direction}`,
    quantityMWh: volumeMW * hours,
    pricePerMWh: capacityPricePerMWh,
    amount: volumeMW * hours * capacityPricePerMWh,
    currency: "EUR",
    rule: "sdac-de.afrr-pay-as-bid",
  };
};
