import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, invariant, ok } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import type { Rebid } from "../market.ts";
import type { Direction, NemBid } from "./bid.ts";
import { sideOf } from "./bid.ts";
import { intervalOfPeriod, periodIdOf, tradingDate, tradingDay } from "./calendar.ts";
import { DISPATCH_INTERVAL_MS, NEM_OFFSET_MS } from "./rules.ts";

/**
 * Which reading of the operator's format this file follows. Field names are those seen in the operator's
 * public samples; casing and nesting of the details are unverified, which is why they live here and nowhere else.
 */
const SPEC_VERSION = "nem-energy-bdu-2024-06";

/**
 * One submission: the bids of one unit for intervals of one trading day, in order, each with both directions.
 * Bids of one file share their version, decision time, prices and rebid reason.
 */
export function encodeBids(bids: readonly NemBid[]): string {
  const [first] = bids;
  invariant(first !== undefined, "a bid file holds at least one bid");
  const day = tradingDay(first.interval.startMs);
  for (const bid of bids) {
    const isOfFile =
      bid.unitId === first.unitId &&
      bid.versionNumber === first.versionNumber &&
      bid.decidedAtMs === first.decidedAtMs &&
      tradingDay(bid.interval.startMs).startMs === day.startMs;
    invariant(isOfFile, "a bid file is one unit, one trading day, one version");
  }
  const file: BidFile = {
    specVersion: SPEC_VERSION,
    submissionDateTime: nemTime(first.decidedAtMs),
    versionNumber: first.versionNumber,
    tradingDate: tradingDate(day),
    duid: first.unitId,
    service: "ENERGY",
    ...(first.rebid === undefined ? {} : encodeRebid(first.rebid)),
    energyBids: first.sides.map(({ direction, bandPrices }) => ({
      direction,
      prices: [...bandPrices],
      energyPeriods: bids.map((bid) => encodePeriod(bid, direction)),
    })),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Reads a submission back. What it says is not judged here; {@link validate} does that. */
export function parseBids(text: string): Result<readonly NemBid[], CodedError> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail({ code: "nem.bid-file-json", message: error instanceof Error ? error.message : String(error) });
  }
  const parsed = bidFile.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fail({ code: "nem.bid-file-shape", where: issue?.path.join(".") ?? "", message: issue?.message ?? "" });
  }
  return decode(parsed.data);
}

function decode(file: BidFile): Result<readonly NemBid[], CodedError> {
  const day = tradingDay(fromNemTime(`${file.tradingDate} 04:00:00.000`));
  const rebid = decodeRebid(file);
  const periodIds = file.energyBids[0]?.energyPeriods.map((period) => period.periodId) ?? [];
  for (const side of file.energyBids) {
    const ids = side.energyPeriods.map((period) => period.periodId);
    if (ids.join() !== periodIds.join()) return fail({ code: "nem.bid-file-periods", direction: side.direction });
  }
  return ok(
    periodIds.map((periodId, index) => ({
      marketId: "nem",
      unitId: file.duid,
      interval: intervalOfPeriod(day, periodId),
      versionNumber: file.versionNumber,
      decidedAtMs: fromNemTime(file.submissionDateTime),
      sides: file.energyBids.map(({ direction, prices, energyPeriods }) => {
        const period = energyPeriods[index];
        invariant(period !== undefined, "both directions list the same periods");
        return {
          direction,
          bandPrices: prices,
          bandAvailMW: period.bandAvail,
          maxAvailMW: period.maxAvail,
          rampUpMWPerMin: period.rampUpRate,
          rampDownMWPerMin: period.rampDownRate,
          ...(period.energyLimit === undefined ? {} : { energyLimitMWh: period.energyLimit }),
        };
      }),
      ...(rebid === undefined ? {} : { rebid }),
    })),
  );
}

function encodePeriod(bid: NemBid, direction: Direction): BidFile["energyBids"][number]["energyPeriods"][number] {
  const side = sideOf(bid, direction);
  invariant(side !== undefined, "the bids of one file have the same directions");
  return {
    periodId: periodIdOf(bid.interval),
    bandAvail: [...side.bandAvailMW],
    maxAvail: side.maxAvailMW,
    rampUpRate: side.rampUpMWPerMin,
    rampDownRate: side.rampDownMWPerMin,
    ...(side.energyLimitMWh === undefined ? {} : { energyLimit: side.energyLimitMWh }),
  };
}

const encodeRebid = ({ reason, category, eventMs, awareMs, decisionMs }: Rebid) => ({
  rebidExplanation: reason,
  rebidCategory: category,
  rebidEventTime: nemTime(eventMs),
  rebidAwareTime: nemTime(awareMs),
  rebidDecisionTime: nemTime(decisionMs),
});

function decodeRebid(file: BidFile): Rebid | undefined {
  const { rebidExplanation, rebidCategory, rebidEventTime, rebidAwareTime, rebidDecisionTime } = file;
  if (rebidExplanation === undefined || rebidCategory === undefined) return undefined;
  if (rebidEventTime === undefined || rebidAwareTime === undefined || rebidDecisionTime === undefined) return undefined;
  return {
    reason: rebidExplanation,
    category: rebidCategory,
    eventMs: fromNemTime(rebidEventTime),
    awareMs: fromNemTime(rebidAwareTime),
    decisionMs: fromNemTime(rebidDecisionTime),
  };
}

/** `2023-01-31 04:05:00.000` in NEM time. */
const nemTime = (instantMs: UtcMs): string =>
  new Date(instantMs + NEM_OFFSET_MS).toISOString().replace("T", " ").replace("Z", "");

const fromNemTime = (text: string): UtcMs => (Date.parse(`${text.replace(" ", "T")}Z`) - NEM_OFFSET_MS) as UtcMs;

const nemInstant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$/)
  .refine((text) => Number.isFinite(fromNemTime(text)), "it is not a date");

const PERIODS_A_DAY = 86_400_000 / DISPATCH_INTERVAL_MS;

const bidFile = z
  .object({
    specVersion: z.literal(SPEC_VERSION),
    submissionDateTime: nemInstant,
    versionNumber: z.number(),
    tradingDate: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/)
      .refine((text) => Number.isFinite(Date.parse(text)), "it is not a date"),
    duid: z.string().min(1),
    service: z.literal("ENERGY"),
    rebidExplanation: z.string().optional(),
    rebidCategory: z.enum(["P", "A", "F", "E"]).optional(),
    rebidEventTime: nemInstant.optional(),
    rebidAwareTime: nemInstant.optional(),
    rebidDecisionTime: nemInstant.optional(),
    energyBids: z.array(
      z.object({
        direction: z.enum(["GEN", "LOAD"]),
        prices: z.array(z.number()),
        energyPeriods: z.array(
          z.object({
            periodId: z.int().min(1).max(PERIODS_A_DAY),
            bandAvail: z.array(z.number()),
            maxAvail: z.number(),
            rampUpRate: z.number(),
            rampDownRate: z.number(),
            energyLimit: z.number().optional(),
          }),
        ),
      }),
    ),
  })
  .refine(
    (file) =>
      new Set(
        [
          file.rebidExplanation,
          file.rebidCategory,
          file.rebidEventTime,
          file.rebidAwareTime,
          file.rebidDecisionTime,
        ].map((field) => field === undefined),
      ).size === 1,
    "a rebid gives reason, category and all three times",
  );

type BidFile = z.infer<typeof bidFile>;
