import type { Rng } from "@penstock/protocol/rng";
import { type Currency, clamp, type Ms, type UtcMs } from "@penstock/protocol/units";
import type { PriceSeries } from "./price-series.ts";

export interface GeneratedPrices {
  readonly rng: Rng;
  readonly region: string;
  readonly currency: Currency;
  readonly startMs: UtcMs;
  readonly intervalMs: Ms;
  readonly count: number;
  readonly knownAfterStartMs: Ms;
  readonly floor: number;
  readonly cap: number;
  /** Local solar time is UTC plus this: it says when noon and evening are. */
  readonly utcOffsetMs: number;
}

/**
 * Prices no market ever cleared at, for a demonstration without a price file: two daily peaks, a solar belly
 * that goes below zero on sunny days, calm and tight days, noise that remembers, and rare scarcity whose
 * heights have a heavy tail up to the cap. The same generator gives the same prices.
 */
export function generatePrices(wish: GeneratedPrices): PriceSeries {
  const { rng, startMs, intervalMs, count, floor, cap, utcOffsetMs } = wish;
  const noise = rng.fork("noise");
  const scarcity = rng.fork("scarcity");
  const prices = new Float64Array(count);
  const memory = Math.exp(-intervalMs / NOISE_MEMORY_MS);
  let restless = 0;
  let spike = 0;
  for (let index = 0; index < count; index++) {
    const localMs = startMs + index * intervalMs + utcOffsetMs;
    const hour = (localMs % DAY_MS) / HOUR_MS;
    const day = dayMood(rng, Math.floor(localMs / DAY_MS));
    restless = memory * restless + Math.sqrt(1 - memory * memory) * noise.normal();
    spike = nextSpike(scarcity, spike, spikeChanceAnHour(hour, day.tightness) * (intervalMs / HOUR_MS), intervalMs);
    const price = shape(hour, day) + 12 * restless * (1 + 0.5 * evening(hour)) + spike;
    prices[index] = Math.round(clamp(price, floor, cap) * 100) / 100;
  }
  return {
    region: wish.region,
    currency: wish.currency,
    intervalMs,
    startMs,
    knownAfterStartMs: wish.knownAfterStartMs,
    prices,
    generated: true,
    source: "generated",
  };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOISE_MEMORY_MS = 1.5 * HOUR_MS;

interface DayMood {
  /** 0 overcast to 1 cloudless. */
  readonly sun: number;
  /** 0 plenty of plant to 1 hardly enough. */
  readonly tightness: number;
  readonly base: number;
}

/** A day's mood depends on its date alone, so that a longer series begins like a shorter one. */
function dayMood(rng: Rng, day: number): DayMood {
  const mood = rng.fork(`day-${day}`);
  const weekday = (day + 3) % 7; // 0 is Monday: 1970-01-01, day 0, was a Thursday.
  return { sun: mood.uniform(), tightness: mood.uniform() ** 2, base: (weekday >= 5 ? 60 : 75) + 10 * mood.normal() };
}

function shape(hour: number, { sun, tightness, base }: DayMood): number {
  const morning = 35 * bump(hour, 7.5, 1.3);
  const belly = -(40 + 85 * sun) * bump(hour, 12.5, 2.4);
  return base + morning + belly + (70 + 130 * tightness) * evening(hour);
}

const evening = (hour: number): number => bump(hour, 18.5, 1.5);
const bump = (hour: number, centre: number, width: number): number => Math.exp(-(((hour - centre) / width) ** 2) / 2);

const spikeChanceAnHour = (hour: number, tightness: number): number => 0.004 + 0.25 * tightness * evening(hour);

/** Scarcity starts at once, with a Pareto height (tail index 0.9), and fades within the hour. */
function nextSpike(rng: Rng, spike: number, chance: number, intervalMs: number): number {
  const fading = spike * Math.exp(-intervalMs / (0.4 * HOUR_MS));
  return rng.chance(chance) ? Math.max(fading, 150 * (1 - rng.uniform()) ** (-1 / 0.9)) : fading;
}
