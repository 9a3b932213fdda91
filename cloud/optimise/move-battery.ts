import { clamp, type Ms, type W } from "@penstock/protocol/units";
import { type Battery, powerLimits } from "./battery.ts";

/** What the battery really does with a target: its power limits and what is in store have the last word. */
export function moveBattery(
  battery: Battery,
  soc: number,
  targetW: number,
  intervalMs: Ms,
): { readonly powerW: W; readonly soc: number } {
  const { chargeWMax, dischargeWMax } = powerLimits(battery);
  const powerW = clamp(targetW, -chargeWMax, dischargeWMax);
  const hours = intervalMs / 3_600_000;
  const capacityMWh = battery.capacityWh / 1e6;
  const meterMWh = (powerW / 1e6) * hours;
  const wantedMWh = meterMWh > 0 ? -meterMWh / battery.efficiencyDischarge : -meterMWh * battery.efficiencyCharge;
  const storedMWh = clamp(wantedMWh, (battery.socMin - soc) * capacityMWh, (battery.socMax - soc) * capacityMWh);
  const share = wantedMWh === 0 ? 0 : storedMWh / wantedMWh;
  return { powerW: (powerW * share) as W, soc: soc + storedMWh / capacityMWh };
}
