import type { Currency } from "@penstock/protocol/units";

/** A size in words a person reads: the number and its unit apart, so that each can be set in its own type. */
export interface Shown {
  readonly text: string;
  readonly unit: string;
}

export const nothing = "–";
const minus = "−";

/** Megawatts from half a megawatt on, kilowatts below; `scaleW` makes several values share a unit. */
export function power(powerW: number | null, scaleW: number = Math.abs(powerW ?? 0)): Shown {
  const isLarge = Math.abs(scaleW) >= 500e3;
  const unit = isLarge ? "MW" : "kW";
  if (powerW === null) return { text: nothing, unit };
  return { text: decimal(isLarge ? powerW / 1e6 : powerW / 1e3, isLarge ? 2 : 1), unit };
}

/** For an axis: as few digits as the value has, with its direction and its unit. */
export function axisPower(powerW: number, sizeW: number): string {
  const { unit } = power(0, sizeW);
  const value = Number((unit === "MW" ? powerW / 1e6 : powerW / 1e3).toPrecision(4));
  const digits = (String(Math.abs(value)).split(".")[1] ?? "").length;
  return `${signed(decimal(value, Math.min(digits, 2)))} ${unit}`;
}

export function energy(energyWh: number | null, scaleWh: number = Math.abs(energyWh ?? 0)): Shown {
  const isLarge = Math.abs(scaleWh) >= 500e3;
  const unit = isLarge ? "MWh" : "kWh";
  if (energyWh === null) return { text: nothing, unit };
  return { text: decimal(isLarge ? energyWh / 1e6 : energyWh / 1e3, 1), unit };
}

export const percent = (fraction: number | null, digits = 0): string =>
  fraction === null ? nothing : `${decimal(fraction * 100, digits)} %`;

export function money(amount: number | null, currency: Currency): Shown {
  const unit = currency;
  if (amount === null) return { text: nothing, unit };
  return { text: decimal(amount, Math.abs(amount) >= 1_000 ? 0 : 2), unit };
}

export const price = (pricePerMWh: number): string => decimal(pricePerMWh, Math.abs(pricePerMWh) >= 1000 ? 0 : 2);

/** `3 s`, `4 min`, `2 h`, `5 d`. */
export function age(ageMs: number | null): string {
  if (ageMs === null) return "never";
  const ageS = Math.max(0, ageMs / 1000);
  if (ageS < 1.5) return "now";
  if (ageS < 100) return `${Math.round(ageS)} s`;
  if (ageS < 100 * 60) return `${Math.round(ageS / 60)} min`;
  if (ageS < 48 * 3600) return `${Math.round(ageS / 3600)} h`;
  return `${Math.round(ageS / 86_400)} d`;
}

/** A true minus sign, thousands apart by a thin space, and no minus zero. */
export function decimal(value: number, digits: number): string {
  const rounded = Math.abs(value).toFixed(digits);
  const [whole = "0", fraction] = rounded.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
  const sign = value < 0 && Number(rounded) !== 0 ? minus : "";
  return `${sign}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** With a plus sign, where the direction is the message. */
export const signed = (text: string): string =>
  /^[0-9]/.test(text) && !/^[0.\u202f]*$/.test(text) ? `+${text}` : text;

/** Market and site times are shown in UTC: every site has its own zone, and the fleet needs one. */
export const clockTime = (instantMs: number): string => new Date(instantMs).toISOString().slice(11, 16);
export const clockTimeS = (instantMs: number): string => new Date(instantMs).toISOString().slice(11, 19);
export const dayAndTime = (instantMs: number): string =>
  new Date(instantMs).toISOString().slice(0, 16).replace("T", " ");
