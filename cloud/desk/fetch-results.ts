import { type CodedError, fail, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { MarketClock } from "./market-clock.ts";
import type { DispatchResults, MarketOperator } from "./market-operator.ts";

export interface ResultPorts {
  readonly operator: MarketOperator;
  readonly marketClock: MarketClock;
}

/** Asks for an interval's results until it has run, and gives up when the interval that follows is over. */
export function fetchResults(
  { operator, marketClock }: ResultPorts,
  at: (marketMs: UtcMs, action: () => void) => void,
  interval: Interval,
  done: (answer: Result<DispatchResults, CodedError>) => void,
): void {
  const lengthMs = interval.endMs - interval.startMs;
  const giveUpMs = interval.endMs + lengthMs;
  const ask = (): void =>
    operator.results(interval, (answer) => {
      if (answer.ok || answer.error.code !== "operator.not-cleared") return done(answer);
      const againMs = marketClock.nowMs() + lengthMs / ASKS_AN_INTERVAL;
      if (againMs > giveUpMs) return done(fail({ code: "desk.results-missing", intervalStartMs: interval.startMs }));
      at(againMs as UtcMs, ask);
    });
  ask();
}

const ASKS_AN_INTERVAL = 20;
