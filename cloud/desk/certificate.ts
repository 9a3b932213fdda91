import type { CodedError } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { Ms, UtcMs, W, Wh } from "@penstock/protocol/units";
import type { BidStep, MarketUnit, Violation } from "../markets/market.ts";
import type { OfferedReserve } from "../markets/reserve-market.ts";
import { type PriceQuantityCurve, powerAtCeiling } from "../strategies/price-quantity-curve.ts";
import type { AttestedSite } from "./attest-site.ts";

/**
 * Why a bid can be delivered, worked out anew from what the sites attest and not from what a strategy thought.
 * Stored beside every bid; a bid without a passing one never leaves.
 */
export interface FeasibilityCertificate {
  readonly unitId: string;
  readonly interval: Interval;
  readonly madeAtMs: UtcMs;
  readonly feasible: boolean;
  readonly sites: readonly SiteFeasibility[];
  /** What the bid offers at the best and worst price, W, positive out. */
  readonly offeredWMin: W;
  readonly offeredWMax: W;
  readonly shortcomings: readonly Shortcoming[];
  /** Of a bid of reserves: what is offered of each, and how far energy and it may reach together. */
  readonly stack?: readonly OfferedReserve[];
}

export interface SiteFeasibility {
  readonly siteId: string;
  readonly measuredSoc: number;
  readonly socAgeMs: Ms;
  readonly socAtStart: number;
  /** What its curve may ask at the extremes, positive out. */
  readonly askedWMin: W;
  readonly askedWMax: W;
  /** What it can do: attested power, and energy in store or room for the whole interval at that power. */
  readonly possibleWMin: W;
  readonly possibleWMax: W;
  readonly deliverableWh: Wh;
  readonly absorbableWh: Wh;
  /** Of the settings it tells now. A bid rests on the ones that were attested. */
  readonly capabilityHash: string;
}

export interface Shortcoming extends CodedError {
  readonly code:
    | "certificate.not-available"
    | "certificate.capability-changed"
    | "certificate.discharge"
    | "certificate.charge"
    | "certificate.offer-beyond-curves"
    | "certificate.unregistered"
    | "certificate.reserve-beyond-registered"
    | "certificate.reserve-beyond-reach";
}

export interface OfferedSite {
  readonly site: AttestedSite;
  readonly curve: PriceQuantityCurve;
}

/** Checks an offer; any doubt is a shortcoming, and one shortcoming is enough. */
export function certify(
  unit: MarketUnit,
  interval: Interval,
  offers: readonly OfferedSite[],
  steps: readonly BidStep[],
  madeAtMs: UtcMs,
): FeasibilityCertificate {
  const sites = offers.map((offer) => feasibilityOf(offer, interval));
  const offeredWMax = 1e6 * steps.reduce((total, { volumeMW }) => total + Math.max(0, volumeMW), 0);
  const offeredWMin = 1e6 * steps.reduce((total, { volumeMW }) => total + Math.min(0, volumeMW), 0);
  const shortcomings = [
    ...offers.flatMap((offer, index) => [...siteShortcomings(offer, sites[index])]),
    ...unitShortcomings(unit, offers, sites, offeredWMin, offeredWMax),
  ];
  return {
    unitId: unit.id,
    interval,
    madeAtMs,
    feasible: shortcomings.length === 0,
    sites,
    offeredWMin: (offeredWMin + 0) as W,
    offeredWMax: offeredWMax as W,
    shortcomings,
  };
}

/** A certificate's shortcomings as rules a bid breaks. */
export const certificateViolations = ({ shortcomings }: FeasibilityCertificate): readonly Violation[] =>
  shortcomings.map(({ code, ...facts }) => ({ rule: code, where: "certificate", message: JSON.stringify(facts) }));

function feasibilityOf({ site, curve }: OfferedSite, interval: Interval): SiteFeasibility {
  const { capability } = site;
  const hours = (interval.endMs - interval.startMs) / 3_600_000;
  const aboveEmpty = Math.max(0, capability.soc - capability.socMin);
  const belowFull = Math.max(0, capability.socMax - capability.soc);
  const deliverableWh = aboveEmpty * capability.capacityWh * capability.efficiencyOneWay;
  const absorbableWh = (belowFull * capability.capacityWh) / capability.efficiencyOneWay;
  return {
    siteId: capability.siteId,
    measuredSoc: site.measuredSoc,
    socAgeMs: site.ageMs,
    socAtStart: capability.soc,
    askedWMin: Math.min(0, curve.powerWAtFloor) as W,
    askedWMax: Math.max(0, powerAtCeiling(curve)) as W,
    possibleWMin: -Math.min(site.chargeWMaxNow, capability.powerWMaxCharge, absorbableWh / hours) as W,
    possibleWMax: Math.min(site.dischargeWMaxNow, capability.powerWMaxDischarge, deliverableWh / hours) as W,
    deliverableWh: deliverableWh as Wh,
    absorbableWh: absorbableWh as Wh,
    capabilityHash: site.capabilityHash,
  };
}

function* siteShortcomings({ site }: OfferedSite, found: SiteFeasibility | undefined): Iterable<Shortcoming> {
  const { siteId, available } = site.capability;
  if (found === undefined || !available) {
    yield { code: "certificate.not-available", siteId };
    return;
  }
  if (site.capabilityHash !== site.attestedHash) {
    const { capabilityHash: toldHash, attestedHash } = site;
    yield { code: "certificate.capability-changed", siteId, toldHash, attestedHash };
  }
  const { askedWMin, askedWMax, possibleWMin, possibleWMax } = found;
  if (!(askedWMax <= possibleWMax + ROUNDING_W)) {
    yield { code: "certificate.discharge", siteId, askedW: askedWMax, possibleW: Math.floor(possibleWMax) };
  }
  if (!(askedWMin >= possibleWMin - ROUNDING_W)) {
    yield { code: "certificate.charge", siteId, askedW: askedWMin, possibleW: Math.ceil(possibleWMin) };
  }
}

function* unitShortcomings(
  unit: MarketUnit,
  offers: readonly OfferedSite[],
  sites: readonly SiteFeasibility[],
  offeredWMin: number,
  offeredWMax: number,
): Iterable<Shortcoming> {
  for (const { site } of offers) {
    const { siteId } = site.capability;
    if (!unit.siteIds.includes(siteId)) yield { code: "certificate.unregistered", siteId, unitId: unit.id };
  }
  const askedWMax = sites.reduce((total, site) => total + site.askedWMax, 0);
  const askedWMin = sites.reduce((total, site) => total + site.askedWMin, 0);
  if (!(offeredWMax <= askedWMax + ROUNDING_W && offeredWMin >= askedWMin - ROUNDING_W)) {
    yield { code: "certificate.offer-beyond-curves", offeredWMin, offeredWMax, askedWMin, askedWMax };
  }
}

/** Curves are whole watts; an energy limit divided by five minutes is not. */
const ROUNDING_W = 1;
