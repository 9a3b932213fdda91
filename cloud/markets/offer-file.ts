import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import { z } from "zod";
import type { CurveBid } from "./curve-market.ts";
import { readJson } from "./read-json.ts";

/**
 * A JSON file of offers of one kind, for operators whose own format is not public or could not be read: the field names
 * are ours, the mapping to the operator's is one function away, and `specVersion` says so. Unverified by nature.
 */
export function offerFile<O extends object>(specVersion: string, offer: z.ZodType<O>) {
  const code = specVersion.slice(0, specVersion.lastIndexOf("-"));
  const shape = z.object({ specVersion: z.literal(specVersion), offers: z.array(offer) });
  return {
    encode(offers: readonly O[]): string {
      invariant(offers.length > 0, "a file holds at least one offer");
      return `${JSON.stringify({ specVersion, offers }, undefined, 2)}\n`;
    },
    parse(text: string): Result<readonly O[], CodedError> {
      const file = readJson(text, shape, code);
      if (!file.ok) return file;
      return file.value.offers.length === 0 ? fail({ code: `${code}-empty` }) : ok(file.value.offers);
    },
  };
}

/** What every offer says of itself. */
export const offerFields = {
  unitId: z.string().min(1),
  interval: z.object({ startMs: z.int(), endMs: z.int() }),
  versionNumber: z.int(),
  decidedAtMs: z.int(),
};

/** Rising curves, one an interval. */
export function curveFile(marketId: string) {
  const shape = z.object({
    marketId: z.literal(marketId),
    ...offerFields,
    points: z.array(z.object({ powerMW: z.number(), pricePerMWh: z.number() })),
  });
  const { encode, parse } = offerFile<CurveBid>(`${marketId}.curve-file-1`, shape as unknown as z.ZodType<CurveBid>);
  return { encodeBids: encode, parseBids: parse };
}
