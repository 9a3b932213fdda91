import { type CodedError, describeError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { Ms, UtcMs, W } from "@penstock/protocol/units";
import type { SiteEntry } from "../config/cloud-config.ts";
import type { OfferedCurve } from "../dispatch/split-award.ts";
import type { PriceForecast } from "../forecast/forecaster.ts";
import type { PriceHistory } from "../prices/price-history.ts";
import { priceQuantityCurve } from "../strategies/price-quantity-curve.ts";
import type { MarketConstants, Strategy } from "../strategies/strategy.ts";
import { type AttestedSite, attestSite, type NotAttested } from "./attest-site.ts";
import { clipCurve } from "./clip-curve.ts";
import type { SiteReadings } from "./site-reading.ts";

/** What a unit will offer for an interval, before any market has shaped it. */
export interface Offer {
  readonly kind: "offer" | "held" | "withdrawal";
  readonly because: string;
  /** The sites it stands on, as they attested themselves. */
  readonly sites: readonly AttestedSite[];
  readonly offers: readonly OfferedCurve[];
  readonly leftOut: readonly NotAttested[];
  /** Why it is not a fresh offer; an alarm for the trader. */
  readonly alarm?: CodedError;
}

export interface OfferInputs {
  readonly asOfMs: UtcMs;
  readonly interval: Interval;
  readonly attested: readonly AttestedSite[];
  readonly leftOut: readonly NotAttested[];
  readonly forecast: Result<PriceForecast, CodedError>;
  readonly constants: Result<MarketConstants, CodedError>;
  readonly strategy: Strategy;
  /** Prices as known now, for a strategy that learns from them. */
  readonly history?: PriceHistory;
  /** Of the last good offer, for when an input is missing. */
  readonly lastOffers: readonly OfferedCurve[];
}

/**
 * Strategy to curves. Sites that cannot attest themselves are left out. Without a forecast or a strategy's answer
 * the last good curves are held, never an invented price; without any site the unit is withdrawn: it offers 0.
 */
export function decideOffer(inputs: OfferInputs): Offer {
  const { attested, leftOut, lastOffers } = inputs;
  if (attested.length === 0) {
    return withdrawal(leftOut, {
      code: "desk.no-site",
      leftOut: leftOut.map(({ siteId, code }) => `${siteId}: ${code}`),
    });
  }
  const intents = decide(inputs);
  if (intents.ok) {
    const offers = clipAll(intents.value.curves, attested);
    return { kind: "offer", because: intents.value.because, sites: attested, offers, leftOut };
  }
  const held = clipAll(lastOffers, attested);
  if (held.length === 0) return withdrawal(leftOut, intents.error);
  const sites = attested.filter(({ capability }) => held.some(({ siteId }) => siteId === capability.siteId));
  const because = `last good bid held: ${describeError(intents.error)}`;
  return { kind: "held", because, sites, offers: held, leftOut, alarm: intents.error };
}

/** Offers nothing at any price. Always feasible, so a doubt can always end here. */
export const withdrawal = (leftOut: readonly NotAttested[], alarm: CodedError): Offer => ({
  kind: "withdrawal",
  because: `withdrawn: ${describeError(alarm)}`,
  sites: [],
  offers: [],
  leftOut,
  alarm,
});

/** The curve of a unit that offers nothing. */
export const nothingOffered = priceQuantityCurve(0, []);

/** Sorts a unit's sites into those that can be bid and those left out. */
export function attestSites(
  entries: readonly SiteEntry[],
  readings: SiteReadings,
  at: {
    readonly nowMs: UtcMs;
    readonly ageMsMax: Ms;
    readonly startMs: UtcMs;
    readonly toMarketMs: (wallMs: UtcMs) => UtcMs;
    readonly attestedHash: (entry: SiteEntry, toldHash: string | undefined) => string | undefined;
  },
): { readonly attested: readonly AttestedSite[]; readonly leftOut: readonly NotAttested[] } {
  const attested: AttestedSite[] = [];
  const leftOut: NotAttested[] = [];
  for (const entry of entries) {
    const reading = readings(entry.siteId);
    const untilStartMs = (at.startMs - at.toMarketMs(reading.measuredAtMs ?? at.nowMs)) as Ms;
    const { nowMs, ageMsMax } = at;
    const attestedHash = at.attestedHash(entry, reading.capabilityHash);
    const answer = attestSite(entry, reading, { nowMs, ageMsMax, untilStartMs, attestedHash });
    if (answer.ok) attested.push(answer.value);
    else leftOut.push(answer.error);
  }
  return { attested, leftOut };
}

function decide({
  asOfMs,
  interval,
  attested,
  forecast,
  constants,
  strategy,
  history,
}: OfferInputs): Result<{ readonly curves: readonly OfferedCurve[]; readonly because: string }, CodedError> {
  if (!forecast.ok) return forecast;
  if (!constants.ok) return constants;
  const sites = attested.map(({ capability }) => capability);
  const known = history === undefined ? {} : { history };
  const view = { asOfMs, interval, forecast: forecast.value, sites, market: constants.value, ...known };
  const intents = strategy.decide(view);
  if (!intents.ok) return intents;
  const curves = intents.value.map(({ siteId, curve }) => ({ siteId, curve }));
  const missing = sites.find(({ siteId }) => !curves.some((each) => each.siteId === siteId));
  if (missing !== undefined) return fail({ code: "desk.no-intent", siteId: missing.siteId, strategy: strategy.name });
  return ok({ curves, because: intents.value.map(({ siteId, because }) => `${siteId}: ${because}`).join("; ") });
}

function clipAll(offers: readonly OfferedCurve[], attested: readonly AttestedSite[]): OfferedCurve[] {
  return offers.flatMap(({ siteId, curve }) => {
    const site = attested.find(({ capability }) => capability.siteId === siteId);
    return site === undefined
      ? []
      : [{ siteId, curve: clipCurve(curve, site.chargeWMaxNow, site.dischargeWMaxNow as W) }];
  });
}
