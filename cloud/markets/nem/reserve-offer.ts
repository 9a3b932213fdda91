import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs, W } from "@penstock/protocol/units";
import type { Bid, BidStep, MarketUnit, Rebid, Violation } from "../market.ts";
import type { OfferedReserve, ReserveProduct, ReserveRequest } from "../reserve-market.ts";
import { ruleAt } from "../rulebook.ts";
import {
  type FcasOffer,
  type FcasService,
  fcasServices,
  isRaise,
  isRegulation,
  sustainMinutes,
  type Trapezium,
} from "./fcas.ts";
import { parseFcas } from "./fcas-file.ts";
import { nemRulebook, veryFastServices } from "./rules.ts";
import { validateFcas } from "./validate-fcas.ts";

/** All contingency services of a unit for one dispatch interval, submitted together. */
export interface NemReserveBid extends Bid {
  readonly offers: readonly FcasOffer[];
  readonly rebid?: Rebid;
}

/**
 * Prices of a service's ten bands, the same every day, so that only volumes ever move. A wish goes into the first band
 * that pays it.
 */
export const RESERVE_BAND_PRICES: readonly number[] = [0, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000];

/**
 * The eight contingency services. Regulation is not offered by the desk: its set-points come from the operator's own
 * generation control, and no line to it stands behind a bid.
 */
export function contingencyProductsAt(instantMs: UtcMs): readonly ReserveProduct[] {
  const veryFast = ruleAt(nemRulebook, veryFastServices, instantMs);
  const hasVeryFast = veryFast.ok && veryFast.value;
  return fcasServices
    .filter((service) => !isRegulation(service) && (hasVeryFast || !service.endsWith("1SEC")))
    .map((service) => ({
      name: service,
      service: siteServices[service] ?? service,
      direction: isRaise(service) ? "up" : "down",
      sustainMs: (sustainMinutes(service) * 60_000) as ReserveProduct["sustainMs"],
    }));
}

/** Operators say how fast, sites name the rule. */
const siteServices: Readonly<Partial<Record<FcasService, string>>> = {
  RAISE1SEC: "fcasVeryFastRaise",
  RAISE6SEC: "fcasFastRaise",
  RAISE60SEC: "fcasSlowRaise",
  RAISE5MIN: "fcasDelayedRaise",
  LOWER1SEC: "fcasVeryFastLower",
  LOWER6SEC: "fcasFastLower",
  LOWER60SEC: "fcasSlowLower",
  LOWER5MIN: "fcasDelayedLower",
};

/**
 * One offer a service. Its trapezium falls by a megawatt of service for each of energy where the two would reach beyond
 * what the unit can do together; the operator's own dispatch trades them off along that side.
 */
export function buildReserveOffer(request: ReserveRequest): Result<NemReserveBid, CodedError> {
  const { unit, interval, wishes, versionNumber, decidedAtMs, rebid } = request;
  const products = contingencyProductsAt(interval.startMs);
  const about = {
    marketId: "nem",
    unitId: unit.id,
    interval,
    versionNumber,
    decidedAtMs,
    ...(rebid === undefined ? {} : { rebid }),
  };
  const offers: FcasOffer[] = [];
  for (const { product, volumeW, pricePerMWh } of wishes) {
    const service = fcasServices.find((each) => each === product);
    if (service === undefined || isRegulation(service)) return fail({ code: "nem.fcas-service", product });
    if (!products.some(({ name }) => name === service)) continue; // Not traded yet on that day.
    const band = RESERVE_BAND_PRICES.findIndex((price) => price >= pricePerMWh);
    const wantedMW = band === -1 ? 0 : Math.max(0, Math.floor(volumeW / 1e6));
    const { trapezium, heightMW } = trapeziumOf(request, isRaise(service), wantedMW);
    const bandAvailMW = RESERVE_BAND_PRICES.map((_, at) => (at === band ? heightMW : 0));
    offers.push({ ...about, service, bandPrices: RESERVE_BAND_PRICES, bandAvailMW, maxAvailMW: heightMW, trapezium });
  }
  if (offers.length === 0)
    return fail({ code: "nem.fcas-nothing-traded", wishes: wishes.map(({ product }) => product) });
  return ok({ ...about, offers });
}

function trapeziumOf(
  { reach, unit }: ReserveRequest,
  isUp: boolean,
  wantedMW: number,
): { readonly trapezium: Trapezium; readonly heightMW: number } {
  const lowestMW = Math.max(-unit.minLoadMW, Math.ceil((isUp ? reach.powerWMin : reach.downWMin) / 1e6));
  const highestMW = Math.min(unit.maxCapacityMW, Math.floor((isUp ? reach.upWMax : reach.powerWMax) / 1e6));
  // Turned inside out it holds nothing, and says so within the unit's own limits.
  const roomMW = Math.max(0, highestMW - lowestMW);
  const heightMW = Math.min(wantedMW, roomMW);
  const enablementMaxMW = lowestMW + roomMW;
  return {
    heightMW,
    trapezium: {
      enablementMinMW: lowestMW + 0,
      lowBreakpointMW: (isUp ? lowestMW : lowestMW + heightMW) + 0,
      highBreakpointMW: (isUp ? enablementMaxMW - heightMW : enablementMaxMW) + 0,
      enablementMaxMW: enablementMaxMW + 0,
    },
  };
}

export function validateReserveOffer({ offers, unitId, versionNumber }: NemReserveBid, unit: MarketUnit): Violation[] {
  const services = offers.map(({ service, direction }) => `${service} ${direction ?? ""}`);
  const isTwice = new Set(services).size < services.length;
  const isMixed = offers.some((offer) => offer.unitId !== unitId || offer.versionNumber !== versionNumber);
  return [
    ...(isTwice ? [{ rule: "nem.fcas-service", where: "services", message: "a service is offered twice" }] : []),
    ...(isMixed ? [{ rule: "nem.unit", where: "services", message: "its services are not of one submission" }] : []),
    ...offers.flatMap((offer) => validateFcas(offer, unit)),
  ];
}

/** Reads a submission back, one offer an interval. */
export function parseReserveOffers(text: string): Result<readonly NemReserveBid[], CodedError> {
  const parsed = parseFcas(text);
  if (!parsed.ok) return parsed;
  const byInterval = new Map<number, FcasOffer[]>();
  for (const offer of parsed.value) {
    byInterval.set(offer.interval.startMs, [...(byInterval.get(offer.interval.startMs) ?? []), offer]);
  }
  return ok(
    [...byInterval.values()].map((offers) => {
      const [{ marketId, unitId, interval, versionNumber, decidedAtMs, rebid }] = offers as [FcasOffer];
      return {
        ...{ marketId, unitId, interval, versionNumber, decidedAtMs, offers },
        ...(rebid === undefined ? {} : { rebid }),
      };
    }),
  );
}

/** The trapezium is at its farthest at its upper corners, or at the end of its side. */
export const reachOfReserves = ({ offers }: NemReserveBid): readonly OfferedReserve[] =>
  offers
    .filter(({ maxAvailMW }) => maxAvailMW > 0)
    .map(({ service, maxAvailMW, trapezium }) => ({
      product: service,
      direction: isRaise(service) ? "up" : "down",
      volumeW: (maxAvailMW * 1e6) as W,
      reachW: (1e6 *
        (isRaise(service)
          ? Math.max(trapezium.highBreakpointMW + maxAvailMW, trapezium.enablementMaxMW)
          : Math.min(trapezium.lowBreakpointMW - maxAvailMW, trapezium.enablementMinMW))) as W,
    }));

/** The bands with volume, service by service. */
export const stackOfReserves = ({ offers }: NemReserveBid): readonly BidStep[] =>
  offers.flatMap(({ service, bandPrices, bandAvailMW }) =>
    bandAvailMW.flatMap((volumeMW, band) =>
      volumeMW > 0 ? [{ product: service, pricePerMWh: bandPrices[band] ?? Number.NaN, volumeMW }] : [],
    ),
  );
