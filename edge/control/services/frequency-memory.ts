import { type Hz, type MonotonicMs, Ms, seconds } from "@penstock/protocol/units";
import type { Reading } from "../image.ts";

/** The last frequencies that were good, by the moment they were read, and since when there has been none. */
export interface FrequencyMemory {
  readonly samples: readonly FrequencySample[];
  readonly lost:
    | { readonly sinceMonotonicMs: MonotonicMs; readonly quality: "stale" | "missing"; readonly cause: string }
    | undefined;
}

export interface FrequencySample {
  readonly atMonotonicMs: number;
  readonly hz: Hz;
}

export const noFrequency: FrequencyMemory = { samples: [], lost: undefined };

/** Farther from nominal than this no grid runs: a number there is a fault of the instrument, not of the grid. */
const PLAUSIBLE_HZ = 5;
/** As far back as any rule's "not before" reaches. */
const KEPT_MS = seconds(0.5);

export function rememberFrequency(
  before: FrequencyMemory,
  reading: Reading<Hz>,
  nominalHz: Hz,
  nowMs: MonotonicMs,
): FrequencyMemory {
  if (reading.quality !== "good") return lost(before, nowMs, reading.quality, reading.cause);
  const { value: hz, ageMs } = reading;
  if (!(Math.abs(hz - nominalHz) <= PLAUSIBLE_HZ)) {
    return lost(before, nowMs, "missing", `${hz} Hz cannot be on a grid of ${nominalHz} Hz`);
  }
  const atMonotonicMs = nowMs - ageMs;
  const last = before.samples.at(-1);
  if (last !== undefined && last.atMonotonicMs >= atMonotonicMs) return { samples: before.samples, lost: undefined };
  const samples = before.samples.filter((_, index) => {
    const next = before.samples[index + 1]?.atMonotonicMs ?? atMonotonicMs;
    return next >= nowMs - KEPT_MS; // One older than that is kept: it is what was so at that moment.
  });
  samples.push({ atMonotonicMs, hz });
  return { samples, lost: undefined };
}

const lost = (
  { samples, lost }: FrequencyMemory,
  nowMs: MonotonicMs,
  quality: "stale" | "missing",
  cause: string,
): FrequencyMemory => ({ samples, lost: { sinceMonotonicMs: lost?.sinceMonotonicMs ?? nowMs, quality, cause } });

/** The newest frequency that is at least `ageMs` old; undefined when there is none. */
export function frequencyBefore({ samples }: FrequencyMemory, nowMs: MonotonicMs, ageMs: Ms): Hz | undefined {
  for (let index = samples.length - 1; index >= 0; index--) {
    const sample = samples[index];
    if (sample !== undefined && nowMs - sample.atMonotonicMs >= ageMs) return sample.hz;
  }
  return undefined;
}

/** How long the last answer is held when frequency is lost, and how long it then takes to nothing. */
export const LOST_HOLD_MS = seconds(1);
export const LOST_RELEASE_MS = seconds(10);

export const lostForMs = ({ lost }: FrequencyMemory, nowMs: MonotonicMs): Ms | undefined =>
  lost === undefined ? undefined : Ms(nowMs - lost.sinceMonotonicMs);
