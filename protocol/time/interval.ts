import type { Ms, UtcMs } from "../units/index.ts";

/** A half-open stretch of time, `[startMs, endMs)`. */
export interface Interval {
  readonly startMs: UtcMs;
  readonly endMs: UtcMs;
}

/** The interval of a fixed length, aligned to the UTC epoch, that contains an instant. */
export function intervalAt(instantMs: UtcMs, lengthMs: Ms): Interval {
  const startMs = Math.floor(instantMs / lengthMs) * lengthMs;
  return { startMs: startMs as UtcMs, endMs: (startMs + lengthMs) as UtcMs };
}

export const nextInterval = (interval: Interval): Interval => ({
  startMs: interval.endMs,
  endMs: (interval.endMs + (interval.endMs - interval.startMs)) as UtcMs,
});

/** How much of `interval` lies inside `other`, in milliseconds. */
export const overlapMs = (interval: Interval, other: Interval): Ms =>
  Math.max(0, Math.min(interval.endMs, other.endMs) - Math.max(interval.startMs, other.startMs)) as Ms;
