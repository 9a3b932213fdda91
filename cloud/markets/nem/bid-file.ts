import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, invariant, ok } from "@penstock/protocol/result";
import { z } from "zod";
import { readJson } from "../read-json.ts";
import type { Direction, NemBid } from "./bid.ts";
import { sideOf } from "./bid.ts";
import { intervalOfPeriod, periodIdOf } from "./calendar.ts";
import { decodeHeader, encodeHeader, headerFields } from "./file-header.ts";
import { encodeRebid, isWholeRebid, wholeRebid } from "./nem-time.ts";
import { DISPATCH_INTERVAL_MS } from "./rules.ts";

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
  const file: BidFile = {
    ...encodeHeader(SPEC_VERSION, bids),
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
  const file = readJson(text, bidFile, "nem.bid-file");
  return file.ok ? decode(file.value) : file;
}

function decode(file: BidFile): Result<readonly NemBid[], CodedError> {
  const { day, about, why } = decodeHeader(file);
  const periodIds = file.energyBids[0]?.energyPeriods.map((period) => period.periodId) ?? [];
  for (const side of file.energyBids) {
    const ids = side.energyPeriods.map((period) => period.periodId);
    if (ids.join() !== periodIds.join()) return fail({ code: "nem.bid-file-periods", direction: side.direction });
  }
  return ok(
    periodIds.map((periodId, index) => ({
      ...about,
      interval: intervalOfPeriod(day, periodId),
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
      ...why,
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

export const PERIODS_A_DAY = 86_400_000 / DISPATCH_INTERVAL_MS;

const bidFile = z
  .object({
    ...headerFields(SPEC_VERSION),
    service: z.literal("ENERGY"),
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
  .refine(isWholeRebid, wholeRebid);

type BidFile = z.infer<typeof bidFile>;
