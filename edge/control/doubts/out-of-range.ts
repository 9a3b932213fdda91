import type { SiteImage, UnitImage } from "../image.ts";
import type { SiteControlConfig } from "../site-control-config.ts";
import { inWords } from "../words.ts";
import type { Doubt } from "./doubt.ts";

/** What no unit and no meter of this site can show. Asked every cycle, because one such value could do harm. */
export function outOfRange(image: SiteImage, { connection }: SiteControlConfig): Doubt[] | undefined {
  let doubts: Doubt[] | undefined;
  const doubt = (device: string, field: Doubt["field"], cause: string) => {
    doubts ??= [];
    doubts.push({ device, field, cause });
  };
  let ratedVA = 0;
  for (const unit of image.units) {
    ratedVA += unit.rating.apparentVAMax;
    const { powerW, temperatureC } = unit;
    if (powerW.quality === "good" && Math.abs(powerW.value) > mostOf(unit)) {
      doubt(unit.id, "powerW", `${inWords(powerW.value)} is more than it can make`);
    }
    if (temperatureC.quality === "good" && !(temperatureC.value > -60 && temperatureC.value < 200)) {
      doubt(unit.id, "temperatureC", `${temperatureC.value.toFixed(0)} °C cannot be`);
    }
  }
  const { powerW, frequencyHz } = image.meter;
  const mostW = 10 * (connection.exportWMax + connection.importWMax + ratedVA);
  if (powerW.quality === "good" && Math.abs(powerW.value) > mostW) {
    doubt("meter", "powerW", `${inWords(powerW.value)} is ten times what the site is made for`);
  }
  if (frequencyHz.quality === "good" && !(frequencyHz.value > 40 && frequencyHz.value < 75)) {
    doubt("meter", "frequencyHz", `${frequencyHz.value.toFixed(2)} Hz is no grid's frequency`);
  }
  return doubts;
}

/** An inverter may overshoot for a moment, and its meter may round. */
const mostOf = ({ rating }: UnitImage): number =>
  1.5 * Math.max(rating.apparentVAMax, rating.chargeWMax, rating.dischargeWMax);
