import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import { z } from "zod";
import { instantText } from "./bid-file.ts";
import { ercotTime, tradingDate, tradingDay } from "./calendar.ts";
import { bidSet, decimal, instant, readBidSet, type XmlNode } from "./ews-xml.ts";
import type { ReserveBlock, ReserveOffer } from "./reserve-offer.ts";
import type { ReserveProduct } from "./rules.ts";

/** In the order of the schema's sequence. */
const onLineProducts = ["REGUP", "RRSPF", "RRSFF", "ONNS", "ECRS"] as const satisfies readonly ReserveProduct[];

/** A BidSet of ASOffers: one an operating hour and direction. */
export function encodeReserve(offers: readonly ReserveOffer[]): string {
  const [first] = offers;
  invariant(first !== undefined, "an offer file holds at least one offer");
  const day = tradingDay(first.interval.startMs);
  const items = offers.map((offer): XmlNode => {
    invariant(tradingDay(offer.interval.startMs).startMs === day.startMs, "an offer file is of one trading date");
    invariant(offer.decidedAtMs === first.decidedAtMs, "an offer file is of one decision");
    const { startMs, endMs } = offer.interval;
    return [
      "ASOffer",
      [
        ["startTime", ercotTime(day.startMs)],
        ["endTime", ercotTime(day.endMs)],
        ["externalId", `v${offer.versionNumber}`],
        ["resource", offer.unitId],
        ["asType", offer.direction === "up" ? "REGUP-RRS-ONNS" : "Reg-Down"],
        [
          "ASPriceCurve",
          [
            ["startTime", ercotTime(startMs)],
            ["endTime", ercotTime(endMs)],
            ...offer.blocks.map((block, index) => blockNode(block, offer.direction, index + 1)),
          ],
        ],
      ],
    ];
  });
  return bidSet(tradingDate(first.interval.startMs), instantText(first.decidedAtMs), items);
}

const blockNode = ({ volumeMW, prices }: ReserveBlock, direction: "up" | "down", block: number): XmlNode => [
  direction === "up" ? "OnLineReserves" : "RegDown",
  [
    ["xvalue", volumeMW],
    ...(direction === "down" ? (["REGDN"] as const) : onLineProducts).map((product): XmlNode | undefined =>
      prices[product] === undefined ? undefined : [product, prices[product]],
    ),
    ["block", block],
  ],
];

/** Reads a submission back; {@link validateReserve} judges it. */
export function parseReserve(text: string): Result<readonly ReserveOffer[], CodedError> {
  const file = readBidSet(text, ["ASOffer", "ASPriceCurve", "OnLineReserves", "RegDown"], asOffers);
  if (!file.ok) return file;
  const { submitTime, ASOffer } = file.value;
  if (ASOffer.length === 0) return fail({ code: "ercot.xml-empty" });
  return ok(
    ASOffer.flatMap(({ resource, externalId, asType, ASPriceCurve }) =>
      ASPriceCurve.map(({ startTime, endTime, OnLineReserves, RegDown }) => ({
        marketId: "ercot" as const,
        unitId: resource,
        interval: { startMs: startTime, endMs: endTime },
        versionNumber: Number(externalId.slice(1)),
        decidedAtMs: submitTime,
        direction: asType === "Reg-Down" ? ("down" as const) : ("up" as const),
        blocks: (OnLineReserves ?? RegDown ?? []).map(({ xvalue, block: _, ...prices }) => ({
          volumeMW: xvalue,
          prices: prices as ReserveBlock["prices"],
        })),
      })),
    ),
  );
}

const onLine = z.object({
  xvalue: decimal,
  block: z.string(),
  REGUP: decimal.optional(),
  RRSPF: decimal.optional(),
  RRSFF: decimal.optional(),
  ONNS: decimal.optional(),
  ECRS: decimal.optional(),
});

const asOffers = z.object({
  submitTime: instant,
  ASOffer: z.array(
    z.object({
      externalId: z.string().regex(/^v\d+$/),
      resource: z.string().min(1),
      asType: z.enum(["REGUP-RRS-ONNS", "Reg-Down"]),
      ASPriceCurve: z.array(
        z.object({
          startTime: instant,
          endTime: instant,
          OnLineReserves: z.array(onLine).optional(),
          RegDown: z.array(z.object({ xvalue: decimal, block: z.string(), REGDN: decimal })).optional(),
        }),
      ),
    }),
  ),
});
