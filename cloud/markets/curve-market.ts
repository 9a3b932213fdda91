import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import { type Interval, localDayAt, piecesOf } from "@penstock/protocol/time";
import { type Currency, clamp, type Ms, type UtcMs, type W } from "@penstock/protocol/units";
import type {
  Award,
  Bid,
  BidRequest,
  BidStep,
  Market,
  MarketUnit,
  ShortfallRule,
  SubmissionKind,
  Violation,
} from "./market.ts";
import { reduceCurve } from "./reduce-curve.ts";
import type { AheadReserveMarket, ReserveMarket } from "./reserve-market.ts";
import { type DatedRule, type Rulebook, ruleAt } from "./rulebook.ts";
import { isOnTick, violation } from "./violation.ts";

/**
 * One rising curve from full charge to full discharge for one interval: how most markets outside the NEM take the
 * energy of a battery. Non-decreasing in power and price; between two points the price is a straight line, two points
 * at one power make a step.
 */
export interface CurveBid extends Bid {
  readonly points: readonly CurvePoint[];
}

export interface CurvePoint {
  /** Positive out. */
  readonly powerMW: number;
  readonly pricePerMWh: number;
}

/** What makes one such market different from another. Rules are refused under its own name: `"ercot.price-limit"`. */
export interface CurveMarketTraits {
  readonly id: string;
  readonly currency: Currency;
  readonly intervalMs: Ms;
  readonly rulebook: Rulebook;
  readonly submissions: readonly SubmissionKind[];
  readonly reserves?: ReserveMarket | AheadReserveMarket;
  readonly priceFloor: DatedRule<number>;
  readonly priceCap: DatedRule<number>;
  readonly priceTick: number;
  readonly volumeTickMW: number;
  readonly pointsMax: number;
  gateClosureMs(interval: Interval): UtcMs;
  /** Rules of this market alone. */
  ownRules?(bid: CurveBid, unit: MarketUnit): Iterable<Violation>;
  encodeBids(bids: readonly CurveBid[]): string;
  parseBids(text: string): Result<readonly CurveBid[], CodedError>;
  /** The rule an energy line follows. */
  readonly settlementRule: string;
  readonly shortfall: ShortfallRule;
}

/** A market of rising curves, from its traits. Prices are of the unit's own node or zone: losses are in them. */
export function curveMarket(traits: CurveMarketTraits): Market<CurveBid> {
  const { id, currency, intervalMs, rulebook, submissions, reserves, priceTick, gateClosureMs } = traits;
  const { zone, dayStartsAt } = rulebook;
  return {
    id,
    currency,
    intervalMs,
    rulebook,
    submissions,
    ...(reserves !== undefined && { reserves }),
    tradingDay: (instantMs) => localDayAt(zone, instantMs, dayStartsAt),
    intervalsOf: (day) => piecesOf(day, intervalMs),
    // Every bid chooses its own prices; the day's first gate is when the choosing can no longer wait.
    bandPriceGateMs: (day) => gateClosureMs({ startMs: day.startMs, endMs: (day.startMs + intervalMs) as UtcMs }),
    gateClosureMs: (interval) => gateClosureMs(interval),
    constantsAt(instantMs) {
      const limits = limitsAt(traits, instantMs);
      return limits.ok ? ok({ lossFactor: 1, priceTick, ...limits.value }) : limits;
    },
    dayBandPrices: () => ok({ sell: [], buy: [] }),
    buildBid: (request) => buildBid(traits, request),
    validate: (bid, unit) => [
      ...(traits.ownRules?.(bid, unit) ?? []),
      ...participantRules(id, bid, unit),
      ...timeRules(traits, bid),
      ...pointRules(traits, bid, unit),
    ],
    encodeBids: (bids) => traits.encodeBids(bids),
    parseBids: (text) => traits.parseBids(text),
    stackOf: ({ points }) => stackOfPoints(points),
    clear: (bid, pricePerMWh, { initialW, rampMWPerMin }) => {
      const reachW = (rampMWPerMin ?? Number.POSITIVE_INFINITY) * 1e6 * (intervalMs / 60_000);
      const wantedW = powerMWAt(bid, pricePerMWh) * 1e6;
      const targetW = clamp(wantedW, initialW - reachW, initialW + reachW);
      const award: Award = {
        marketId: bid.marketId,
        unitId: bid.unitId,
        interval: bid.interval,
        targetW: Math.round(targetW) as W,
        pricePerMWh,
        rampLimited: targetW !== wantedW,
      };
      return award;
    },
    shortfall: traits.shortfall,
    settle: ({ award, meteredWh, pricePerMWh }) => [
      {
        unitId: award.unitId,
        interval: award.interval,
        product: "energy",
        quantityMWh: meteredWh / 1e6,
        pricePerMWh,
        amount: (meteredWh / 1e6) * pricePerMWh,
        currency,
        rule: traits.settlementRule,
      },
    ],
  };
}

function limitsAt({ rulebook, priceFloor, priceCap }: CurveMarketTraits, instantMs: UtcMs) {
  const floor = ruleAt(rulebook, priceFloor, instantMs);
  if (!floor.ok) return floor;
  const cap = ruleAt(rulebook, priceCap, instantMs);
  return cap.ok ? ok({ priceFloor: floor.value, priceCap: cap.value }) : cap;
}

/**
 * A step of the curve takes two points. The ends of the curve are the limits the unit states with it: what a site
 * cannot do now is kept out of the bid, not priced at a level that might be reached.
 */
function buildBid(traits: CurveMarketTraits, request: BidRequest): Result<CurveBid, CodedError> {
  const { unit, interval, curve, versionNumber, decidedAtMs } = request;
  const limits = limitsAt(traits, interval.startMs);
  if (!limits.ok) return limits;
  const { priceTick, volumeTickMW, pointsMax } = traits;
  const { atFloorMW, steps } = reduceCurve(curve, {
    stepsMax: Math.floor(pointsMax / 2),
    priceTick,
    volumeTickMW,
    ...limits.value,
    chargeMWMax: unit.minLoadMW,
    dischargeMWMax: unit.maxCapacityMW,
  });
  const points: CurvePoint[] = steps.flatMap(({ fromMW, toMW, pricePerMWh }) => [
    { powerMW: fromMW, pricePerMWh },
    { powerMW: toMW, pricePerMWh },
  ]);
  if (points.length === 0) points.push({ powerMW: atFloorMW, pricePerMWh: limits.value.priceFloor });
  return ok({ marketId: traits.id, unitId: unit.id, interval, versionNumber, decidedAtMs, points });
}

/** Of every submission for a unit. */
export function* participantRules(
  marketId: string,
  { unitId, versionNumber }: Pick<Bid, "unitId" | "versionNumber">,
  unit: MarketUnit,
): Iterable<Violation> {
  if (unitId !== unit.id) yield violation(`${marketId}.unit`, "unit", `${unitId} is not ${unit.id}`);
  if (!(Number.isSafeInteger(versionNumber) && versionNumber >= 1)) {
    yield violation(`${marketId}.version`, "version", `${versionNumber} is not a whole number from 1 up`);
  }
}

function* timeRules(
  { id, intervalMs, gateClosureMs }: CurveMarketTraits,
  { interval, decidedAtMs }: CurveBid,
): Iterable<Violation> {
  const { startMs, endMs } = interval;
  if (startMs % intervalMs !== 0 || endMs - startMs !== intervalMs) {
    yield violation(
      `${id}.interval`,
      "interval",
      `it is not one of the market's intervals of ${intervalMs / 60_000} minutes`,
    );
  }
  if (decidedAtMs > gateClosureMs(interval))
    yield violation(`${id}.gate-closed`, "interval", "it was decided after the gate closed");
}

function* pointRules(traits: CurveMarketTraits, { points, interval }: CurveBid, unit: MarketUnit): Iterable<Violation> {
  const { id, pointsMax, priceTick, volumeTickMW } = traits;
  const limits = limitsAt(traits, interval.startMs);
  // Without rules for the date there is no price that is right.
  const { priceFloor, priceCap } = limits.ok ? limits.value : { priceFloor: Number.NaN, priceCap: Number.NaN };
  const powerLimits = { powerMWMin: -unit.minLoadMW, powerMWMax: unit.maxCapacityMW };
  yield* curveRules(id, points, { pointsMax, priceTick, volumeTickMW, priceFloor, priceCap, ...powerLimits });
}

export interface CurveLimits {
  readonly pointsMax: number;
  readonly priceTick: number;
  readonly volumeTickMW: number;
  readonly priceFloor: number;
  readonly priceCap: number;
  readonly powerMWMin: number;
  readonly powerMWMax: number;
}

/** What any rising curve must keep, whatever it is for. */
export function* curveRules(marketId: string, points: readonly CurvePoint[], limits: CurveLimits): Iterable<Violation> {
  const { pointsMax, priceTick, volumeTickMW, priceFloor, priceCap, powerMWMin, powerMWMax } = limits;
  if (points.length < 1 || points.length > pointsMax) {
    yield violation(`${marketId}.point-count`, "curve", `${points.length} points where 1..${pointsMax} are allowed`);
  }
  for (const [index, { powerMW, pricePerMWh }] of points.entries()) {
    const where = `point ${index + 1}`;
    if (!(pricePerMWh >= priceFloor && pricePerMWh <= priceCap)) {
      yield violation(`${marketId}.price-limit`, where, `${pricePerMWh} is outside ${priceFloor}..${priceCap}`);
    }
    if (!isOnTick(pricePerMWh, priceTick)) {
      yield violation(`${marketId}.price-decimals`, where, `${pricePerMWh} is not a multiple of ${priceTick}`);
    }
    if (!isOnTick(powerMW, volumeTickMW)) {
      yield violation(`${marketId}.mw-decimals`, where, `${powerMW} MW is not a multiple of ${volumeTickMW}`);
    }
    if (!(powerMW >= powerMWMin && powerMW <= powerMWMax)) {
      yield violation(`${marketId}.capacity`, where, `${powerMW} MW is outside ${powerMWMin}..${powerMWMax}`);
    }
    const before = points[index - 1];
    if (before !== undefined && !(pricePerMWh >= before.pricePerMWh)) {
      yield violation(
        `${marketId}.price-order`,
        where,
        `${pricePerMWh} is below the point before it, ${before.pricePerMWh}`,
      );
    }
    if (before !== undefined && !(powerMW >= before.powerMW)) {
      yield violation(`${marketId}.mw-order`, where, `${powerMW} MW is below the point before it, ${before.powerMW}`);
    }
  }
}

/** Where the curve meets a price: below the first point at its low end, above the last at its high one, between on a slope. */
export function powerMWAt({ points }: Pick<CurveBid, "points">, pricePerMWh: number): number {
  let powerMW = points[0]?.powerMW ?? 0;
  for (const [index, point] of points.entries()) {
    if (point.pricePerMWh <= pricePerMWh) {
      powerMW = point.powerMW;
      continue;
    }
    const before = points[index - 1];
    if (before !== undefined && before.pricePerMWh < pricePerMWh) {
      const share = (pricePerMWh - before.pricePerMWh) / (point.pricePerMWh - before.pricePerMWh);
      powerMW = before.powerMW + share * (point.powerMW - before.powerMW);
    }
    break;
  }
  return powerMW;
}

/** What the curve asks for going from one power to a higher one, money an hour: the area under it. */
export function askedBetween({ points }: Pick<CurveBid, "points">, fromMW: number, toMW: number): number {
  let asked = 0;
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined || point.powerMW === before.powerMW) continue;
    const [startMW, endMW] = [Math.max(fromMW, before.powerMW), Math.min(toMW, point.powerMW)];
    if (endMW <= startMW) continue;
    const slope = (point.pricePerMWh - before.pricePerMWh) / (point.powerMW - before.powerMW);
    const priceAt = (powerMW: number): number => before.pricePerMWh + slope * (powerMW - before.powerMW);
    asked += ((priceAt(startMW) + priceAt(endMW)) / 2) * (endMW - startMW);
  }
  return asked;
}

/** Each rise between two points is a volume at its price, buying negative; what goes at any price stands at the nearest end. */
function stackOfPoints(points: readonly CurvePoint[]): readonly BidStep[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const stack: BidStep[] = [];
  if (first.powerMW > 0) stack.push({ pricePerMWh: first.pricePerMWh, volumeMW: first.powerMW });
  for (const [index, { powerMW, pricePerMWh }] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined || powerMW === before.powerMW) continue;
    if (before.powerMW < 0) stack.push({ pricePerMWh, volumeMW: before.powerMW - Math.min(0, powerMW) });
    if (powerMW > 0) stack.push({ pricePerMWh, volumeMW: powerMW - Math.max(0, before.powerMW) });
  }
  if (last.powerMW < 0) stack.push({ pricePerMWh: last.pricePerMWh, volumeMW: last.powerMW });
  return stack;
}
