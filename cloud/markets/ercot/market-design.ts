import type { Interval } from "@penstock/protocol/time";
import type { Violation } from "../market.ts";
import { ruleAt } from "../rulebook.ts";
import { violation } from "../violation.ts";
import { ercotRulebook, singleModel } from "./rules.ts";

/** A battery was two resources before RTC+B: a curve across zero would have been refused. */
export function* marketDesignRules({ startMs }: Interval): Iterable<Violation> {
  const isSingle = ruleAt(ercotRulebook, singleModel, startMs);
  if (!isSingle.ok || !isSingle.value) {
    yield violation("ercot.market-design", "interval", "before RTC+B a battery was a generation and a load resource");
  }
}
