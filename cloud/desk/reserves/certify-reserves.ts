import type { Interval } from "@penstock/protocol/time";
import type { Ms, UtcMs, W } from "@penstock/protocol/units";
import type { ReserveEntry } from "../../config/cloud-config.ts";
import type { MarketUnit } from "../../markets/market.ts";
import type { OfferedReserve, ReserveProduct } from "../../markets/reserve-market.ts";
import type { AttestedSite } from "../attest-site.ts";
import { certify, type FeasibilityCertificate, type Shortcoming } from "../certificate.ts";
import { nothingOffered } from "../decide-offer.ts";
import { type SustainTimes, siteReach, sumOfReaches } from "./reserve-reach.ts";

export interface StackToCertify {
  readonly unit: MarketUnit;
  readonly interval: Interval;
  readonly sites: readonly AttestedSite[];
  readonly registered: ReserveEntry["products"];
  readonly products: readonly ReserveProduct[];
  /** What the bid, as it was built, lets the operator make of it. */
  readonly stack: readonly OfferedReserve[];
  readonly madeAtMs: UtcMs;
}

/**
 * Why reserves can be kept beside any energy that may clear: each within its registration, and energy and reserve
 * together within what the sites attest, in power and in energy for as long as it must last. Worked out anew from the
 * sites and the bid itself; any doubt is a shortcoming.
 */
export function certifyReserves(wanted: StackToCertify): FeasibilityCertificate {
  const { unit, interval, sites, stack, madeAtMs } = wanted;
  const offered = sites.map((site) => ({ site, curve: nothingOffered }));
  const base = certify(unit, interval, offered, [], madeAtMs);
  const volumeOf = (direction: "up" | "down"): number =>
    Math.max(0, ...stack.filter((one) => one.direction === direction).map(({ volumeW }) => volumeW));
  const shortcomings = [...base.shortcomings, ...stackShortcomings(wanted)];
  return {
    ...base,
    feasible: shortcomings.length === 0,
    offeredWMin: (0 - volumeOf("down")) as W,
    offeredWMax: volumeOf("up") as W,
    shortcomings,
    stack,
  };
}

function* stackShortcomings({ interval, sites, registered, products, stack }: StackToCertify): Iterable<Shortcoming> {
  for (const { product, direction, volumeW, reachW } of stack) {
    const registeredW = registered.find((each) => each.product === product)?.registeredW ?? 0;
    const known = products.find(({ name }) => name === product);
    if (!(known !== undefined && volumeW <= registeredW)) {
      yield { code: "certificate.reserve-beyond-registered", product, volumeW, registeredW };
    }
    const lastsMs = known?.sustainMs ?? FOR_EVER_MS;
    const sustain = { upMs: lastsMs, downMs: lastsMs };
    const reach = sumOfReaches(sites.map((site) => siteReach(site, interval, sustain)));
    const possibleW = direction === "up" ? reach.upWMax : reach.downWMin;
    const isWithin = direction === "up" ? reachW <= possibleW : reachW >= possibleW;
    if (!isWithin)
      yield { code: "certificate.reserve-beyond-reach", product, reachW, possibleW: Math.round(possibleW) };
  }
}

const FOR_EVER_MS = Number.POSITIVE_INFINITY as Ms;

export function sustainTimes(products: readonly ReserveProduct[]): SustainTimes {
  const longest = (wanted: ReserveProduct["direction"]) =>
    Math.max(0, ...products.filter(({ direction }) => direction === wanted).map(({ sustainMs }) => sustainMs));
  return { upMs: longest("up"), downMs: longest("down") } as SustainTimes;
}
