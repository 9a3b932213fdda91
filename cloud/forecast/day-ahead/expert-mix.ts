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

/** An hour's weights follow its own errors as much as those of the whole day. */
const HOUR_SHARE = 0.5;
/** What was lately wrong on average is put right by half: the rest may have been chance. */
const BIAS_SHARE = 0.5;
const BIAS_HALF_LIFE_DAYS = 14;
/** One error counts towards the bias of its hour up to so many usual ones. */
const BIAS_ERRORS_MAX = 3;

/**
 * Models weigh by what their errors were, the latest days most, hour by hour:
 *
 *   weight_m ∝ exp(−sharpness · (error_m − least error) / least error)
 *
 * with error_m the exponentially fading mean of absolute errors. What the mixture itself was lately too high or too
 * low at an hour is then put right in part. Before anything is known all weigh the same.
 */
export const expertMix = ({ halfLifeDays, sharpness }: ExpertMixChoices): Mix => {
  const fade = 0.5 ** (1 / halfLifeDays);
  const bias = new HourlyBias();
  let errors: readonly Float64Array[] | undefined;
  let last:
    | { readonly day: number; readonly members: readonly Float64Array[]; readonly mixed: Float64Array }
    | undefined;
  return {
    forecast(view, members) {
      errors ??= members.map(() => new Float64Array(HOURS));
      invariant(errors.length === members.length, "a mix always mixes the same models");
      if (last !== undefined) {
        const real = view.prices(last.day);
        for (const [index, member] of last.members.entries()) {
          const held = errors[index] as Float64Array;
          for (let hour = 0; hour < HOURS; hour++) {
            const error = Math.abs((member[hour] as number) - (real[hour] as number));
            held[hour] = fade * (held[hour] as number) + error;
          }
        }
        bias.learn(last.mixed, real);
      }
      const weights = weightsOf(errors, sharpness);
      const mixed = weighted(members, (index, hour) => weights[hour]?.[index] as number);
      last = { day: view.day, members, mixed };
      return mixed.map((price, hour) => price + bias.at(hour));
    },
  };
};

/** By hour, then by model; an hour's sum to 1. */
function weightsOf(errors: readonly Float64Array[], sharpness: number): readonly Float64Array[] {
  const daily = errors.map((hours) => hours.reduce((sum, error) => sum + error, 0) / HOURS);
  return Array.from({ length: HOURS }, (_, hour) => {
    const judged = Float64Array.from(
      errors,
      (hours, model) => HOUR_SHARE * (hours[hour] as number) + (1 - HOUR_SHARE) * (daily[model] as number),
    );
    const least = judged.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const raw = judged.map((error) => (least > 0 ? Math.exp((-sharpness * (error - least)) / least) : 1));
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((weight) => weight / total);
  });
}

/** How much too low a forecast lately was at each hour, spikes held back. */
class HourlyBias {
  readonly #signed = new Float64Array(HOURS);
  readonly #absolute = new Float64Array(HOURS);
  #count = 0;

  learn(said: Float64Array, real: Float64Array): void {
    const fade = 0.5 ** (1 / BIAS_HALF_LIFE_DAYS);
    for (let hour = 0; hour < HOURS; hour++) {
      const error = (real[hour] as number) - (said[hour] as number);
      const most =
        this.#count === 0 ? Math.abs(error) : (BIAS_ERRORS_MAX * (this.#absolute[hour] as number)) / this.#count;
      const counted = Math.min(Math.max(error, -most), most);
      this.#signed[hour] = fade * (this.#signed[hour] as number) + counted;
      this.#absolute[hour] = fade * (this.#absolute[hour] as number) + Math.abs(error);
    }
    this.#count = fade * this.#count + 1;
  }

  /** To be added to a forecast; nothing before a fortnight or so has been seen. */
  at(hour: number): number {
    return (BIAS_SHARE * (this.#signed[hour] as number)) / Math.max(this.#count, BIAS_HALF_LIFE_DAYS);
  }
}

function weighted(members: readonly Float64Array[], weightOf: (index: number, hour: number) => number): Float64Array {
  const mixed = new Float64Array(HOURS);
  for (const [index, member] of members.entries()) {
    for (let hour = 0; hour < HOURS; hour++) {
      mixed[hour] = (mixed[hour] as number) + weightOf(index, hour) * (member[hour] as number);
    }
  }
  return mixed;
}
