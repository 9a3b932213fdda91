import { invariant } from "@penstock/protocol/result";

export interface Scores {
  readonly mae: number;
  readonly rmse: number;
  /** Percent: mean of 2|p − f| / (|p| + |f|). */
  readonly smape: number;
}

/** How far forecasts were from what came, element by element. */
export function scoresOf(forecast: Float64Array, actual: Float64Array): Scores {
  invariant(forecast.length === actual.length && actual.length > 0, "a forecast is judged against as many prices");
  let absolute = 0;
  let squared = 0;
  let symmetric = 0;
  for (let index = 0; index < actual.length; index++) {
    const real = actual[index] as number;
    const said = forecast[index] as number;
    const error = Math.abs(real - said);
    absolute += error;
    squared += error * error;
    if (error > 0) symmetric += (2 * error) / (Math.abs(real) + Math.abs(said));
  }
  const count = actual.length;
  return { mae: absolute / count, rmse: Math.sqrt(squared / count), smape: (100 * symmetric) / count };
}
