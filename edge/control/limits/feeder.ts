import { clamp } from "@penstock/protocol/units";
import type { FeederRest } from "../feeder-rest.ts";
import type { PowerInterval, SiteImage } from "../image.ts";
import { between, narrow, plusMinus } from "../interval.ts";
import { rampToward } from "../ramp.ts";
import type { FeederTerms } from "../site-control-config.ts";
import { inWords } from "../words.ts";
import type { LimitContext, UnitGroup, UnitLimit } from "./limit.ts";

/**
 * What each feeder or transformer inside the site carries, less what its own meter shows besides its batteries. It takes
 * room and never calls for power: a feeder that others overload is not the batteries' to relieve, and 0 is always
 * allowed. While its meter is not fresh the last known worst case holds, and never more than `withoutMeterW` either way.
 */
export const feeder: UnitLimit = {
  name: "feeder",
  rank: "site",

  interval: () => undefined,

  groups(image, context) {
    const { feeders } = context.config;
    return feeders?.flatMap((terms, place) => {
      const rest = context.feederRests[place];
      return rest === undefined
        ? []
        : [{ places: terms.units, ...carried(terms, rest, image, context) } satisfies UnitGroup];
    });
  },

  text(image, context) {
    const said = context.config.feeders?.flatMap((terms, place) => {
      const rest = context.feederRests[place];
      if (rest === undefined) return [];
      const left = carried(terms, rest, image, context);
      return [`${terms.id} leaves ${inWords(left.powerWMin)} to ${inWords(left.powerWMax)}${because(rest)}`];
    });
    return said?.join("; ") ?? "the site has no feeders of its own";
  },

  unitText(unit, context) {
    const terms = context.config.feeders?.find(({ unitIds }) => unitIds.includes(unit.id));
    return terms === undefined
      ? "on no feeder"
      : `its part of ${terms.id}, which carries ${inWords(terms.exportWMax)} out and ${inWords(terms.importWMax)} in`;
  },
};

function carried(terms: FeederTerms, rest: FeederRest, image: SiteImage, context: LimitContext): PowerInterval {
  const withoutMeter = plusMinus(terms.withoutMeterW);
  if (rest.rest.basis === "unknown") return withoutMeter;
  const { restWMin, restWMax } = rest.rest;
  const circleW = circleWMax(terms, rest.reactiveRest, context);
  const left = {
    powerWMin: Math.min(0, -Math.min(terms.importWMax, circleW) - restWMin),
    powerWMax: Math.max(0, Math.min(terms.exportWMax, circleW) - restWMax),
  };
  const known = between(left.powerWMin, left.powerWMax);
  if (rest.rest.basis === "measured" && rest.reactiveRest?.basis !== "remembered") return known;
  return narrow(known, eased(withoutMeter, terms, image, context));
}

/** Without a meter power comes down at the site's ramp, from what the units are measured to do. */
function eased(
  { powerWMin, powerWMax }: PowerInterval,
  { units }: FeederTerms,
  { units: all, monotonicMs }: SiteImage,
  { config, state }: LimitContext,
): PowerInterval {
  let nowW = 0;
  for (const place of units) {
    const powerW = all[place]?.powerW;
    if (powerW?.quality === "good") nowW += powerW.value;
  }
  const elapsedMs = clamp(monotonicMs - state.monotonicMs, 0, 3 * config.periodMs) as typeof config.periodMs;
  const { upWPerS, downWPerS } = config.ramp;
  const towardW = (boundW: number) => rampToward(nowW, boundW, upWPerS, downWPerS, elapsedMs);
  return between(Math.min(powerWMin, towardW(powerWMin)), Math.max(powerWMax, towardW(powerWMax)));
}

function circleWMax(
  { apparentVAMax, units }: FeederTerms,
  reactive: FeederRest["reactiveRest"],
  { plannedVar }: LimitContext,
): number {
  if (apparentVAMax === undefined) return Number.POSITIVE_INFINITY;
  let planned = 0;
  for (const place of units) planned += plannedVar?.[place] ?? 0;
  const { restVarMin, restVarMax } = reactive ?? { restVarMin: 0, restVarMax: 0 };
  const greatestVar = Math.max(Math.abs(restVarMin + planned), Math.abs(restVarMax + planned));
  return Math.sqrt(Math.max(0, apparentVAMax ** 2 - greatestVar ** 2));
}

function because({ rest }: FeederRest): string {
  if (rest.basis !== "measured") return " (its meter cannot be trusted)";
  return Math.abs(rest.restW) < 1_000 ? "" : ` beside ${inWords(rest.restW)} of others`;
}
