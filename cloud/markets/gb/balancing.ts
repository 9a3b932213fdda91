import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import { participantRules } from "../curve-market.ts";
import type { MarketUnit, SettlementLine, SubmissionKind, Violation } from "../market.ts";
import { offerFields, offerFile } from "../offer-file.ts";
import { isOnTick, violation } from "../violation.ts";
import { balancingGateMs } from "./calendar.ts";
import { SETTLEMENT_PERIOD_MS } from "./rules.ts";

/**
 * What a unit tells the balancing mechanism of one settlement period: the power it means to run at, what it could run
 * at, what it could deliver for long, and what it wants to be moved up or down. Pairs −5..−1 and +1..+5; an offer
 * raises power, a bid lowers it. All of it general knowledge of BSC section Q and Grid Code BC1, to be checked there.
 */
export interface BalancingData {
  readonly marketId: "gb";
  readonly unitId: string;
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  /** Final physical notification, positive out, from the start to the end of the period. */
  readonly notifiedFromMW: number;
  readonly notifiedToMW: number;
  /** Maximum export and import limits: MEL ≥ 0, MIL ≤ 0. */
  readonly exportLimitMW: number;
  readonly importLimitMW: number;
  /** What may be delivered by all offers, and by all bids, of the period: MWh, never negative. */
  readonly deliverableOfferMWh: number;
  readonly deliverableBidMWh: number;
  readonly pairs: readonly BidOfferPair[];
}

export interface BidOfferPair {
  /** −5..−1 or 1..5. */
  readonly pair: number;
  /** How far from the notification the pair reaches, MW: positive for positive pairs, negative for negative ones. */
  readonly levelMW: number;
  readonly offerPerMWh: number;
  readonly bidPerMWh: number;
}

const PRICE_MAX = 99_999;

const file = offerFile<BalancingData>(
  "gb.bm-file-1",
  z.object({
    marketId: z.literal("gb"),
    ...offerFields,
    notifiedFromMW: z.number(),
    notifiedToMW: z.number(),
    exportLimitMW: z.number(),
    importLimitMW: z.number(),
    deliverableOfferMWh: z.number(),
    deliverableBidMWh: z.number(),
    pairs: z.array(z.object({ pair: z.int(), levelMW: z.number(), offerPerMWh: z.number(), bidPerMWh: z.number() })),
  }) as unknown as z.ZodType<BalancingData>,
);

export const balancingData: SubmissionKind<BalancingData> = {
  id: "gb.bm",
  text: "balancing mechanism: physical notification, limits, deliverable volumes, bid-offer pairs",
  gateClosureMs: ({ interval }) => balancingGateMs(interval),
  validate: (data, unit) => [
    ...participantRules("gb", data, unit),
    ...periodRules(data),
    ...limitRules(data, unit),
    ...pairRules(data),
  ],
  ...file,
};

function* periodRules({ interval, decidedAtMs }: BalancingData): Iterable<Violation> {
  if (interval.startMs % SETTLEMENT_PERIOD_MS !== 0 || interval.endMs - interval.startMs !== SETTLEMENT_PERIOD_MS) {
    yield violation("gb.interval", "interval", "it is not a settlement period");
  }
  if (decidedAtMs > balancingGateMs(interval))
    yield violation("gb.gate-closed", "interval", "it was decided within an hour of the period");
}

function* limitRules(data: BalancingData, unit: MarketUnit): Iterable<Violation> {
  const { exportLimitMW, importLimitMW, notifiedFromMW, notifiedToMW, deliverableOfferMWh, deliverableBidMWh } = data;
  if (!(exportLimitMW >= 0 && exportLimitMW <= unit.maxCapacityMW))
    yield violation("gb.capacity", "export limit", `${exportLimitMW} MW is outside 0..${unit.maxCapacityMW}`);
  if (!(importLimitMW <= 0 && importLimitMW >= -unit.minLoadMW))
    yield violation("gb.capacity", "import limit", `${importLimitMW} MW is outside ${-unit.minLoadMW}..0`);
  for (const [name, notifiedMW] of [
    ["from", notifiedFromMW],
    ["to", notifiedToMW],
  ] as const) {
    if (!Number.isSafeInteger(notifiedMW))
      yield violation("gb.whole-mw", `notification ${name}`, `${notifiedMW} is not a whole number`);
    if (!(notifiedMW >= importLimitMW && notifiedMW <= exportLimitMW)) {
      yield violation(
        "gb.notification",
        `notification ${name}`,
        `${notifiedMW} MW is outside ${importLimitMW}..${exportLimitMW}`,
      );
    }
  }
  if (
    !(deliverableOfferMWh >= 0 && deliverableBidMWh >= 0 && deliverableOfferMWh + deliverableBidMWh <= unit.storageMWh)
  ) {
    yield violation(
      "gb.deliverable",
      "deliverable volumes",
      `they must be from 0 up and fit the storage of ${unit.storageMWh} MWh together`,
    );
  }
}

function* pairRules({ pairs }: BalancingData): Iterable<Violation> {
  for (const [index, { pair, levelMW, offerPerMWh, bidPerMWh }] of pairs.entries()) {
    const where = `pair ${pair}`;
    if (!(Number.isSafeInteger(pair) && pair !== 0 && Math.abs(pair) <= 5))
      yield violation("gb.pair-number", where, "pairs are numbered −5..−1 and 1..5");
    if (!(Math.sign(levelMW) === Math.sign(pair) && Number.isSafeInteger(levelMW))) {
      yield violation("gb.pair-level", where, `${levelMW} MW is not a whole number on the pair's side`);
    }
    for (const price of [offerPerMWh, bidPerMWh]) {
      if (!(Math.abs(price) <= PRICE_MAX))
        yield violation("gb.price-limit", where, `${price} is outside ±${PRICE_MAX}`);
      if (!isOnTick(price, 0.01)) yield violation("gb.price-decimals", where, `${price} has more than two decimals`);
    }
    if (offerPerMWh < bidPerMWh)
      yield violation("gb.offer-below-bid", where, `the offer ${offerPerMWh} is below the bid ${bidPerMWh}`);
    const before = pairs[index - 1];
    if (before === undefined) continue;
    if (!(pair > before.pair)) yield violation("gb.pair-number", where, "pairs ascend and each stands once");
    if (offerPerMWh < before.offerPerMWh || bidPerMWh < before.bidPerMWh) {
      yield violation("gb.pair-order", where, "prices may not fall with the pair's number");
    }
  }
}

/** An acceptance is paid as bid: offers received, bids paid back, for each pair's MWh. */
export const settleAcceptance = (data: BalancingData, pair: BidOfferPair, acceptedMWh: number): SettlementLine => {
  const pricePerMWh = acceptedMWh >= 0 ? pair.offerPerMWh : pair.bidPerMWh;
  return {
    unitId: data.unitId,
    interval: data.interval,
    product: `bid-offer ${pair.pair}`,
    quantityMWh: acceptedMWh,
    pricePerMWh,
    amount: acceptedMWh * pricePerMWh,
    currency: "GBP",
    rule: "gb.acceptance-paid-as-bid",
  };
};
