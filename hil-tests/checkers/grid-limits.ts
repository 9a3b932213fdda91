import type { Checker, SitePromises } from "./checker.ts";

/** Measurement error and losses that no controller can see coming: 1 % of the limit and never less than this. */
const TOLERANCE_W_MIN = 500;
const TOLERANCE = 0.01;

/** Power at the point of connection stays inside the connection's own limits. A load step may show for one reaction time. */
export function connectionChecker(promises: SitePromises): Checker {
  let outsideMs = 0;
  return {
    name: "grid-connection",
    look(truth, dtMs) {
      const { min, max } = truth.connectionLimitW;
      const excessW = excessOf(truth.gridPowerW, min, max);
      outsideMs = excessW > 0 ? outsideMs + dtMs : 0;
      if (outsideMs <= promises.reactionMs) return undefined;
      outsideMs = 0;
      return `${kilowatts(truth.gridPowerW)} at the point of connection, limits ${kilowatts(min)} … ${kilowatts(max)}`;
    },
  };
}

/** What each cable inside the site carries stays inside its own limits; a load step may show for one reaction time. */
export function feederChecker(promises: SitePromises): Checker {
  const outsideMs = new Map<string, number>();
  return {
    name: "feeder",
    look({ branches }, dtMs) {
      for (const { id, powerW, limitW } of branches) {
        const isOutside = excessOf(powerW, limitW.min, limitW.max) > 0;
        const sinceMs = isOutside ? (outsideMs.get(id) ?? 0) + dtMs : 0;
        outsideMs.set(id, sinceMs > promises.reactionMs ? 0 : sinceMs);
        if (sinceMs > promises.reactionMs)
          return `${kilowatts(powerW)} on ${id}, limits ${kilowatts(limitW.min)} … ${kilowatts(limitW.max)}`;
      }
      return undefined;
    },
  };
}

/**
 * The grid operator's limit: once it tightens, power has one reaction time and then the site's own ramp to
 * come inside; after that it stays inside.
 */
export function gridOperatorChecker(promises: SitePromises): Checker {
  let heldMin = Number.NEGATIVE_INFINITY;
  let heldMax = Number.POSITIVE_INFINITY;
  let graceMs = 0;
  let outsideMs = 0;
  return {
    name: "grid-operator",
    look(truth, dtMs) {
      const limit = truth.gridOperatorLimitW;
      const min = limit.isActive ? limit.min : Number.NEGATIVE_INFINITY;
      const max = limit.isActive ? limit.max : Number.POSITIVE_INFINITY;
      if (min > heldMin || max < heldMax) {
        // OPC UA is read a few times a second: allow that and the ramp from where power was.
        const excessW = Math.max(0, truth.gridPowerW - max, min - truth.gridPowerW);
        graceMs = Math.max(graceMs, 1_000 + promises.reactionMs + (excessW / promises.rampWPerS) * 1_000);
      }
      heldMin = min;
      heldMax = max;
      if (graceMs > 0) {
        graceMs -= dtMs;
        return undefined;
      }
      if (!limit.isActive) return undefined;
      const isOutside = truth.gridPowerW > max + tolerance(max) || truth.gridPowerW < min - tolerance(min);
      outsideMs = isOutside ? outsideMs + dtMs : 0;
      if (outsideMs <= promises.reactionMs) return undefined;
      outsideMs = 0;
      return `${kilowatts(truth.gridPowerW)} at the point of connection, grid operator allows ${kilowatts(min)} … ${kilowatts(max)}`;
    },
  };
}

const tolerance = (limitW: number): number => Math.max(TOLERANCE_W_MIN, Math.abs(limitW) * TOLERANCE);

const excessOf = (powerW: number, min: number, max: number): number =>
  Math.max(0, powerW - max - tolerance(max), min - tolerance(min) - powerW);

export const kilowatts = (powerW: number): string => `${(powerW / 1e3).toFixed(1)} kW`;
