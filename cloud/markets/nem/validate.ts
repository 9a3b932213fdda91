import type { UtcMs } from "@penstock/protocol/units";
import type { Bid, MarketUnit, Rebid, ValidationContext, Violation } from "../market.ts";
import { CLOSE, isOnTick, violation } from "../violation.ts";
import type { Direction, NemBid, NemBidSide } from "./bid.ts";
import { sideOf } from "./bid.ts";
import { gateClosureMs } from "./calendar.ts";
import {
  BANDS,
  DISPATCH_INTERVAL_MS,
  type NemRules,
  nemRulesAt,
  PRICE_TICK,
  REBID_REASON_LENGTH_MAX,
} from "./rules.ts";

/** Every rule an energy bid of a bidirectional unit breaks. Empty: the operator would take it. */
export function validate(bid: NemBid, unit: MarketUnit, context: ValidationContext = {}): readonly Violation[] {
  const rules = nemRulesAt(bid.interval.startMs);
  if (!rules.ok) return [violation("nem.no-rules", "interval", "no rules are on record for its date")];
  return [
    ...unitRules(bid, unit),
    ...intervalRules(bid),
    ...directionRules(bid),
    ...bid.sides.flatMap((side) => [
      ...priceRules(side, unit, rules.value),
      ...volumeRules(side, unit),
      ...energyLimitRules(side, unit),
    ]),
    ...convexityRules(bid, unit),
    ...storageRules(bid),
    ...dayPriceRules(bid, context),
    ...versionRules(bid),
  ];
}

function* unitRules(bid: NemBid, unit: MarketUnit): Iterable<Violation> {
  if (bid.unitId !== unit.id) yield violation("nem.unit", "unit", `${bid.unitId} is not ${unit.id}`);
}

/** Of energy and of frequency-control offers alike. */
export function* intervalRules({ interval, decidedAtMs }: Bid): Iterable<Violation> {
  const { startMs, endMs } = interval;
  if (startMs % DISPATCH_INTERVAL_MS !== 0 || endMs - startMs !== DISPATCH_INTERVAL_MS) {
    yield violation("nem.interval", "interval", "it is not a five-minute dispatch interval");
  }
  if (decidedAtMs > gateClosureMs(interval)) {
    yield violation("nem.gate-closed", "interval", "it was decided after the dispatch run takes its bids");
  }
}

function* directionRules(bid: NemBid): Iterable<Violation> {
  for (const direction of ["GEN", "LOAD"] satisfies Direction[]) {
    const count = bid.sides.filter((side) => side.direction === direction).length;
    if (count !== 1) {
      yield violation(
        "nem.both-directions",
        direction,
        `a bidirectional unit bids ${direction} once, not ${count} times`,
      );
    }
  }
}

function* priceRules({ direction, bandPrices }: NemBidSide, unit: MarketUnit, rules: NemRules): Iterable<Violation> {
  if (bandPrices.length !== BANDS) {
    yield violation("nem.band-count", direction, `${bandPrices.length} prices where ${BANDS} are due`);
  }
  const floor = rules.marketPriceFloor * unit.lossFactor;
  const cap = rules.marketPriceCap * unit.lossFactor;
  for (const [band, price] of bandPrices.entries()) {
    const where = `${direction} band ${band + 1}`;
    if (!(price >= floor - CLOSE && price <= cap + CLOSE)) {
      yield violation(
        "nem.price-limit",
        where,
        `${price} is outside ${floor}..${cap}, floor and cap times loss factor`,
      );
    }
    if (!isOnTick(price, PRICE_TICK)) {
      yield violation("nem.price-decimals", where, `${price} has more than two decimals`);
    }
    const below = bandPrices[band - 1];
    if (below !== undefined && price < below) {
      yield violation("nem.price-order", where, `${price} is below the band before it, ${below}`);
    }
  }
}

function* volumeRules(side: NemBidSide, unit: MarketUnit): Iterable<Violation> {
  const { direction, bandAvailMW, maxAvailMW } = side;
  if (bandAvailMW.length !== BANDS) {
    yield violation("nem.band-count", direction, `${bandAvailMW.length} volumes where ${BANDS} are due`);
  }
  for (const [band, volumeMW] of bandAvailMW.entries()) {
    if (!isWholeMW(volumeMW)) {
      yield violation(
        "nem.whole-mw",
        `${direction} band ${band + 1}`,
        `${volumeMW} MW is not a whole number from 0 up`,
      );
    }
  }
  const registeredMW = direction === "GEN" ? unit.maxCapacityMW : unit.minLoadMW;
  if (!isWholeMW(maxAvailMW)) {
    yield violation("nem.whole-mw", `${direction} max avail`, `${maxAvailMW} MW is not a whole number from 0 up`);
  } else if (maxAvailMW > registeredMW) {
    yield violation(
      "nem.capacity",
      `${direction} max avail`,
      `${maxAvailMW} MW is above the registered ${registeredMW}`,
    );
  }
  const offeredMW = bandAvailMW.reduce((total, volumeMW) => total + volumeMW, 0);
  if (offeredMW !== maxAvailMW) {
    // Ours, not the operator's: what is available and what is priced are kept the same, so neither hides an error.
    yield violation("nem.band-sum", direction, `bands hold ${offeredMW} MW, max avail says ${maxAvailMW}`);
  }
  for (const field of ["rampUpMWPerMin", "rampDownMWPerMin"] as const) {
    if (!(side[field] > 0 && side[field] <= unit.rampMWPerMin)) {
      yield violation(
        "nem.ramp-rate",
        `${direction} ${field}`,
        `${side[field]} is not within 0..${unit.rampMWPerMin} MW/min`,
      );
    }
  }
}

function* energyLimitRules({ direction, energyLimitMWh }: NemBidSide, unit: MarketUnit): Iterable<Violation> {
  if (energyLimitMWh === undefined) return;
  if (!(energyLimitMWh >= 0 && energyLimitMWh <= unit.storageMWh)) {
    const message = `${energyLimitMWh} MWh is outside the registered storage of ${unit.storageMWh}`;
    yield violation("nem.energy-limit", `${direction} energy limit`, message);
  }
}

function* storageRules(bid: NemBid): Iterable<Violation> {
  const leastMWh = sideOf(bid, "GEN")?.energyLimitMWh;
  const mostMWh = sideOf(bid, "LOAD")?.energyLimitMWh;
  if (leastMWh !== undefined && mostMWh !== undefined && leastMWh > mostMWh) {
    yield violation(
      "nem.energy-limit",
      "energy limits",
      `the least storage, ${leastMWh} MWh, is above the most, ${mostMWh}`,
    );
  }
}

/** Bands that hold volume must ascend in price from consuming to generating, compared at the reference node. */
function* convexityRules(bid: NemBid, unit: MarketUnit): Iterable<Violation> {
  const load = effectivePrices(sideOf(bid, "LOAD"));
  const gen = effectivePrices(sideOf(bid, "GEN"));
  if (load.length === 0 || gen.length === 0) return;
  const dearestLoad = Math.max(...load) / unit.lossFactor;
  const cheapestGen = Math.min(...gen) / unit.lossFactor;
  if (!(dearestLoad < cheapestGen)) {
    yield violation("nem.convexity", "LOAD and GEN", `it buys at ${dearestLoad} and sells at ${cheapestGen}`);
  }
}

const effectivePrices = (side: NemBidSide | undefined): number[] =>
  side === undefined || side.maxAvailMW === 0
    ? []
    : side.bandPrices.filter((_, band) => (side.bandAvailMW[band] ?? 0) > 0);

function* dayPriceRules(bid: NemBid, { dayBandPrices }: ValidationContext): Iterable<Violation> {
  if (dayBandPrices === undefined) return;
  for (const { direction, bandPrices } of bid.sides) {
    const fixed = direction === "GEN" ? dayBandPrices.sell : dayBandPrices.buy;
    if (bandPrices.some((price, band) => price !== fixed[band])) {
      yield violation(
        "nem.day-prices",
        direction,
        "band prices are fixed for the trading day; only volumes may change",
      );
    }
  }
}

/** Of energy and of frequency-control offers alike. */
export function* versionRules({
  versionNumber,
  rebid,
  interval,
  decidedAtMs,
}: Bid & { readonly rebid?: Rebid }): Iterable<Violation> {
  if (!(Number.isSafeInteger(versionNumber) && versionNumber >= 1)) {
    yield violation("nem.version", "version", `${versionNumber} is not a whole number from 1 up`);
  }
  if (rebid === undefined) {
    if (versionNumber > 1) yield violation("nem.rebid-reason", "rebid", "a changed bid says why it changed");
    return;
  }
  const { reason, category, eventMs, awareMs, decisionMs } = rebid;
  if (reason.trim() === "" || reason.length > REBID_REASON_LENGTH_MAX) {
    yield violation(
      "nem.rebid-reason",
      "rebid",
      `the reason has ${reason.length} of 1..${REBID_REASON_LENGTH_MAX} characters`,
    );
  }
  if (!["P", "A", "F", "E"].includes(category)) {
    yield violation("nem.rebid-category", "rebid", `${category} is none of P, A, F, E`);
  }
  if (!isInOrder([eventMs, awareMs, decisionMs, decidedAtMs, interval.startMs])) {
    yield violation("nem.rebid-times", "rebid", "event, awareness, decision and dispatch must follow in that order");
  }
}

const isInOrder = (instants: readonly UtcMs[]): boolean =>
  instants.every((instantMs, index) => index === 0 || instantMs >= (instants[index - 1] ?? Number.NaN));

const isWholeMW = (volumeMW: number): boolean => Number.isSafeInteger(volumeMW) && volumeMW >= 0;
