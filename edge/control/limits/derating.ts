import { type Celsius, clamp } from "@penstock/protocol/units";
import type { Reading } from "../image.ts";

export interface DeratingBand {
  readonly derateFromC: Celsius;
  readonly temperatureCMax: Celsius;
}

/**
 * The part of full power a temperature leaves: 1 up to `derateFromC`, falling linearly to 0 at the maximum. A
 * stale temperature counts as half the band hotter than it was read; an unknown one as too hot.
 */
export function derating(temperature: Reading<Celsius>, band: DeratingBand): number {
  if (temperature.quality === "missing") return 0;
  const widthC = band.temperatureCMax - band.derateFromC;
  const doubtC = temperature.quality === "stale" ? widthC / 2 : 0;
  const factor = (band.temperatureCMax - temperature.value - doubtC) / widthC;
  return Number.isNaN(factor) ? 0 : clamp(factor, 0, 1);
}

export const temperatureInWords = (temperature: Reading<Celsius>): string =>
  temperature.quality === "missing"
    ? `temperature unknown (${temperature.cause})`
    : `${temperature.value.toFixed(0)} °C${temperature.quality === "stale" ? " and stale" : ""}`;
