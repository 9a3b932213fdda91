import { OperatorBlend } from "../../forecast/operator-blend.ts";
import type { HalfHours } from "./half-hours.ts";
import type { OperatorRun } from "./read-pre-dispatch.ts";
import { type Scores, scoresOf } from "./scores.ts";

const HALF_HOUR_MS = 1_800_000;
const PER_DAY = 48;
/** From publication to the END of the half hour that is judged. The label a run carries is half an hour later. */
const HOURS_AHEAD = [0.5, 1, 1.5, 2, 4, 4.5, 8, 12, 12.5, 20];

export interface HorizonScores {
  readonly hoursAhead: number;
  readonly forecasts: number;
  readonly mae: number;
  readonly rmse: number;
  readonly smape: number;
  readonly operatorMae: number;
  readonly persistenceMae: number;
  readonly yesterdayMae: number;
  /** Better than the operator, the latest price and the day before. */
  readonly best: boolean;
}

export interface OperatorEvaluation {
  readonly runs: readonly OperatorRun[];
  /** What came, in the month that is judged. */
  readonly actual: HalfHours;
  /** Prices that end where `actual` begins; none is fine. */
  readonly before?: HalfHours;
}

/**
 * Forecasts every half hour of the month at every publication, and judges by distance. Nothing learnt comes from
 * after a publication: the blend is given prices up to it, and learns from its own answers as they come true.
 */
export function evaluateOperator({ runs, actual, before }: OperatorEvaluation): readonly HorizonScores[] {
  const past = before === undefined ? new Float64Array(0) : before.prices;
  const prices = new Float64Array(past.length + actual.prices.length);
  prices.set(past);
  prices.set(actual.prices, past.length);
  const zeroMs = actual.startMs - past.length * HALF_HOUR_MS;
  const blend = new OperatorBlend(PER_DAY);
  const judged = HOURS_AHEAD.map(() => ({ real: [] as number[], said: SAYERS.map(() => [] as number[]) }));
  for (const { asOfMs, prices: operator } of runs) {
    const now = (asOfMs - zeroMs) / HALF_HOUR_MS;
    if (!Number.isInteger(now) || now < PER_DAY || now > prices.length) continue;
    const known = prices.slice(0, now);
    const blended = blend.forecast({ known, operator });
    for (const [index, hours] of HOURS_AHEAD.entries()) {
      const ahead = hours * 2 - 1;
      const real = prices[now + ahead];
      const official = operator[ahead];
      if (real === undefined || official === undefined || Number.isNaN(official)) continue;
      const yesterday = prices[now + ahead - PER_DAY] as number;
      const say = [blended[ahead] as number, official, prices[now - 1] as number, yesterday];
      judged[index]?.real.push(real);
      for (const [sayer, value] of say.entries()) judged[index]?.said[sayer]?.push(value);
    }
  }
  return HOURS_AHEAD.flatMap((hoursAhead, index) => {
    const { real, said } = judged[index] as (typeof judged)[number];
    if (real.length === 0) return [];
    const actualPrices = Float64Array.from(real);
    const scores = said.map((values) => scoresOf(Float64Array.from(values), actualPrices));
    const [own, operator, persistence, yesterday] = scores as [Scores, Scores, Scores, Scores];
    const best = own.mae < Math.min(operator.mae, persistence.mae, yesterday.mae);
    return {
      hoursAhead,
      forecasts: real.length,
      ...own,
      operatorMae: operator.mae,
      persistenceMae: persistence.mae,
      yesterdayMae: yesterday.mae,
      best,
    };
  });
}

const SAYERS = ["blend", "operator", "persistence", "yesterday"] as const;
