import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import type { CurveBid } from "../curve-market.ts";
import { ercotTime, operatingHour, tradingDate, tradingDay } from "./calendar.ts";
import { bidSet, decimal, instant, readBidSet, type XmlNode } from "./ews-xml.ts";
import { SETTLEMENT_INTERVAL_MS } from "./rules.ts";

/**
 * A BidSet of ThreePartOffers (EWS transaction schema): one a bid, each with one EnergyOfferCurve from the bid's
 * interval to the end of its operating hour. The version travels as `externalId`, which the operator hands back.
 */
export function encodeBids(bids: readonly CurveBid[]): string {
  const [first] = bids;
  invariant(first !== undefined, "a bid file holds at least one bid");
  const day = tradingDay(first.interval.startMs);
  const offers = bids.map((bid): XmlNode => {
    invariant(tradingDay(bid.interval.startMs).startMs === day.startMs, "a bid file is of one trading date");
    invariant(bid.decidedAtMs === first.decidedAtMs, "a bid file is of one decision");
    const { startMs } = bid.interval;
    return [
      "ThreePartOffer",
      [
        ["startTime", ercotTime(day.startMs)],
        ["endTime", ercotTime(day.endMs)],
        ["externalId", `v${bid.versionNumber}`],
        ["resource", bid.unitId],
        [
          "EnergyOfferCurve",
          [
            ["startTime", ercotTime(startMs)],
            ["endTime", ercotTime(operatingHour(startMs).endMs)],
            ["curveStyle", "CURVE"],
            ...bid.points.map(
              ({ powerMW, pricePerMWh }): XmlNode => [
                "CurveData",
                [
                  ["xvalue", powerMW],
                  ["y1value", pricePerMWh],
                ],
              ],
            ),
          ],
        ],
      ],
    ];
  });
  return bidSet(tradingDate(first.interval.startMs), instantText(first.decidedAtMs), offers);
}

/** Reads a submission back. What it says is not judged here; the rulebook does that. */
export function parseBids(text: string): Result<readonly CurveBid[], CodedError> {
  const file = readBidSet(text, ["ThreePartOffer", "EnergyOfferCurve", "CurveData"], threePartOffers);
  if (!file.ok) return file;
  const { submitTime, ThreePartOffer } = file.value;
  if (ThreePartOffer.length === 0) return fail({ code: "ercot.xml-empty" });
  return ok(
    ThreePartOffer.flatMap(({ resource, externalId, EnergyOfferCurve }) =>
      EnergyOfferCurve.map(({ startTime, CurveData }) => ({
        marketId: "ercot",
        unitId: resource,
        interval: { startMs: startTime, endMs: (startTime + SETTLEMENT_INTERVAL_MS) as UtcMs },
        versionNumber: Number(externalId.slice(1)),
        decidedAtMs: submitTime,
        points: CurveData.map(({ xvalue, y1value }) => ({ powerMW: xvalue, pricePerMWh: y1value })),
      })),
    ),
  );
}

/** In UTC with milliseconds: when we decided, to the millisecond we wrote down. */
export const instantText = (instantMs: UtcMs): string => new Date(instantMs).toISOString();

const threePartOffers = z.object({
  submitTime: instant,
  ThreePartOffer: z.array(
    z.object({
      externalId: z.string().regex(/^v\d+$/),
      resource: z.string().min(1),
      EnergyOfferCurve: z.array(
        z.object({
          startTime: instant,
          endTime: instant,
          CurveData: z.array(z.object({ xvalue: decimal, y1value: decimal })),
        }),
      ),
    }),
  ),
});
