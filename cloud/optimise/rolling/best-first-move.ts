import type { W } from "@penstock/protocol/units";
import { storedEnergyMoves } from "../battery.ts";
import type { ValueFunction } from "../value-function.ts";

/**
 * What to do in the first interval of a value function at a price, at the meter, positive out:
 *
 *   max  V_1(e + x) − p x / η_c     over charging x        V_1(e − y) + (p − c) η_d y     over discharging y
 *
 * V_1 is linear between the points of its grid, so the best is at one of them or at the end of what power allows. A
 * battery outside its window goes back into it, or as far that way as it can, whatever the price.
 */
export function bestFirstMove(value: ValueFunction, soc: number, pricePerMWh: number): W {
  const { battery, intervalMs, gridPoints, stepMWh } = value;
  const { inMWhMax, outMWhMax } = storedEnergyMoves(battery, intervalMs);
  const hours = intervalMs / 3_600_000;
  const storedMWh = (level: number): number => (level * battery.capacityWh) / 1e6;
  const startMWh = storedMWh(soc);
  const lowMWh = storedMWh(battery.socMin);
  const highMWh = storedMWh(battery.socMax);
  // Where power can bring it and the window lets it stay.
  const fromMWh = Math.max(lowMWh, startMWh - outMWhMax);
  const untilMWh = Math.min(highMWh, startMWh + inMWhMax);
  const powerTo = (toMWh: number): number => {
    const movedMWh = toMWh - startMWh;
    const meterMWh = movedMWh > 0 ? -movedMWh / battery.efficiencyCharge : -movedMWh * battery.efficiencyDischarge;
    return (meterMWh / hours) * 1e6;
  };
  if (fromMWh > untilMWh) {
    return Math.round(powerTo(startMWh < lowMWh ? startMWh + inMWhMax : startMWh - outMWhMax)) as W;
  }
  const canRest = startMWh >= fromMWh && startMWh <= untilMWh;
  let best = { powerW: 0, worth: canRest ? value.valueAt(1, soc) : Number.NEGATIVE_INFINITY };
  const tryMove = (toMWh: number): void => {
    const powerW = powerTo(toMWh);
    const meterMWh = (powerW / 1e6) * hours;
    const worth =
      value.valueAt(1, (toMWh * 1e6) / battery.capacityWh) +
      pricePerMWh * meterMWh -
      battery.costPerMWh * Math.max(0, meterMWh);
    if (worth > best.worth + SAME_WORTH) best = { powerW, worth };
  };
  tryMove(fromMWh);
  tryMove(untilMWh);
  for (let point = 0; point < gridPoints; point++) {
    const toMWh = lowMWh + point * stepMWh;
    if (toMWh >= fromMWh && toMWh <= untilMWh) tryMove(toMWh);
  }
  return (Math.round(best.powerW) + 0) as W;
}

const SAME_WORTH = 1e-9;
