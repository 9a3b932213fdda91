import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { intervalAt } from "@penstock/protocol/time";
import type { Ms, UtcMs, W } from "@penstock/protocol/units";
import { z } from "zod";
import type { OfferedCurve } from "../dispatch/split-award.ts";
import { priceQuantityCurve } from "../strategies/price-quantity-curve.ts";
import type { PersonsBid } from "./desk-commands.ts";

/**
 * A person's bid as it is written: per site, what to deliver below the first price, and from each price on. Positive
 * power sells; prices are money per MWh at the unit. Or, with `reserves` in place of `sites`, what the unit is to keep
 * ready: MW of each service, and the least to be paid for being ready, money per MW and hour. Services it does not name
 * are offered no more.
 */
const personBidFile = z.strictObject({
  unit: z.string(),
  /** When the interval starts, or `next` for the first whose gate is open. */
  intervalStart: z.union([z.literal("next"), z.iso.datetime()]),
  why: z.string().min(1),
  reserves: z
    .record(z.string(), z.strictObject({ volumeMW: z.number().nonnegative(), fromPricePerMWh: z.number() }))
    .optional(),
  sites: z
    .record(
      z.string(),
      z.strictObject({
        belowMW: z.number(),
        steps: z.array(z.strictObject({ fromPricePerMWh: z.number(), powerMW: z.number() })).max(100),
      }),
    )
    .optional(),
});

/** Refused with `bid-file.invalid`, which names the field, and `bid-file.not-ascending`. */
export function readPersonBid(file: unknown, intervalMs: Ms): Result<PersonsBid, CodedError> {
  const parsed = personBidFile.safeParse(file);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fail({ code: "bid-file.invalid", where: issue?.path.join("."), message: issue?.message });
  }
  const { unit, intervalStart, why, sites = {}, reserves } = parsed.data;
  if ((parsed.data.sites === undefined) === (reserves === undefined)) {
    return fail({ code: "bid-file.invalid", where: "sites", message: "a bid has either sites or reserves" });
  }
  const curves: OfferedCurve[] = [];
  for (const [siteId, { belowMW, steps }] of Object.entries(sites)) {
    const levels = [{ fromPricePerMWh: Number.NEGATIVE_INFINITY, powerMW: belowMW }, ...steps];
    const fallsAt = levels.findIndex((level, index) => {
      const last = levels[index - 1];
      return last !== undefined && (level.fromPricePerMWh < last.fromPricePerMWh || level.powerMW < last.powerMW);
    });
    if (fallsAt !== -1) return fail({ code: "bid-file.not-ascending", siteId, step: fallsAt });
    const curve = priceQuantityCurve(
      belowMW * 1e6,
      steps.map(({ fromPricePerMWh, powerMW }) => ({ pricePerMWh: fromPricePerMWh, powerW: (powerMW * 1e6) as W })),
    );
    curves.push({ siteId, curve });
  }
  const startMs = Date.parse(intervalStart) as UtcMs;
  const interval = intervalStart === "next" ? "next" : intervalAt(startMs, intervalMs);
  if (interval !== "next" && interval.startMs !== startMs) {
    return fail({ code: "bid-file.not-an-interval", intervalStart, nearest: new Date(interval.startMs).toISOString() });
  }
  const wishes = Object.entries(reserves ?? {}).map(([product, { volumeMW, fromPricePerMWh }]) => ({
    product,
    volumeW: (volumeMW * 1e6) as W,
    pricePerMWh: fromPricePerMWh,
  }));
  return ok({ unitId: unit, interval, curves, why, ...(reserves !== undefined && { reserves: wishes }) });
}
