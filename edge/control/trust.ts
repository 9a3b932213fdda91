import type { Ms } from "@penstock/protocol/units";
import { good, missing, type Reading, stale } from "./image.ts";

/** Outside it a number is not believed. Both ends belong to it. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * A value as a driver decoded it becomes a reading: good up to `freshMs` old, stale up to three times that, then
 * missing. `undefined` and not-a-number (a sentinel the driver took out) are missing, and so is what lies out of
 * range. A negative age comes from clocks that disagree and is not trusted either. `why` names what keeps newer ones away.
 */
export function reading<T>(value: T | undefined, ageMs: Ms, freshMs: Ms, range?: Range, why?: string): Reading<T> {
  if (value === undefined) return missing("no value");
  if (typeof value === "number") {
    if (Number.isNaN(value)) return missing("not a number");
    if (range !== undefined && value < range.min) return missing(`${value} is below ${range.min}`);
    if (range !== undefined && value > range.max) return missing(`${value} is above ${range.max}`);
  }
  if (!(ageMs >= 0)) return missing(`an age of ${ageMs} ms cannot be`);
  if (ageMs <= freshMs) return good(value, ageMs);
  const because = why === undefined ? "" : `: ${why}`;
  if (ageMs <= 3 * freshMs) return stale(value, ageMs, `no new value for ${ageMs.toFixed(0)} ms${because}`);
  return missing(`no new value for more than ${3 * freshMs} ms${because}`);
}
