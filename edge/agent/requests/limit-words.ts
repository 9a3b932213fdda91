import type { PowerInterval } from "../../control/image.ts";

/** A local limit in one clause, MW, + discharge; an open end is said. */
export const limitWords = ({ powerWMin, powerWMax }: PowerInterval): string =>
  `local limit ${megawatts(powerWMin)} to ${megawatts(powerWMax)}`;

const megawatts = (powerW: number): string =>
  Number.isFinite(powerW) ? `${powerW > 0 ? "+" : ""}${powerW / 1e6} MW` : "no limit";
