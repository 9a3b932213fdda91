import type { Interval } from "@penstock/protocol/time";
import type { Ms, UtcMs, W } from "@penstock/protocol/units";
import type { ReserveEntry } from "../../config/cloud-config.ts";
import type { MarketUnit } from "../../markets/market.ts";
import type { OfferedReserve, ReserveDirection, ReserveProduct } from "../../markets/reserve-market.ts";
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
  /** True where all of it may be taken at once, whatever energy clears later: then all of it has to fit together. */
  readonly isTakenTogether?: boolean;
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
  const volumeOf = (way: "up" | "down"): number =>
    Math.max(0, ...stack.filter(({ direction }) => goes(direction, way)).map(({ volumeW }) => volumeW));
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

function* stackShortcomings(wanted: StackToCertify): Iterable<Shortcoming> {
  const { interval, sites, registered, products, stack } = wanted;
  const beside = wanted.isTakenTogether === true ? { ...interval, endMs: interval.startMs } : interval;
  const parts = { up: 0, down: 0 };
  for (const { product, direction, volumeW, reachW } of stack) {
    const registeredW = registered.find((each) => each.product === product)?.registeredW ?? 0;
    const known = products.find(({ name }) => name === product);
    if (!(known !== undefined && volumeW <= registeredW)) {
      yield { code: "certificate.reserve-beyond-registered", product, volumeW, registeredW };
    }
    const lastsMs = known?.sustainMs ?? FOR_EVER_MS;
    const sustain = { upMs: lastsMs, downMs: lastsMs };
    const { upWMax, downWMin } = sumOfReaches(sites.map((site) => siteReach(site, beside, sustain)));
    for (const way of ["up", "down"] as const) {
      if (!goes(direction, way)) continue;
      // One commitment that goes both ways reaches as far down as up.
      const reachesW = direction === "both" && way === "down" ? 0 - reachW : reachW;
      const possibleW = way === "up" ? upWMax : downWMin;
      const isWithin = way === "up" ? reachesW <= possibleW : reachesW >= possibleW;
      if (!isWithin) {
        yield { code: "certificate.reserve-beyond-reach", product, reachW: reachesW, possibleW: Math.round(possibleW) };
      }
      parts[way] += volumeW / Math.abs(possibleW);
    }
  }
  if (wanted.isTakenTogether !== true) return;
  for (const way of ["up", "down"] as const) {
    // Not above: an empty site makes the sum no number.
    if (parts[way] === 0 || parts[way] <= 1 + CLOSE) continue;
    yield { code: "certificate.reserve-beyond-reach", product: "all together", way, partOfPossible: parts[way] };
  }
}

const goes = (direction: ReserveDirection, way: "up" | "down"): boolean => direction === way || direction === "both";

const CLOSE = 1e-9;
const FOR_EVER_MS = Number.POSITIVE_INFINITY as Ms;

export function sustainTimes(products: readonly ReserveProduct[]): SustainTimes {
  const longest = (way: "up" | "down") =>
    Math.max(0, ...products.filter(({ direction }) => goes(direction, way)).map(({ sustainMs }) => sustainMs));
  return { upMs: longest("up"), downMs: longest("down") } as SustainTimes;
}
