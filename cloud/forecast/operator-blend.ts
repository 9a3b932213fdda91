import { invariant } from "@penstock/protocol/result";

/** What is known when the operator publishes a forecast. Every array has one element an interval. */
export interface OperatorView {
  /** Prices so far, oldest first, the last one of the interval that has just ended. Only ever grows, at its end. */
  readonly known: Float64Array;
  /** The operator's forecast from the first unknown interval on; NaN where it says nothing. */
  readonly operator: Float64Array;
}

const DAY_MIN_INTERVALS = 2;
/** Losses count half after so many days. */
const HALF_LIFE_DAYS = 10;
/** How sharply weight follows error; see `expert-mix.ts`. */
const SHARPNESS = 8;
/** A single error beyond so many times the usual one teaches no more than that. */
const LOSS_MAX = 12;

/**
 * Blends the operator's own price forecast with what prices themselves say, interval by interval ahead. Each of the
 * experts below is followed as far as it has lately been right at that distance; the answer is the weighted median,
 * which one expert's spike does not move.
 *
 * It is asked at consecutive publications, and learns from its earlier answers as their prices become known.
 */
export class OperatorBlend {
  readonly #perDay: number;
  readonly #errors: ErrorBook;
  readonly #pending: { readonly from: number; readonly opinions: readonly Float64Array[] }[] = [];
  readonly #operatorErrors: Float64Array[] = [];
  readonly #profiles = new Map<number, number | undefined>();

  constructor(intervalsPerDay: number) {
    invariant(intervalsPerDay >= DAY_MIN_INTERVALS, "a day has intervals");
    this.#perDay = intervalsPerDay;
    this.#errors = new ErrorBook(experts.length, 0.5 ** (1 / (HALF_LIFE_DAYS * intervalsPerDay)));
  }

  forecast({ known, operator }: OperatorView): Float64Array {
    this.#learn(known);
    const situation = situationOf(known, operator, this.#perDay, this.#operatorErrors, this.#profiles);
    if (this.#profiles.size > PROFILES_MAX) this.#profiles.clear();
    const opinions = experts.map((expert) =>
      Float64Array.from(operator, (_, ahead) => expert(situation, ahead) ?? Number.NaN),
    );
    this.#pending.push({ from: known.length, opinions });
    return Float64Array.from(operator, (_, ahead) => {
      const weights = this.#errors.weightsAt(ahead);
      return weightedMedian(
        opinions.map((opinion) => opinion[ahead] as number),
        weights,
      );
    });
  }

  /** Every answer whose price has come since it was given. */
  #learn(known: Float64Array): void {
    const newest = known.length - 1;
    for (const { from, opinions } of this.#pending) {
      const ahead = newest - from;
      if (ahead < 0) continue;
      const price = known[newest] as number;
      this.#errors.add(
        ahead,
        opinions.map((opinion) => Math.abs((opinion[ahead] ?? Number.NaN) - price)),
      );
      const operator = opinions[0]?.[ahead];
      const errors = this.#operatorErrors;
      if (operator !== undefined && Number.isFinite(operator)) {
        errors[bucketOf(ahead)] = remember(errors[bucketOf(ahead)], price - operator, 3 * this.#perDay);
      }
    }
    while (
      this.#pending[0] !== undefined &&
      newest - this.#pending[0].from >= (this.#pending[0].opinions[0]?.length ?? 0)
    )
      this.#pending.shift();
  }
}

interface Situation {
  readonly operator: Float64Array;
  /** The latest price. */
  readonly latest: number | undefined;
  readonly operatorLimits: { readonly low: number; readonly high: number } | undefined;
  /** Median error of the operator lately, by how far ahead. */
  operatorBias(ahead: number): number;
  /** The price of the same time of day so many days before the target. */
  daysBefore(ahead: number, days: number): number | undefined;
  profile(ahead: number, days: number): number | undefined;
}

type Expert = (situation: Situation, ahead: number) => number | undefined;

const said: Expert = ({ operator }, ahead) => operator[ahead];

/** False spikes are what costs an operator's forecast most: what was never seen lately is not believed in full. */
const saidWithinReason: Expert = ({ operator, operatorLimits }, ahead) => {
  const price = operator[ahead];
  if (price === undefined || operatorLimits === undefined) return price;
  return Math.min(Math.max(price, operatorLimits.low), operatorLimits.high);
};

const saidLessBias: Expert = (situation, ahead) => {
  const price = saidWithinReason(situation, ahead);
  return price === undefined ? undefined : price + situation.operatorBias(ahead);
};

const latestStays: Expert = ({ latest }) => latest;
const yesterday: Expert = ({ daysBefore }, ahead) => daysBefore(ahead, 1);
const weekProfile: Expert = ({ profile }, ahead) => profile(ahead, 7);
const monthProfile: Expert = ({ profile }, ahead) => profile(ahead, 28);

/** The profile, started from today's level, which fades over some hours. */
const profileFromHere: Expert = ({ profile, latest }, ahead) => {
  const [then, here] = [profile(ahead, 7), profile(-1, 7)];
  if (then === undefined || here === undefined || latest === undefined) return undefined;
  return then + (latest - here) * Math.exp(-(ahead + 1) / 8);
};

const between =
  (a: Expert, b: Expert): Expert =>
  (situation, ahead) => {
    const [one, other] = [a(situation, ahead), b(situation, ahead)];
    return one === undefined || other === undefined ? undefined : (one + other) / 2;
  };

/** The operator comes first: its errors are learnt from. */
const experts: readonly Expert[] = [
  said,
  saidWithinReason,
  saidLessBias,
  latestStays,
  yesterday,
  weekProfile,
  monthProfile,
  profileFromHere,
  between(saidWithinReason, latestStays),
  between(saidLessBias, profileFromHere),
  between(saidWithinReason, weekProfile),
];

const LIMIT_DAYS = 14;
const PROFILES_MAX = 10_000;

function situationOf(
  known: Float64Array,
  operator: Float64Array,
  perDay: number,
  operatorErrors: readonly (Float64Array | undefined)[],
  profiles: Map<number, number | undefined>,
): Situation {
  const daysBefore = (ahead: number, days: number): number | undefined => {
    const wholeDays = Math.max(days, days - 1 + Math.ceil((ahead + 1) / perDay));
    return known[known.length + ahead - wholeDays * perDay];
  };
  const lately = known.slice(-LIMIT_DAYS * perDay).sort();
  const at = (p: number): number => lately[Math.round(p * (lately.length - 1))] as number;
  return {
    operator,
    latest: known.at(-1),
    operatorLimits: lately.length < perDay ? undefined : { low: at(0.01), high: at(0.98) },
    operatorBias: (ahead) => {
      const errors = operatorErrors[bucketOf(ahead)];
      return errors === undefined || errors.length < 6 ? 0 : medianOf(errors);
    },
    daysBefore,
    profile(ahead, days) {
      // Of the same past days whenever it is asked about the same interval, but for how many whole days lie between.
      const key = ((known.length + ahead) * 8 + Math.ceil((ahead + 1) / perDay)) * 32 + days;
      if (!profiles.has(key)) {
        const prices = Array.from({ length: days }, (_, index) => daysBefore(ahead, index + 1));
        const seen = prices.filter((price) => price !== undefined);
        profiles.set(key, seen.length === 0 ? undefined : medianOf(Float64Array.from(seen)));
      }
      return profiles.get(key);
    },
  };
}

/** Distances ahead that are judged together: 1, 2, 3–4, 5–8 … intervals. */
const bucketOf = (ahead: number): number => Math.ceil(Math.log2(ahead + 1));

/** Fading mean errors of every expert at every distance. */
class ErrorBook {
  readonly #experts: number;
  readonly #fade: number;
  readonly #sums: Float64Array[] = [];

  constructor(experts: number, fade: number) {
    this.#experts = experts;
    this.#fade = fade;
  }

  /** An expert that said nothing is charged what the others were on average. */
  add(ahead: number, errors: readonly number[]): void {
    const given = errors.filter(Number.isFinite);
    if (given.length === 0) return;
    const usual = medianOf(Float64Array.from(given));
    const mean = given.reduce((sum, error) => sum + error, 0) / given.length;
    const bucket = bucketOf(ahead);
    this.#sums[bucket] ??= new Float64Array(this.#experts + 1);
    const sums = this.#sums[bucket];
    const scale = this.#scaleOf(bucket, usual);
    for (let index = 0; index < this.#experts; index++) {
      const error = errors[index] as number;
      const counted = Math.min(Number.isFinite(error) ? error : mean, LOSS_MAX * scale);
      sums[index] = this.#fade * (sums[index] as number) + counted;
    }
    sums[this.#experts] = this.#fade * (sums[this.#experts] as number) + 1;
  }

  /** The usual error so far at this distance: what an error is called large against. */
  #scaleOf(bucket: number, usual: number): number {
    const sums = this.#sums[bucket];
    const count = sums?.[this.#experts] ?? 0;
    if (sums === undefined || count < 5) return Math.max(usual, 1);
    return Math.max(medianOf(sums.slice(0, this.#experts)) / count, 1);
  }

  weightsAt(ahead: number): Float64Array {
    const sums = this.#sums[bucketOf(ahead)];
    if (sums === undefined) return new Float64Array(this.#experts).fill(1);
    // As if every expert had begun with some errors of the usual size: the first few decide nothing.
    const errors = sums.slice(0, this.#experts);
    const prior = medianOf(errors) * Math.min(1, 24 / (sums[this.#experts] as number));
    const least = errors.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) + prior;
    return errors.map((error) => Math.exp((-SHARPNESS * (error + prior - least)) / Math.max(least, 1e-9)));
  }
}

function remember(held: Float64Array | undefined, value: number, count: number): Float64Array {
  const kept = held === undefined ? new Float64Array(0) : held.subarray(Math.max(0, held.length - count + 1));
  const next = new Float64Array(kept.length + 1);
  next.set(kept);
  next[kept.length] = value;
  return next;
}

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** The value with half of the weight on either side, between its neighbours; absent values (NaN) do not count. */
function weightedMedian(values: readonly number[], weights: Float64Array): number {
  const order = values
    .map((value, index) => ({ value, weight: weights[index] as number }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value);
  const half = order.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let reached = 0;
  for (const [index, { value, weight }] of order.entries()) {
    if (reached + weight >= half) {
      // Where the weight ends in the middle of this value's share, the neighbours pull by what is left of it.
      const share = (half - reached) / weight - 0.5;
      const neighbour = order[share < 0 ? index - 1 : index + 1];
      if (neighbour === undefined) return value;
      const pull = (Math.abs(share) * weight) / (weight + neighbour.weight);
      return value + (neighbour.value - value) * pull;
    }
    reached += weight;
  }
  return order.at(-1)?.value ?? Number.NaN;
}
