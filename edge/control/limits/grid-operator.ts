import type { PowerInterval, SiteImage } from "../image.ts";
import { between, narrow, unbounded } from "../interval.ts";
import { inWords } from "../words.ts";
import { type LimitContext, paced, type SiteLimit } from "./limit.ts";

/**
 * What the grid operator allows at the point of connection. A fresh reading is the operator's word. Without one the
 * last known limit stays in force, narrowed by the one latched on disk: silence never lifts a limit.
 */
export const gridOperator: SiteLimit = {
  name: "grid-operator",
  rank: "grid-operator",

  interval(image, context) {
    const limit = inForce(image, context);
    const { rest } = context;
    if (limit === undefined || (limit.powerWMin === -Infinity && limit.powerWMax === Infinity)) return undefined;
    if (rest.basis !== "unknown") {
      return paced(between(limit.powerWMin - rest.restWMin, limit.powerWMax - rest.restWMax), "ramped");
    }
    // Of an unknown flow only the direction is sure: a side that is limited gets nothing from the battery.
    const powerWMax = limit.powerWMax === Infinity ? Infinity : Math.min(0, limit.powerWMax);
    const powerWMin = limit.powerWMin === -Infinity ? -Infinity : Math.max(0, limit.powerWMin);
    return paced(between(powerWMin, powerWMax), "ramped");
  },

  text(image, context) {
    const limit = inForce(image, context) ?? unbounded;
    const reading = image.plant?.gridOperatorLimitW;
    const held = reading?.quality === "good" ? "" : " (held: no fresh word from the operator)";
    const rest = context.rest.restW === 0 ? "" : `, of which ${inWords(context.rest.restW)} is the rest of the site`;
    return `grid operator allows ${inWords(limit.powerWMin)} to ${inWords(limit.powerWMax)} at the connection${rest}${held}`;
  },
};

function inForce({ plant }: SiteImage, { latches, state }: LimitContext): PowerInterval | undefined {
  const reading = plant?.gridOperatorLimitW;
  if (reading?.quality === "good") return reading.value;
  const known = state.gridOperatorLimitW ?? (reading?.quality === "stale" ? reading.value : undefined);
  const latched = latches.gridOperatorLimitW;
  if (known === undefined || latched === undefined) return known ?? latched;
  return narrow(known, latched);
}
