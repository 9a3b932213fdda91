import type { Ms, V, Var, W, WPerS } from "@penstock/protocol/units";
import type { Curve } from "./curve.ts";
import type { ResponseShape } from "./response.ts";
import type { CurveRule, SwitchedRule } from "./rule.ts";

/** A contract as the site knows it: a rule as data, and how much of it. `name` is what `why` calls it. */
export type Service =
  | CurveService
  | SwitchedService
  | AgcService
  | PeakShaving
  | SelfConsumption
  | VoltVar
  | VoltWatt
  | FixedPowerFactor
  | FixedReactive;

export interface CurveService {
  readonly type: "curve";
  readonly name: string;
  /** The most there can be of it where a lease says how much. */
  readonly contractedW: W;
  readonly rule: CurveRule;
  /** Off unless the lease in force names it. Absent: always on. */
  readonly armedByLease?: true;
}

export interface SwitchedService {
  readonly type: "switched";
  readonly name: string;
  readonly contractedW: W;
  readonly rule: SwitchedRule;
}

/** Follows a grid operator's regulation set-point around the baseline, either way up to what is contracted. */
export interface AgcService {
  readonly type: "agc";
  readonly name: string;
  readonly contractedW: W;
  readonly rampWPerS: WPerS;
  /** A set-point not renewed for so long is held no longer, and released at the ramp. */
  readonly staleAfterMs: Ms;
  readonly durationMs: Ms;
}

/** Keeps import at the meter at or below a limit, whoever wishes what. */
export interface PeakShaving {
  readonly type: "peak-shaving";
  readonly name: string;
  readonly importWMax: W;
  /** How far the trim may move the battery beyond what the measured load asks for, either way. */
  readonly trimWMax: W;
}

/** Keeps the meter at a power while nobody asks for any. */
export interface SelfConsumption {
  readonly type: "self-consumption";
  readonly name: string;
  readonly gridPowerW: W;
  readonly trimWMax: W;
}

/** Reactive power by voltage: per unit of `nominalV` → part of `contractedVar`; positive injects. */
export interface VoltVar {
  readonly type: "volt-var";
  readonly name: string;
  readonly contractedVar: Var;
  /** As the meter gives it: line to neutral. */
  readonly nominalV: V;
  readonly curve: Curve;
  readonly shape: ResponseShape;
}

/** The most active power by voltage: per unit of `nominalV` → part of the units' discharge rating; below 0 they must charge. */
export interface VoltWatt {
  readonly type: "volt-watt";
  readonly name: string;
  readonly nominalV: V;
  readonly curve: Curve;
  readonly shape: ResponseShape;
}

/** Reactive power in proportion to the size of active power; over-excited injects. */
export interface FixedPowerFactor {
  readonly type: "fixed-power-factor";
  readonly name: string;
  readonly powerFactor: number;
  readonly excitation: "over" | "under";
}

export interface FixedReactive {
  readonly type: "fixed-reactive";
  readonly name: string;
  readonly reactiveVar: Var;
}
