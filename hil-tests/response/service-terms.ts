/**
 * What a grid operator holds a service to, typed by the judge from the operator's own words and never read from the
 * edge: if both shared one table, a wrong figure would be wrong on both sides.
 */
export interface ServiceTerms {
  readonly title: string;
  /** What the edge's configuration calls it. */
  readonly contract: (powerMW: number) => Record<string, unknown>;
  readonly nominalHz: number;
  /** Hz from nominal → part of the contract, + out; straight lines, end values outside. */
  readonly curve: readonly (readonly [hz: number, pu: number])[];
  /** A switched service: once frequency has been here, everything, for so long. */
  readonly latchedS?: number;
  /** At the meter, from the change: no movement before, some movement by, `fullPart` of it by. */
  readonly earliestS: number;
  readonly startByS: number;
  readonly fullByS: number;
  readonly fullPart: number;
  /** First order: `fullPart` is its nine tenths, and the slowest right answer is a lag and no straight line. */
  readonly isLag?: true;
  /** The step that shows it, Hz. */
  readonly stepToHz: number;
  readonly source: string;
}

const low = (curve: ServiceTerms["curve"]): ServiceTerms["curve"] => curve.filter(([hz]) => hz <= 0);
const high = (curve: ServiceTerms["curve"]): ServiceTerms["curve"] => curve.filter(([hz]) => hz >= 0);
const both = (...side: (readonly [number, number])[]): ServiceTerms["curve"] => [
  ...side,
  ...side.toReversed().map(([hz, pu]) => [-hz, -pu] as const),
];

const dc = both([-0.5, 1], [-0.2, 0.05], [-0.015, 0]);
const dm = both([-0.2, 1], [-0.1, 0.05], [-0.015, 0]);
const dr = both([-0.2, 1], [-0.015, 0]);
const contracted =
  (kind: string, more: object = {}) =>
  (contractedMW: number) => ({ kind, contractedMW, ...more });

const postFault = { nominalHz: 50, earliestS: 0.25, startByS: 0.5, fullByS: 1, fullPart: 0.97 };
const preFault = { nominalHz: 50, earliestS: 0, startByS: 2, fullByS: 10, fullPart: 0.97 };
const nesoSource = "NESO service page (times) and Response Service Terms, doc 384606 table 1 (curves, second-hand)";
const fcasSource = "AEMO MASS v8.2 as described publicly: quantity at 49.5 Hz; start time unverified";
const fcas = {
  nominalHz: 50,
  curve: [
    [-0.5, 1],
    [-0.015, 0],
  ],
  earliestS: 0,
  startByS: 0.5,
  fullPart: 0.97,
} as const;

/** The shelf: one service a line; `npm run response -- --service NAME`. */
export const serviceTerms: Readonly<Record<string, ServiceTerms>> = {
  "dc-low": {
    title: "Dynamic Containment low",
    contract: contracted("nesoDcLow"),
    curve: low(dc),
    ...postFault,
    stepToHz: 49.5,
    source: nesoSource,
  },
  "dc-high": {
    title: "Dynamic Containment high",
    contract: contracted("nesoDcHigh"),
    curve: high(dc),
    ...postFault,
    stepToHz: 50.5,
    source: nesoSource,
  },
  "dm-low": {
    title: "Dynamic Moderation low",
    contract: contracted("nesoDmLow"),
    curve: low(dm),
    ...postFault,
    stepToHz: 49.8,
    source: nesoSource,
  },
  "dm-high": {
    title: "Dynamic Moderation high",
    contract: contracted("nesoDmHigh"),
    curve: high(dm),
    ...postFault,
    stepToHz: 50.2,
    source: nesoSource,
  },
  "dr-low": {
    title: "Dynamic Regulation low",
    contract: contracted("nesoDrLow"),
    curve: low(dr),
    ...preFault,
    stepToHz: 49.8,
    source: nesoSource,
  },
  "dr-high": {
    title: "Dynamic Regulation high",
    contract: contracted("nesoDrHigh"),
    curve: high(dr),
    ...preFault,
    stepToHz: 50.2,
    source: nesoSource,
  },
  fcr: {
    title: "Frequency Containment Reserve",
    contract: contracted("fcr"),
    nominalHz: 50,
    curve: both([-0.2, 1], [-0.01, 0]),
    earliestS: 0,
    startByS: 2,
    fullByS: 30,
    fullPart: 0.97,
    stepToHz: 49.8,
    source: "continental FCR, unverified: ±10 mHz, ±200 mHz, 30 s",
  },
  ffr: {
    title: "Nordic Fast Frequency Reserve at 49.6 Hz",
    contract: contracted("nordicFfr", { activationHz: 49.6, support: "long" }),
    nominalHz: 50,
    curve: [
      [-0.4, 1],
      [-0.4, 0],
    ],
    latchedS: 30,
    earliestS: 0,
    startByS: 0.5,
    fullByS: 1,
    fullPart: 0.97,
    stepToHz: 49.55,
    source: "Nordic FFR (OpenEMS controller): 1.0 s at 49.6 Hz, 30 s",
  },
  "fcas-very-fast": {
    title: "FCAS very fast raise",
    contract: contracted("fcasVeryFastRaise"),
    ...fcas,
    fullByS: 1,
    stepToHz: 49.5,
    source: fcasSource,
  },
  "fcas-fast": {
    title: "FCAS fast raise",
    contract: contracted("fcasFastRaise"),
    ...fcas,
    fullByS: 6,
    stepToHz: 49.5,
    source: fcasSource,
  },
  droop: {
    title: "IEEE 1547 droop of 5 %",
    contract: (ratingMW) => ({ kind: "ieee1547Droop", ratingMW, nominalHz: 50 }),
    nominalHz: 50,
    curve: both([-2.536, 1], [-0.036, 0]),
    earliestS: 0,
    startByS: 0.5,
    fullByS: 5,
    fullPart: 0.9,
    isLag: true,
    stepToHz: 48.75,
    source: "IEEE 1547-2018 defaults: 0.036 Hz, 0.05, open-loop response time 5 s (second-hand)",
  },
};

/** Straight lines between the points, end values outside. */
export function wantedPart(
  { curve, nominalHz }: Pick<ServiceTerms, "curve" | "nominalHz">,
  frequencyHz: number,
): number {
  const hz = frequencyHz - nominalHz;
  const above = curve.findIndex((point) => point[0] > hz);
  if (above === 0) return curve[0]?.[1] ?? 0;
  if (above < 0) return curve.at(-1)?.[1] ?? 0;
  const [hz0, pu0] = curve[above - 1] ?? [0, 0];
  const [hz1, pu1] = curve[above] ?? [0, 0];
  return pu0 + ((pu1 - pu0) * (hz - hz0)) / (hz1 - hz0);
}
