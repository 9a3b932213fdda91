import type { Rng } from "@penstock/protocol/rng";
import { clamp } from "@penstock/protocol/units";
import { createWander, stepWander, type Wander } from "./wander.ts";

/** The grid's frequency: nominal, its everyday wandering, and whatever is injected on top. */
export interface Frequency {
  readonly nominalHz: number;
  readonly wander: Wander;
  hz: number;
  /** A deviation that is on its way from one value to another. */
  offsetFromHz: number;
  offsetToHz: number;
  offsetStartMs: number;
  offsetOverMs: number;
  /** A recording that replaces everything while it lasts. */
  trace: FrequencyTrace | undefined;
  traceStartMs: number;
}

/** Samples at a fixed interval, read with straight lines in between. */
export interface FrequencyTrace {
  readonly samplesHz: Float64Array;
  readonly intervalMs: number;
}

export function createFrequency(rng: Rng, nominalHz: number): Frequency {
  return {
    nominalHz,
    // About 20 mHz in a minute: an ordinary hour in a large interconnected grid.
    wander: createWander(rng, 0.02, 60_000),
    hz: nominalHz,
    offsetFromHz: 0,
    offsetToHz: 0,
    offsetStartMs: 0,
    offsetOverMs: 0,
    trace: undefined,
    traceStartMs: 0,
  };
}

export function stepFrequency(frequency: Frequency, nowMs: number, dtMs: number): void {
  const everydayHz = frequency.nominalHz + stepWander(frequency.wander, dtMs);
  const tracedHz = traceAt(frequency, nowMs);
  frequency.hz = tracedHz ?? everydayHz + offsetAt(frequency, nowMs);
}

/** From now on the deviation goes to `toHz` (added to the everyday wandering) within `overMs`; 0 is a step. */
export function deviate(frequency: Frequency, nowMs: number, toHz: number, overMs: number): void {
  frequency.offsetFromHz = offsetAt(frequency, nowMs);
  frequency.offsetToHz = toHz;
  frequency.offsetStartMs = nowMs;
  frequency.offsetOverMs = overMs;
}

/** Plays a recording from now; undefined ends it. */
export function playTrace(frequency: Frequency, nowMs: number, trace: FrequencyTrace | undefined): void {
  frequency.trace = trace;
  frequency.traceStartMs = nowMs;
}

function offsetAt(frequency: Frequency, nowMs: number): number {
  const { offsetFromHz, offsetToHz, offsetStartMs, offsetOverMs } = frequency;
  if (offsetOverMs <= 0) return offsetToHz;
  return offsetFromHz + (offsetToHz - offsetFromHz) * clamp((nowMs - offsetStartMs) / offsetOverMs, 0, 1);
}

function traceAt(frequency: Frequency, nowMs: number): number | undefined {
  const { trace } = frequency;
  if (trace === undefined) return undefined;
  const position = (nowMs - frequency.traceStartMs) / trace.intervalMs;
  const index = Math.floor(position);
  const before = trace.samplesHz[index];
  if (before === undefined) {
    frequency.trace = undefined;
    return undefined;
  }
  const after = trace.samplesHz[index + 1] ?? before;
  return before + (after - before) * (position - index);
}
