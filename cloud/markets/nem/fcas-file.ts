import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, invariant, ok } from "@penstock/protocol/result";
import { z } from "zod";
import { readJson } from "../read-json.ts";
import { PERIODS_A_DAY } from "./bid-file.ts";
import { intervalOfPeriod, periodIdOf } from "./calendar.ts";
import { type FcasOffer, fcasServices } from "./fcas.ts";
import { decodeHeader, encodeHeader, headerFields } from "./file-header.ts";
import { encodeRebid, isWholeRebid, wholeRebid } from "./nem-time.ts";

/** Field names as in the operator's public samples; casing and nesting are unverified, as with the energy file. */
const SPEC_VERSION = "nem-fcas-2024-06";

/** One submission: one unit, one trading day; a `fcasBids` entry for each service and direction with its periods. */
export function encodeFcas(offers: readonly FcasOffer[]): string {
  const [first] = offers;
  invariant(first !== undefined, "an offer file holds at least one offer");
  const books = new Map<string, FcasOffer[]>();
  for (const offer of offers) {
    const key = `${offer.service} ${offer.direction ?? ""}`;
    books.set(key, [...(books.get(key) ?? []), offer]);
  }
  const file: FcasFile = {
    ...encodeHeader(SPEC_VERSION, offers),
    ...(first.rebid === undefined ? {} : encodeRebid(first.rebid)),
    fcasBids: [...books.values()].map((book) => {
      const [head] = book;
      invariant(head !== undefined, "a book has an offer");
      return {
        service: head.service,
        ...(head.direction === undefined ? {} : { direction: head.direction }),
        prices: [...head.bandPrices],
        fcasPeriods: book.map(({ interval, bandAvailMW, maxAvailMW, trapezium }) => ({
          periodId: periodIdOf(interval),
          bandAvail: [...bandAvailMW],
          maxAvail: maxAvailMW,
          enablementMin: trapezium.enablementMinMW,
          lowBreakpoint: trapezium.lowBreakpointMW,
          highBreakpoint: trapezium.highBreakpointMW,
          enablementMax: trapezium.enablementMaxMW,
        })),
      };
    }),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Reads a submission back; {@link validateFcas} judges it. Offers come by service, then by period. */
export function parseFcas(text: string): Result<readonly FcasOffer[], CodedError> {
  const file = readJson(text, fcasFile, "nem.fcas-file");
  if (!file.ok) return file;
  const { value } = file;
  const { day, about, why } = decodeHeader(value);
  if (value.fcasBids.length === 0) return fail({ code: "nem.fcas-file-empty" });
  return ok(
    value.fcasBids.flatMap(({ service, direction, prices, fcasPeriods }) =>
      fcasPeriods.map((period) => ({
        ...about,
        service,
        ...(direction === undefined ? {} : { direction }),
        interval: intervalOfPeriod(day, period.periodId),
        bandPrices: prices,
        bandAvailMW: period.bandAvail,
        maxAvailMW: period.maxAvail,
        trapezium: {
          enablementMinMW: period.enablementMin,
          lowBreakpointMW: period.lowBreakpoint,
          highBreakpointMW: period.highBreakpoint,
          enablementMaxMW: period.enablementMax,
        },
        ...why,
      })),
    ),
  );
}

const fcasFile = z
  .object({
    ...headerFields(SPEC_VERSION),
    fcasBids: z.array(
      z.object({
        service: z.enum(fcasServices),
        direction: z.enum(["GEN", "LOAD"]).optional(),
        prices: z.array(z.number()),
        fcasPeriods: z.array(
          z.object({
            periodId: z.int().min(1).max(PERIODS_A_DAY),
            bandAvail: z.array(z.number()),
            maxAvail: z.number(),
            enablementMin: z.number(),
            lowBreakpoint: z.number(),
            highBreakpoint: z.number(),
            enablementMax: z.number(),
          }),
        ),
      }),
    ),
  })
  .refine(isWholeRebid, wholeRebid);

type FcasFile = z.infer<typeof fcasFile>;
