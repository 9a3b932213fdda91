/** Power for a person: megawatts, or kilowatts below 0.1 MW. */
export function inWords(powerW: number): string {
  if (!Number.isFinite(powerW)) return powerW > 0 ? "unlimited" : "-unlimited";
  return Math.abs(powerW) >= 1e5 ? `${(powerW / 1e6).toFixed(2)} MW` : `${(powerW / 1e3).toFixed(1)} kW`;
}

/** The same of reactive power; positive injects. */
export const varInWords = (reactiveVar: number): string => inWords(reactiveVar).replace("W", "var");
