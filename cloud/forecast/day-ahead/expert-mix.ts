import { invariant } from "@penstock/protocol/result";
import { type DayAheadView, HOURS } from "./day-ahead-market.ts";

/** Turns the forecasts of several models for a day into one. */
export interface Mix {
  /** `members` holds 24 prices a model. Called for consecutive days; learns from the days before the view's. */
  forecast(view: DayAheadView, members: readonly Float64Array[]): Float64Array;
}

/** Every model counts the same. */
export const evenMix = (): Mix => ({ forecast: (_, members) => weighted(members, () => 1 / members.length) });

export interface ExpertMixChoices {
  /** After so many days a day's errors count half. */
  readonly halfLifeDays: number;
  /** How sharply weight follows error: a model with 1 % less error weighs `1 + sharpness / 100` times as much. */
  readonly sharpness: number;
}

/**
 * Models weigh by what their errors were, the latest days most:
 *
 *   weight_m ∝ exp(−sharpness · (error_m − least error) / least error)
 *
 * with error_m the exponentially fading mean of absolute errors. Before anything is known all weigh the same.
 */
export const expertMix = ({ halfLifeDays, sharpness }: ExpertMixChoices): Mix => {
  const fade = 0.5 ** (1 / halfLifeDays);
  let errors: Float64Array | undefined;
  let last: { readonly day: number; readonly members: readonly Float64Array[] } | undefined;
  return {
    forecast(view, members) {
      errors ??= new Float64Array(members.length);
      invariant(errors.length === members.length, "a mix always mixes the same models");
      if (last !== undefined) {
        const real = view.prices(last.day);
        for (const [index, member] of last.members.entries()) {
          errors[index] = fade * (errors[index] as number) + absoluteError(member, real);
        }
      }
      last = { day: view.day, members };
      const weights = weightsOf(errors, sharpness);
      return weighted(members, (index) => weights[index] as number);
    },
  };
};

function weightsOf(errors: Float64Array, sharpness: number): Float64Array {
  const least = errors.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const raw = errors.map((error) => (least > 0 ? Math.exp((-sharpness * (error - least)) / least) : 1));
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((weight) => weight / total);
}

function absoluteError(said: Float64Array, real: Float64Array): number {
  let sum = 0;
  for (let hour = 0; hour < HOURS; hour++) sum += Math.abs((said[hour] as number) - (real[hour] as number));
  return sum / HOURS;
}

function weighted(members: readonly Float64Array[], weightOf: (index: number) => number): Float64Array {
  const mixed = new Float64Array(HOURS);
  for (const [index, member] of members.entries()) {
    const weight = weightOf(index);
    for (let hour = 0; hour < HOURS; hour++) mixed[hour] = (mixed[hour] as number) + weight * (member[hour] as number);
  }
  return mixed;
}
