import { hours } from "@penstock/protocol/units";
import { type Battery, perfectForesight } from "../../optimise/index.ts";

const GRID_POINTS = 401;
/** A day begins and ends half full, so that days can be planned and compared one by one. */
export const SOC_AT_MIDNIGHT = 0.5;

/** The best hourly schedule for prices taken as certain, MWh at the meter, positive out. */
export function planDay(battery: Battery, prices: Float64Array): Float64Array {
  const { powerW } = perfectForesight({
    battery,
    intervalMs: hours(24 / prices.length),
    prices,
    socStart: SOC_AT_MIDNIGHT,
    socEndMin: SOC_AT_MIDNIGHT,
    gridPoints: GRID_POINTS,
  });
  return powerW.map((power) => (power / 1e6) * (24 / prices.length));
}
