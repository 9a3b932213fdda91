/** Takes the spikes out of a series before a linear model sees it, and puts them back afterwards. */
export interface Stabiliser {
  readonly name: string;
  /** Learns one column; never changes it. */
  fit(column: Float64Array): Stabilised;
}

export interface Stabilised {
  to(value: number): number;
  back(stabilised: number): number;
}

/** Median to zero, robust spread to one, then logarithmic in the tails (Uniejewski, Weron, Ziel 2018). */
export const asinhStabiliser: Stabiliser = {
  name: "asinh",
  fit(column) {
    const { centre, spread } = robustScale(column);
    return {
      to: (value) => Math.asinh((value - centre) / spread),
      back: (stabilised) => centre + spread * Math.sinh(stabilised),
    };
  },
};

/** Only centred and scaled: keeps the tails as they are. */
export const linearStabiliser: Stabiliser = {
  name: "linear",
  fit(column) {
    const { centre, spread } = robustScale(column);
    return {
      to: (value) => (value - centre) / spread,
      back: (stabilised) => centre + spread * stabilised,
    };
  },
};

/** Signed square root beyond one spread: between the other two in how much a spike weighs. */
export const rootStabiliser: Stabiliser = {
  name: "root",
  fit(column) {
    const { centre, spread } = robustScale(column);
    return {
      to: (value) => {
        const z = (value - centre) / spread;
        return Math.sign(z) * (Math.sqrt(1 + 2 * Math.abs(z)) - 1);
      },
      back: (stabilised) => {
        const root = Math.abs(stabilised) + 1;
        return centre + (spread * Math.sign(stabilised) * (root * root - 1)) / 2;
      },
    };
  },
};

/** Median, and the median distance from it scaled to a normal distribution's deviation. */
function robustScale(column: Float64Array): { readonly centre: number; readonly spread: number } {
  const centre = medianOf(column.slice());
  const spread = medianOf(column.map((value) => Math.abs(value - centre))) / 0.6745;
  if (spread > 0) return { centre, spread };
  // More than half of the values are one value: fall back on the mean distance.
  const mean = column.reduce((sum, value) => sum + Math.abs(value - centre), 0) / column.length;
  return { centre, spread: mean > 0 ? mean : 1 };
}

function medianOf(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  const upper = values[middle] as number;
  return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] as number)) / 2;
}
