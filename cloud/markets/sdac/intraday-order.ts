import { type Interval, localDateOf, localText } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import { type CurvePoint, curveRules, participantRules } from "../curve-market.ts";
import type { MarketUnit, SubmissionKind, Violation } from "../market.ts";
import { offerFields, offerFile } from "../offer-file.ts";
import { ruleInForce } from "../rulebook.ts";
import { violation } from "../violation.ts";
import { gateOnDayBefore, ida3GateMs } from "./calendar.ts";
import { CURVE_POINTS_MAX, DE_ZONE, intradayLimit, QUARTER_HOUR_MS, sdacRulebook, VOLUME_TICK_MW } from "./rules.ts";

/**
 * A curve for one quarter hour in an intraday auction: how far the position is to change at each price, positive sells
 * more. IDA1 and IDA2 are for the next day, IDA3 for the second half of the day itself. Times are believed, not read.
 */
export interface IntradayOrder {
  readonly marketId: "sdac-de";
  readonly unitId: string;
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  readonly auction: "IDA1" | "IDA2" | "IDA3";
  readonly points: readonly CurvePoint[];
}

export const intradayOrder: SubmissionKind<IntradayOrder> = {
  id: "sdac-de.ida",
  text: "intraday auctions IDA1, IDA2 and IDA3 by quarter hour",
  gateClosureMs: (order) => gateOf(order),
  validate: (order, unit) => [
    ...participantRules("sdac-de", order, unit),
    ...timeRules(order),
    ...pointRules(order, unit),
  ],
  ...offerFile<IntradayOrder>(
    "sdac-de.ida-file-1",
    z.object({
      marketId: z.literal("sdac-de"),
      ...offerFields,
      auction: z.enum(["IDA1", "IDA2", "IDA3"]),
      points: z.array(z.object({ powerMW: z.number(), pricePerMWh: z.number() })),
    }) as unknown as z.ZodType<IntradayOrder>,
  ),
};

function gateOf({ auction, interval }: IntradayOrder): UtcMs {
  if (auction === "IDA3") return ida3GateMs(interval);
  return gateOnDayBefore(auction === "IDA1" ? "ida1" : "ida2", interval);
}

function* timeRules(order: IntradayOrder): Iterable<Violation> {
  const { interval, decidedAtMs, auction } = order;
  if (interval.startMs % QUARTER_HOUR_MS !== 0 || interval.endMs - interval.startMs !== QUARTER_HOUR_MS) {
    yield violation("sdac-de.interval", "interval", "it is not a quarter hour");
  }
  if (decidedAtMs > gateOf(order))
    yield violation("sdac-de.gate-closed", "interval", `it was decided after ${auction} closed`);
  const isMorning = Number(localText(DE_ZONE, interval.startMs).slice(11, 13)) < 12;
  if (auction === "IDA3" && isMorning)
    yield violation(
      "sdac-de.ida3-half",
      "interval",
      `IDA3 on ${localDateOf(DE_ZONE, interval.startMs)} is for noon and later`,
    );
}

function pointRules({ points, interval }: IntradayOrder, unit: MarketUnit): Iterable<Violation> {
  const limit = ruleInForce(sdacRulebook, intradayLimit, interval.startMs);
  // From full charge sold back to full discharge bought back.
  const mostMW = unit.maxCapacityMW + unit.minLoadMW;
  return curveRules("sdac-de", points, {
    pointsMax: CURVE_POINTS_MAX,
    priceTick: 0.01,
    volumeTickMW: VOLUME_TICK_MW,
    priceFloor: -limit,
    priceCap: limit,
    powerMWMin: -mostMW,
    powerMWMax: mostMW,
  });
}
