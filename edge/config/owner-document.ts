import { instantOf, localDateOf } from "@penstock/protocol/time";
import { days, minutes, Soc, UtcMs } from "@penstock/protocol/units";
import * as z from "zod";
import type { OwnerTerms } from "../control/site-control-config.ts";

const fraction = z.number().min(0).max(1);

/** What the owner and the warranty leave of the battery, as people write it. */
export const ownerDocument = z.strictObject({
  /** IANA name: whose midnight and whose months. */
  zone: z.string().min(1),
  /** When the owner's day begins, on the clocks of `zone`. */
  dayStartsAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day like "04:00"')
    .default("00:00"),
  /** Full equivalent cycles: energy discharged over nameplate capacity. */
  cyclesPerDay: z.number().positive().max(20).optional(),
  rest: z
    .strictObject({ afterCycles: z.number().positive().max(100), forMin: z.number().positive().max(1_440) })
    .optional(),
  seasons: z
    .array(
      z.strictObject({
        months: z.array(z.int().min(1).max(12)).min(1).max(12),
        min: fraction,
        max: fraction,
      }),
    )
    .max(12)
    .default([]),
});

export type OwnerDocument = z.output<typeof ownerDocument>;

/** Fields that are each in range and together make no sense; the first such, with where it stands. */
export function ownerContradiction(
  owner: OwnerDocument,
  taper: number,
): { readonly path: readonly (string | number)[]; readonly message: string } | undefined {
  if (!isZone(owner.zone)) return { path: ["zone"], message: `is no time zone: "${owner.zone}", as in Europe/Berlin` };
  const skipped = daysWithout(owner);
  if (skipped !== undefined) {
    return {
      path: ["dayStartsAt"],
      message: `must exist on every day: ${owner.dayStartsAt} is left out on ${skipped}`,
    };
  }
  const named = new Set<number>();
  for (const [index, { months, min, max }] of owner.seasons.entries()) {
    for (const month of months) {
      if (named.has(month)) return { path: ["seasons", index], message: `names month ${month} a second time` };
      named.add(month);
    }
    if (min + 2 * taper >= max) {
      return { path: ["seasons", index], message: "leaves no room: min and max must be more than two tapers apart" };
    }
  }
  return undefined;
}

export const toOwnerTerms = (
  { zone, dayStartsAt, cyclesPerDay, rest, seasons }: OwnerDocument,
  taper: number,
): OwnerTerms => ({
  zone,
  dayStartsAt,
  ...(cyclesPerDay !== undefined && { cyclesPerDayMax: cyclesPerDay }),
  ...(rest && { rest: { afterCycles: rest.afterCycles, forMs: minutes(rest.forMin) } }),
  seasons: seasons.map(({ months, min, max }) => ({
    months,
    band: { socMin: Soc(min), socMax: Soc(max), taper: Soc(taper) },
  })),
});

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Clocks go forward at about the same hour each year: one year shows which hours are ever left out. */
function daysWithout({ zone, dayStartsAt }: OwnerDocument): string | undefined {
  const firstMs = Date.UTC(2026, 0, 1, 12);
  for (let day = 0; day < 366; day++) {
    const date = localDateOf(zone, UtcMs(firstMs + days(day)));
    if (!instantOf(zone, date, dayStartsAt).ok) return date;
  }
  return undefined;
}
