/** A value that cannot be so, and the likeliest reason. */
export interface Oddity {
  readonly point: string;
  readonly value: number;
  readonly cause: "word-order" | "scale-factor" | "implausible";
  /** For a person: what to look at. */
  readonly text: string;
}

/** What a value would be if something were set up otherwise. */
export interface Otherwise {
  /** With the two words of its registers exchanged; NaN where it has but one. */
  readonly swapped?: number;
}

/**
 * Judges one value of the first reading by what the configuration says is possible. Not a number is no oddity:
 * a device may lack the point. Words exchanged turn 50 Hz into a billion; a scale factor left out makes a
 * 1.9 MW unit one of 19 kW.
 */
export function oddity(
  point: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
  { swapped = Number.NaN }: Otherwise = {},
): Oddity | undefined {
  if (Number.isNaN(value) || (value >= min && value <= max)) return undefined;
  const said = `${point} reads ${short(value)}, and ${short(min)} to ${short(max)} can be`;
  if (swapped >= min && swapped <= max) {
    return {
      point,
      value,
      cause: "word-order",
      text: `${said}; with its words exchanged it would be ${short(swapped)}`,
    };
  }
  for (const power of POWERS) {
    const scaled = value * 10 ** power;
    if (value === 0 || scaled < min || scaled > max) continue;
    return { point, value, cause: "scale-factor", text: `${said}; times 10^${power} it would be ${short(scaled)}` };
  }
  return { point, value, cause: "implausible", text: said };
}

/** The nearest power first. */
const POWERS = [1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6];

const short = (value: number): string => Number(value.toPrecision(4)).toString();

export const found = (...oddities: readonly (Oddity | undefined)[]): readonly Oddity[] =>
  oddities.filter((one) => one !== undefined);
