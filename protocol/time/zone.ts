import { type CodedError, fail, invariant, ok, type Result } from "../result/index.ts";
import type { UtcMs } from "../units/index.ts";
import type { Interval } from "./interval.ts";

/**
 * Civil time of a market's zone (an IANA name such as `Europe/Berlin`), from the time-zone data that comes with the
 * runtime. Days have 23, 24 or 25 hours; nothing here assumes 24.
 */

/** A date on the calendar of a zone, `2026-03-29`. */
export type LocalDate = string & { readonly brand?: "LocalDate" };

/** How far the zone's clocks are ahead of UTC at an instant, in milliseconds. */
export function zoneOffsetMs(zone: string, instantMs: UtcMs): number {
  const day = Math.floor(instantMs / DAY_MS);
  const before = offsetAtMidnight(zone, day);
  // Clocks are never changed twice in a day: the same at both ends is the same all day.
  return before === offsetAtMidnight(zone, day + 1) ? before : askedOffsetMs(zone, instantMs);
}

/** By zone and day of the UTC calendar; asking the time-zone data is slow. A century of them is small. */
const knownOffsets = new Map<string, Map<number, number>>();

function offsetAtMidnight(zone: string, day: number): number {
  let known = knownOffsets.get(zone);
  if (known === undefined) {
    known = new Map();
    knownOffsets.set(zone, known);
  }
  let offsetMs = known.get(day);
  if (offsetMs === undefined) {
    offsetMs = askedOffsetMs(zone, day * DAY_MS);
    known.set(day, offsetMs);
  }
  return offsetMs;
}

function askedOffsetMs(zone: string, instantMs: number): number {
  const { year, month, day, hour, minute, second } = partsOf(zone, instantMs);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000;
}

/** The date on the zone's calendar at an instant. */
export const localDateOf = (zone: string, instantMs: UtcMs): LocalDate => localText(zone, instantMs).slice(0, 10);

/** `2026-03-29T01:45:00`: what a clock on the wall shows. */
export const localText = (zone: string, instantMs: UtcMs): string =>
  new Date(instantMs + zoneOffsetMs(zone, instantMs)).toISOString().slice(0, 19);

/**
 * The instant a wall clock shows `date` and `time` (`"12:00"`). When the hour occurs twice (clocks go back) the first
 * is meant unless `occurrence` says 2; an hour that is skipped (clocks go forward) is refused with
 * `time.no-such-hour`, a text that is no date with `time.not-a-date`.
 */
export function instantOf(zone: string, date: LocalDate, time = "00:00", occurrence: 1 | 2 = 1): Result<UtcMs> {
  const wallMs = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`);
  if (!Number.isFinite(wallMs)) return fail({ code: "time.not-a-date", date, time } satisfies CodedError);
  const candidates = [
    wallMs - zoneOffsetMs(zone, (wallMs - DAY_MS) as UtcMs),
    wallMs - zoneOffsetMs(zone, (wallMs + DAY_MS) as UtcMs),
  ]
    .filter((instantMs, index, all) => all.indexOf(instantMs) === index)
    .filter((instantMs) => instantMs + zoneOffsetMs(zone, instantMs as UtcMs) === wallMs)
    .sort((a, b) => a - b);
  const instantMs = occurrence === 2 ? candidates.at(-1) : candidates[0];
  if (instantMs === undefined) return fail({ code: "time.no-such-hour", date, time, zone } satisfies CodedError);
  return ok(instantMs as UtcMs);
}

/** From one local time of day to the same on the next date: 23, 24 or 25 hours. `startsAt` must exist on every date. */
export function localDay(zone: string, date: LocalDate, startsAt = "00:00"): Interval {
  const startMs = instantOf(zone, date, startsAt);
  const endMs = instantOf(zone, addDays(date, 1), startsAt);
  invariant(startMs.ok && endMs.ok, `${startsAt} exists in ${zone} on ${date} and the day after`);
  return { startMs: startMs.value, endMs: endMs.value };
}

/** The local day that contains an instant, when days start at `startsAt`. */
export function localDayAt(zone: string, instantMs: UtcMs, startsAt = "00:00"): Interval {
  const date = localDateOf(zone, instantMs);
  const day = localDay(zone, date, startsAt);
  return instantMs >= day.startMs ? day : localDay(zone, addDays(date, -1), startsAt);
}

/** Calendar arithmetic; no clock is involved. */
export const addDays = (date: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Equal pieces of a stretch of time, in order; the stretch must be a multiple of the piece. */
export function piecesOf({ startMs, endMs }: Interval, lengthMs: number): readonly Interval[] {
  invariant((endMs - startMs) % lengthMs === 0, "a day is a whole number of market intervals");
  return Array.from({ length: (endMs - startMs) / lengthMs }, (_, index) => ({
    startMs: (startMs + index * lengthMs) as UtcMs,
    endMs: (startMs + (index + 1) * lengthMs) as UtcMs,
  }));
}

const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(zone: string, instantMs: number) {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
  }
  const found = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of format.formatToParts(instantMs))
    if (type in found) found[type as keyof typeof found] = Number(value);
  return found;
}
