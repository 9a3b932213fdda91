import type { Ms, W } from "@penstock/protocol/units";
import type { Battery } from "../battery.ts";

/** Everything a plan of one site is made from. Prices are money per MWh, and per MW and hour for reserves. */
export interface DispatchProblem {
  readonly battery: Battery;
  readonly intervalMs: Ms;
  /** As measured, wherever it is: a plan always starts from there. */
  readonly socStart: number;
  /** At the meter before the first interval; ramps start from it. Absent: any power is in reach. */
  readonly powerWStart?: W;
  /** What prices may be; the first interval is decided before it is known which they are. Weights sum to 1. */
  readonly scenarios: readonly PriceScenario[];
  readonly reserves?: readonly Reserve[];
  /** Parts of the power range, from zero up, each less efficient than the one before. Absent: the battery's own, throughout. */
  readonly efficiencies?: readonly EfficiencyPart[];
  /** Wear by depth, from the top of the store down, each part dearer than the one above. Absent: the battery's own, throughout. */
  readonly depthCosts?: readonly DepthCost[];
  readonly rampWPerS?: number;
  /** Usable capacity that may be discharged over the whole plan, in times. */
  readonly cyclesMax?: number;
  /** Sold or bought already: power at the meter in these intervals. */
  readonly commitments?: readonly Commitment[];
  /** Worth of stored energy after the last interval, concave: state of charge and money, ascending. */
  readonly terminalValue?: readonly { readonly soc: number; readonly value: number }[];
  /** How much the worst cases count. Absent: the mean alone. */
  readonly risk?: Risk;
}

export interface PriceScenario {
  readonly weight: number;
  /** One element an interval. */
  readonly prices: Float64Array;
}

export interface Reserve {
  readonly name: string;
  /** Up: more out or less in when called. */
  readonly direction: "up" | "down";
  /** Money per MW and hour of being there. */
  readonly prices: Float64Array;
  /** Energy for so long must be in store, or room for it. */
  readonly durationMs: Ms;
  readonly powerWMax: W;
}

export interface EfficiencyPart {
  /** Width of the part, a share of the power limit; the shares sum to 1. */
  readonly powerShare: number;
  /** One way. */
  readonly efficiency: number;
}

export interface DepthCost {
  /** A share of the usable window; the shares sum to 1. */
  readonly share: number;
  /** Money per MWh discharged at the meter. */
  readonly costPerMWh: number;
}

export interface Commitment {
  readonly t: number;
  readonly powerW: W;
}

export interface Risk {
  /** Share of outcomes that count as the tail, 0..1: 0.1 is the worst tenth. */
  readonly tail: number;
  /** 0 is the mean alone, 1 the tail alone. */
  readonly weight: number;
}
