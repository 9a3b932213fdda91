import { Ms } from "@penstock/protocol/units";
import { PriceHistory } from "../prices/price-history.ts";
import { HistoryPast } from "../strategies/history-past.ts";
import { ValueLearner } from "../strategies/learned/value-learner.ts";
import type { ValueModel } from "../strategies/learned/value-model.ts";
import type { ValueLesson } from "../strategies/learned-strategy.ts";

/** What the backtest's learner makes of the same past. */
export function learnValue({ prices, startMs, intervalMs, utcOffsetMs, battery }: ValueLesson): ValueModel {
  const series = {
    ...{ region: "", currency: "AUD" as const, intervalMs, startMs, prices },
    ...{ knownAfterStartMs: Ms(0), generated: false, source: "lesson" },
  };
  const history = PriceHistory.asOf(series, (startMs + (prices.length - 1) * intervalMs) as typeof startMs);
  const past = new HistoryPast(history, utcOffsetMs, 1);
  return new ValueLearner(past.before(0), battery).learn(past);
}
