import { invariant } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import type { Rebid } from "../market.ts";
import { tradingDate, tradingDay } from "./calendar.ts";
import { decodeRebid, fromNemTime, nemDate, nemInstant, nemTime, rebidFields } from "./nem-time.ts";

/** What every submission to the operator begins with: one unit, one trading day, one version. */
export const headerFields = <V extends string>(specVersion: V) => ({
  specVersion: z.literal(specVersion),
  submissionDateTime: nemInstant,
  versionNumber: z.number(),
  tradingDate: nemDate,
  duid: z.string().min(1),
  ...rebidFields,
});

/** What the bids and offers of one file share. */
export interface Submitted {
  readonly unitId: string;
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
}

export function encodeHeader<V extends string>(specVersion: V, all: readonly Submitted[]) {
  const [first] = all;
  invariant(first !== undefined, "a submission holds at least one bid");
  const day = tradingDay(first.interval.startMs);
  for (const each of all) {
    const isOfFile =
      each.unitId === first.unitId &&
      each.versionNumber === first.versionNumber &&
      each.decidedAtMs === first.decidedAtMs &&
      tradingDay(each.interval.startMs).startMs === day.startMs;
    invariant(isOfFile, "a submission is one unit, one trading day, one version");
  }
  return {
    specVersion,
    submissionDateTime: nemTime(first.decidedAtMs),
    versionNumber: first.versionNumber,
    tradingDate: tradingDate(day),
    duid: first.unitId,
  };
}

/** The trading day, what each bid of the file says of itself, and its rebid where it is one. */
export function decodeHeader(
  header: Parameters<typeof decodeRebid>[0] & {
    readonly submissionDateTime: string;
    readonly versionNumber: number;
    readonly tradingDate: string;
    readonly duid: string;
  },
): {
  readonly day: Interval;
  readonly about: {
    readonly marketId: "nem";
    readonly unitId: string;
    readonly versionNumber: number;
    readonly decidedAtMs: UtcMs;
  };
  readonly why: { readonly rebid?: Rebid };
} {
  const rebid = decodeRebid(header);
  return {
    day: tradingDay(fromNemTime(`${header.tradingDate} 04:00:00.000`)),
    about: {
      marketId: "nem",
      unitId: header.duid,
      versionNumber: header.versionNumber,
      decidedAtMs: fromNemTime(header.submissionDateTime),
    },
    why: rebid === undefined ? {} : { rebid },
  };
}
