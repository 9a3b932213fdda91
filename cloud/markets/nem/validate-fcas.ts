import type { MarketUnit, Violation } from "../market.ts";
import { ruleAt } from "../rulebook.ts";
import { CLOSE, isOnTick, violation } from "../violation.ts";
import { type FcasOffer, fcasServices, isRegulation } from "./fcas.ts";
import { BANDS, nemRulebook, nemRulesAt, PRICE_TICK, veryFastServices } from "./rules.ts";
import { intervalRules, versionRules } from "./validate.ts";

/** Every rule a frequency-control offer breaks. Empty: the operator would take it. */
export function validateFcas(offer: FcasOffer, unit: MarketUnit): readonly Violation[] {
  const rules = nemRulesAt(offer.interval.startMs);
  if (!rules.ok) return [violation("nem.no-rules", "interval", "no rules are on record for its date")];
  return [
    ...(offer.unitId === unit.id ? [] : [violation("nem.unit", "unit", `${offer.unitId} is not ${unit.id}`)]),
    ...intervalRules(offer),
    ...serviceRules(offer),
    ...priceRules(offer, rules.value.marketPriceCap),
    ...volumeRules(offer, unit),
    ...trapeziumRules(offer, unit),
    ...versionRules(offer),
  ];
}

function* serviceRules({ service, direction, interval }: FcasOffer): Iterable<Violation> {
  if (!fcasServices.includes(service)) {
    yield violation("nem.fcas-service", "service", `${service} is none of ${fcasServices.join(", ")}`);
    return;
  }
  const veryFast = ruleAt(nemRulebook, veryFastServices, interval.startMs);
  if (service.endsWith("1SEC") && !(veryFast.ok && veryFast.value)) {
    yield violation("nem.fcas-service", "service", `${service} was not traded yet`);
  }
  if (isRegulation(service) && direction !== "GEN" && direction !== "LOAD") {
    yield violation("nem.fcas-direction", service, "regulation of a bidirectional unit names GEN or LOAD");
  }
  if (!isRegulation(service) && direction !== undefined) {
    yield violation("nem.fcas-direction", service, "a contingency service has one offer for both directions");
  }
}

function* priceRules({ service, bandPrices }: FcasOffer, cap: number): Iterable<Violation> {
  if (bandPrices.length !== BANDS) {
    yield violation("nem.band-count", service, `${bandPrices.length} prices where ${BANDS} are due`);
  }
  for (const [band, price] of bandPrices.entries()) {
    const where = `${service} band ${band + 1}`;
    // unverified: the floor of 0 is believed, not read.
    if (!(price >= 0 && price <= cap + CLOSE))
      yield violation("nem.fcas-price-limit", where, `${price} is outside 0..${cap}`);
    if (!isOnTick(price, PRICE_TICK))
      yield violation("nem.price-decimals", where, `${price} has more than two decimals`);
    const below = bandPrices[band - 1];
    if (below !== undefined && price < below) {
      yield violation("nem.price-order", where, `${price} is below the band before it, ${below}`);
    }
  }
}

function* volumeRules({ service, bandAvailMW, maxAvailMW }: FcasOffer, unit: MarketUnit): Iterable<Violation> {
  if (bandAvailMW.length !== BANDS) {
    yield violation("nem.band-count", service, `${bandAvailMW.length} volumes where ${BANDS} are due`);
  }
  for (const [band, volumeMW] of bandAvailMW.entries()) {
    if (!isWholeMW(volumeMW)) {
      yield violation("nem.whole-mw", `${service} band ${band + 1}`, `${volumeMW} MW is not a whole number from 0 up`);
    }
  }
  const mostMW = unit.maxCapacityMW + unit.minLoadMW;
  if (!isWholeMW(maxAvailMW)) {
    yield violation("nem.whole-mw", `${service} max avail`, `${maxAvailMW} MW is not a whole number from 0 up`);
  } else if (maxAvailMW > mostMW) {
    yield violation(
      "nem.capacity",
      `${service} max avail`,
      `${maxAvailMW} MW is beyond full charge to full discharge, ${mostMW}`,
    );
  }
  const offeredMW = bandAvailMW.reduce((total, volumeMW) => total + volumeMW, 0);
  if (offeredMW !== maxAvailMW) {
    // Ours, not the operator's, as with energy.
    yield violation("nem.band-sum", service, `bands hold ${offeredMW} MW, max avail says ${maxAvailMW}`);
  }
}

function* trapeziumRules({ service, direction, trapezium }: FcasOffer, unit: MarketUnit): Iterable<Violation> {
  const { enablementMinMW, lowBreakpointMW, highBreakpointMW, enablementMaxMW } = trapezium;
  const corners = [enablementMinMW, lowBreakpointMW, highBreakpointMW, enablementMaxMW];
  if (!corners.every((corner) => Number.isSafeInteger(corner))) {
    yield violation("nem.fcas-trapezium", service, "the corners of the trapezium are whole megawatts");
    return;
  }
  if (corners.some((corner, index) => index > 0 && corner < (corners[index - 1] as number))) {
    yield violation("nem.fcas-trapezium", service, `its corners must ascend: ${corners.join(", ")}`);
  }
  const isOneSided = isRegulation(service);
  const lowestMW = isOneSided ? 0 : -unit.minLoadMW;
  const highestMW = isOneSided && direction === "LOAD" ? unit.minLoadMW : unit.maxCapacityMW;
  if (enablementMinMW < lowestMW || enablementMaxMW > highestMW) {
    yield violation("nem.fcas-trapezium", service, `its corners must lie within ${lowestMW}..${highestMW} MW`);
  }
}

const isWholeMW = (volumeMW: number): boolean => Number.isSafeInteger(volumeMW) && volumeMW >= 0;
