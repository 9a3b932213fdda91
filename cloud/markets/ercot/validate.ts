import type { Interval } from "@penstock/protocol/time";
import type { Bid, MarketUnit, Violation } from "../market.ts";
import { ruleAt } from "../rulebook.ts";
import { isOnTick, violation } from "../violation.ts";
import type { ErcotBid } from "./bid.ts";
import { gateClosureMs } from "./calendar.ts";
import {
  CURVE_POINTS_MAX,
  ercotRulebook,
  offerFloor,
  PRICE_TICK,
  SETTLEMENT_INTERVAL_MS,
  singleModel,
  systemWideOfferCap,
  VOLUME_TICK_MW,
} from "./rules.ts";

/** Every rule an energy curve breaks. Empty: the operator would take it. */
export function validate(bid: ErcotBid, unit: MarketUnit): readonly Violation[] {
  return [...unitRules(bid, unit), ...marketDesignRules(bid.interval), ...timeRules(bid), ...curveRules(bid, unit)];
}

/** Of every submission for a resource. */
export function* unitRules(
  { unitId, versionNumber }: Pick<Bid, "unitId" | "versionNumber">,
  unit: MarketUnit,
): Iterable<Violation> {
  if (unitId !== unit.id) yield violation("ercot.unit", "resource", `${unitId} is not ${unit.id}`);
  if (!(Number.isSafeInteger(versionNumber) && versionNumber >= 1)) {
    yield violation("ercot.version", "version", `${versionNumber} is not a whole number from 1 up`);
  }
}

/** A battery was two resources before RTC+B: a curve across zero would have been refused. */
export function* marketDesignRules({ startMs }: Interval): Iterable<Violation> {
  const isSingle = ruleAt(ercotRulebook, singleModel, startMs);
  if (!isSingle.ok || !isSingle.value) {
    yield violation("ercot.market-design", "interval", "before RTC+B a battery was a generation and a load resource");
  }
}

function* timeRules({ interval, decidedAtMs }: ErcotBid): Iterable<Violation> {
  const { startMs, endMs } = interval;
  if (startMs % SETTLEMENT_INTERVAL_MS !== 0 || endMs - startMs !== SETTLEMENT_INTERVAL_MS) {
    yield violation("ercot.interval", "interval", "it is not a fifteen-minute settlement interval");
  }
  if (decidedAtMs > gateClosureMs(interval)) {
    yield violation("ercot.gate-closed", "interval", "it was decided after the dispatch run takes its curves");
  }
}

function* curveRules({ points, interval }: ErcotBid, unit: MarketUnit): Iterable<Violation> {
  if (points.length < 1 || points.length > CURVE_POINTS_MAX) {
    yield violation("ercot.point-count", "curve", `${points.length} points where 1..${CURVE_POINTS_MAX} are allowed`);
  }
  const cap = ruleAt(ercotRulebook, systemWideOfferCap, interval.startMs);
  const floor = ruleAt(ercotRulebook, offerFloor, interval.startMs);
  for (const [index, { powerMW, pricePerMWh }] of points.entries()) {
    const where = `point ${index + 1}`;
    if (!(cap.ok && floor.ok && pricePerMWh >= floor.value && pricePerMWh <= cap.value)) {
      yield violation("ercot.price-limit", where, `${pricePerMWh} is outside the offer floor and cap`);
    }
    if (!isOnTick(pricePerMWh, PRICE_TICK))
      yield violation("ercot.price-decimals", where, `${pricePerMWh} has more than two decimals`);
    if (!isOnTick(powerMW, VOLUME_TICK_MW))
      yield violation("ercot.mw-decimals", where, `${powerMW} MW has more than one decimal`);
    if (!(powerMW >= -unit.minLoadMW && powerMW <= unit.maxCapacityMW)) {
      yield violation("ercot.capacity", where, `${powerMW} MW is outside ${-unit.minLoadMW}..${unit.maxCapacityMW}`);
    }
    const before = points[index - 1];
    if (before !== undefined && !(pricePerMWh >= before.pricePerMWh)) {
      yield violation("ercot.price-order", where, `${pricePerMWh} is below the point before it, ${before.pricePerMWh}`);
    }
    if (before !== undefined && !(powerMW >= before.powerMW)) {
      yield violation("ercot.mw-order", where, `${powerMW} MW is below the point before it, ${before.powerMW}`);
    }
  }
}
