/** Power for a person: megawatts, or kilowatts below 0.1 MW. */
export function inWords(powerW: number): string {
  if (!Number.isFinite(powerW)) return powerW > 0 ? "unlimited" : "-unlimited";
  return Math.abs(powerW) >= 1e5 ? `${(powerW / 1e6).toFixed(2)} MW` : `${(powerW / 1e3).toFixed(1)} kW`;
}

/** "in its 0.5 s of life" needs a number a person reads: seconds with one decimal. */
export const secondsInWords = (durationMs: number): string => `${(durationMs / 1e3).toFixed(1)} s`;
