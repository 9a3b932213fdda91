import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import type { Rebid } from "../market.ts";
import { NEM_OFFSET_MS } from "./rules.ts";

/** What all of the operator's bid files share: how they write an instant, and why a bid changed. */

/** `2023-01-31 04:05:00.000` in NEM time. */
export const nemTime = (instantMs: UtcMs): string =>
  new Date(instantMs + NEM_OFFSET_MS).toISOString().replace("T", " ").replace("Z", "");

export const fromNemTime = (text: string): UtcMs => (Date.parse(`${text.replace(" ", "T")}Z`) - NEM_OFFSET_MS) as UtcMs;

export const nemInstant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$/)
  .refine((text) => Number.isFinite(fromNemTime(text)), "it is not a date");

export const nemDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((text) => Number.isFinite(Date.parse(text)), "it is not a date");

export const rebidFields = {
  rebidExplanation: z.string().optional(),
  rebidCategory: z.enum(["P", "A", "F", "E"]).optional(),
  rebidEventTime: nemInstant.optional(),
  rebidAwareTime: nemInstant.optional(),
  rebidDecisionTime: nemInstant.optional(),
};

type RebidFields = { readonly [K in keyof typeof rebidFields]?: z.infer<(typeof rebidFields)[K]> };

export const isWholeRebid = (file: RebidFields): boolean =>
  new Set(
    [file.rebidExplanation, file.rebidCategory, file.rebidEventTime, file.rebidAwareTime, file.rebidDecisionTime].map(
      (field) => field === undefined,
    ),
  ).size === 1;

export const wholeRebid = "a rebid gives reason, category and all three times";

export const encodeRebid = ({ reason, category, eventMs, awareMs, decisionMs }: Rebid) => ({
  rebidExplanation: reason,
  rebidCategory: category,
  rebidEventTime: nemTime(eventMs),
  rebidAwareTime: nemTime(awareMs),
  rebidDecisionTime: nemTime(decisionMs),
});

export function decodeRebid(file: RebidFields): Rebid | undefined {
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
