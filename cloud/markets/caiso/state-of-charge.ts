import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import { participantRules } from "../curve-market.ts";
import type { MarketUnit, SubmissionKind, Violation } from "../market.ts";
import { offerFields, offerFile } from "../offer-file.ts";
import { violation } from "../violation.ts";
import { dayAheadGateMs } from "./calendar.ts";
import { HOUR_MS } from "./rules.ts";

/**
 * The daily and hourly components of a storage bid that speak of energy: what is stored when the day begins, how far it
 * may be emptied and filled, and where an hour has to end. Stated by the participant or left to the operator.
 */
export interface StateOfChargeBid {
  readonly marketId: "caiso";
  readonly unitId: string;
  /** The trading day. */
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  readonly initialMWh: number;
  readonly lowerLimitMWh: number;
  readonly upperLimitMWh: number;
  /** One a trading hour where the participant manages it: bounds at the end of the hour. */
  readonly endOfHour: readonly { readonly minMWh: number; readonly maxMWh: number }[];
}

const file = offerFile<StateOfChargeBid>(
  "caiso.soc-file-1",
  z.object({
    marketId: z.literal("caiso"),
    ...offerFields,
    initialMWh: z.number(),
    lowerLimitMWh: z.number(),
    upperLimitMWh: z.number(),
    endOfHour: z.array(z.object({ minMWh: z.number(), maxMWh: z.number() })),
  }) as unknown as z.ZodType<StateOfChargeBid>,
);

export const stateOfCharge: SubmissionKind<StateOfChargeBid> = {
  id: "caiso.soc",
  text: "initial state of charge, charge limits and end-of-hour bounds of a trading day",
  gateClosureMs: ({ interval }) => dayAheadGateMs(interval),
  validate: (bid, unit) => [...participantRules("caiso", bid, unit), ...socRules(bid, unit)],
  ...file,
};

function* socRules(bid: StateOfChargeBid, unit: MarketUnit): Iterable<Violation> {
  const { interval, decidedAtMs, initialMWh, lowerLimitMWh, upperLimitMWh, endOfHour } = bid;
  const hours = (interval.endMs - interval.startMs) / HOUR_MS;
  if (![23, 24, 25].includes(hours))
    yield violation("caiso.day", "interval", "it is not a trading day of 23, 24 or 25 hours");
  if (decidedAtMs > dayAheadGateMs(interval))
    yield violation("caiso.gate-closed", "interval", "it was decided after the day-ahead market closed");
  if (!(lowerLimitMWh >= 0 && lowerLimitMWh <= upperLimitMWh && upperLimitMWh <= unit.storageMWh)) {
    yield violation(
      "caiso.soc-limits",
      "limits",
      `${lowerLimitMWh}..${upperLimitMWh} MWh must ascend within 0..${unit.storageMWh}`,
    );
  }
  if (!(initialMWh >= lowerLimitMWh && initialMWh <= upperLimitMWh)) {
    yield violation("caiso.soc-initial", "initial", `${initialMWh} MWh is outside ${lowerLimitMWh}..${upperLimitMWh}`);
  }
  if (endOfHour.length !== 0 && endOfHour.length !== hours) {
    yield violation("caiso.soc-hours", "end of hour", `${endOfHour.length} bounds for a day of ${hours} hours`);
  }
  let reach = { minMWh: initialMWh, maxMWh: initialMWh };
  for (const [index, { minMWh, maxMWh }] of endOfHour.entries()) {
    const where = `hour ${index + 1}`;
    if (!(minMWh <= maxMWh && minMWh >= lowerLimitMWh && maxMWh <= upperLimitMWh)) {
      yield violation("caiso.soc-limits", where, `${minMWh}..${maxMWh} MWh must ascend within the day's limits`);
    }
    // Losses aside, an hour moves no more than an hour's power.
    reach = {
      minMWh: Math.max(minMWh, reach.minMWh - unit.maxCapacityMW),
      maxMWh: Math.min(maxMWh, reach.maxMWh + unit.minLoadMW),
    };
    if (reach.minMWh > reach.maxMWh) {
      yield violation("caiso.soc-reach", where, "the unit cannot get from the bounds before to these within the hour");
      return;
    }
  }
}
