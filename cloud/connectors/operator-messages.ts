import type { CodedError } from "@penstock/protocol/result";
import { z } from "zod";
import type { DispatchResults, ReserveResults, SubmissionReceipt, SubmissionRefusal } from "../desk/market-operator.ts";
import type { OperatorWish } from "../dispatch/fleet-target.ts";

/** What crosses the line between a desk and an operator, and where. All bodies but the bid file are JSON. */
export const paths = {
  submissions: "/submissions",
  results: "/results",
  reserveResults: "/reserve-results",
  signals: "/signals",
} as const;

/** Says which submission this is: the same key with the same file gets the same answer. */
export const keyHeader = "idempotency-key";

export type SubmissionAnswer =
  | { readonly ok: true; readonly receipt: SubmissionReceipt }
  | { readonly ok: false; readonly refusal: SubmissionRefusal };

export type ResultsAnswer =
  | { readonly ok: true; readonly results: DispatchResults }
  | { readonly ok: false; readonly error: CodedError };

export type ReserveResultsAnswer =
  | { readonly ok: true; readonly results: ReserveResults }
  | { readonly ok: false; readonly error: CodedError };

const instant = z.int();
const interval = z.object({ startMs: instant, endMs: instant });

export const submissionAnswer: z.ZodType<SubmissionAnswer> = z.union([
  z.object({ ok: z.literal(true), receipt: z.object({ receivedAtMs: instant, bids: z.int().nonnegative() }) }),
  z.object({
    ok: z.literal(false),
    refusal: z.looseObject({
      code: z.enum([
        "operator.rules",
        "operator.file",
        "operator.unknown-unit",
        "operator.gate-closed",
        "operator.key-reused",
      ]),
      violations: z.array(z.object({ rule: z.string(), where: z.string(), message: z.string() })),
    }),
  }),
]) as unknown as z.ZodType<SubmissionAnswer>;

const reserveAward = z.object({
  marketId: z.string(),
  unitId: z.string(),
  interval,
  product: z.string(),
  direction: z.enum(["up", "down", "both"]),
  enabledW: z.number().nonnegative(),
  pricePerMWh: z.number(),
});

export const reserveResultsAnswer: z.ZodType<ReserveResultsAnswer> = z.union([
  z.object({
    ok: z.literal(true),
    results: z.object({
      block: interval,
      awards: z.array(reserveAward),
      prices: z.record(z.string(), z.number()),
    }),
  }),
  z.object({ ok: z.literal(false), error: z.looseObject({ code: z.string() }) }),
]) as unknown as z.ZodType<ReserveResultsAnswer>;

export const resultsAnswer: z.ZodType<ResultsAnswer> = z.union([
  z.object({
    ok: z.literal(true),
    results: z.object({
      interval,
      pricePerMWh: z.number(),
      currency: z.string(),
      awards: z.array(
        z.object({
          marketId: z.string(),
          unitId: z.string(),
          interval,
          targetW: z.number(),
          pricePerMWh: z.number(),
          rampLimited: z.boolean(),
        }),
      ),
      reserves: z.array(reserveAward).optional(),
      reservePrices: z.record(z.string(), z.number()).optional(),
    }),
  }),
  z.object({ ok: z.literal(false), error: z.looseObject({ code: z.string() }) }),
]) as unknown as z.ZodType<ResultsAnswer>;

const powerW = z.number().min(-1e10).max(1e10);
const unitId = z.string().min(1).max(64);

/** One line of the operator's signals: a unit's set-point now, or a band to stay in until an instant. */
export const operatorWish: z.ZodType<OperatorWish> = z.union([
  z.object({ kind: z.literal("agc"), unitId, powerW, sequence: z.int().nonnegative(), sentAtMs: instant }),
  z
    .object({
      kind: z.literal("instruction"),
      id: z.string().min(1).max(64),
      unitId,
      powerWMin: powerW,
      powerWMax: powerW,
      untilMs: instant,
    })
    .refine(({ powerWMin, powerWMax }) => powerWMin <= powerWMax, "powerWMin is at most powerWMax"),
]) as unknown as z.ZodType<OperatorWish>;
