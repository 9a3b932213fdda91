import type { Celsius, Hz, MonotonicMs, Ms, Soc, UtcMs, V, VA, Var, W, Wh } from "@penstock/protocol/units";

/**
 * What the site looked like at one instant. Frozen before a cycle thinks; nothing in a cycle acts on a
 * message. A reading is never a bare number: whoever uses it says what a stale or missing one means.
 */
export type Reading<T> =
  | { readonly quality: "good"; readonly value: T; readonly ageMs: Ms }
  | { readonly quality: "stale"; readonly value: T; readonly ageMs: Ms; readonly cause: string }
  | { readonly quality: "missing"; readonly cause: string };

export const good = <T>(value: T, ageMs: Ms): Reading<T> => ({ quality: "good", value, ageMs });
export const stale = <T>(value: T, ageMs: Ms, cause: string): Reading<T> => ({ quality: "stale", value, ageMs, cause });
export const missing = (cause: string): Reading<never> => ({ quality: "missing", cause });

export type UnitState = "running" | "standby" | "starting" | "fault" | "off";

/** A battery unit with its own inverter. Positive power discharges. */
export interface UnitImage {
  readonly id: string;
  readonly rating: UnitRating;
  readonly powerW: Reading<W>;
  readonly reactiveVar: Reading<Var>;
  readonly soc: Reading<Soc>;
  /** What the BMS allows right now, both ≥ 0. */
  readonly chargeWMax: Reading<W>;
  readonly dischargeWMax: Reading<W>;
  readonly temperatureC: Reading<Celsius>;
  readonly state: Reading<UnitState>;
  /** False when the unit's own panel has it in local control, or it has reverted to its safe value. */
  readonly remote: Reading<boolean>;
  /** The set-point the unit says it holds: what a start or take-over continues from. */
  readonly setpointW: Reading<W>;
  /** Lifetime AC energy counters. */
  readonly dischargedWh: Reading<Wh>;
  readonly chargedWh: Reading<Wh>;
  /** True while the unit answers our set-points with a refusal. Absent where its driver cannot tell. */
  readonly refused?: Reading<boolean>;
  /** The least, the mean and the greatest cell voltage. Absent where the BMS does not tell of its cells. */
  readonly cellVoltageVMin?: Reading<V> | undefined;
  readonly cellVoltageVMean?: Reading<V> | undefined;
  readonly cellVoltageVMax?: Reading<V> | undefined;
}

/** From the nameplate and the site's own configuration. */
export interface UnitRating {
  readonly chargeWMax: W;
  readonly dischargeWMax: W;
  readonly apparentVAMax: VA;
  readonly capacityWh: Wh;
}

/** The point of connection. Positive power is export. */
export interface MeterImage {
  readonly powerW: Reading<W>;
  readonly reactiveVar: Reading<Var>;
  readonly frequencyHz: Reading<Hz>;
  readonly voltageV: Reading<V>;
  readonly exportedWh: Reading<Wh>;
  readonly importedWh: Reading<Wh>;
}

/** The plant controller: breaker, transformer, and the grid operator's hand on the site. */
export interface PlantImage {
  readonly breakerClosed: Reading<boolean>;
  readonly transformerTemperatureC: Reading<Celsius>;
  /** At the point of connection, `powerWMin` ≤ `powerWMax`. No limit in force: ±Infinity, good. */
  readonly gridOperatorLimitW: Reading<PowerInterval>;
  /** Undefined where the controller passes no regulation on. */
  readonly agc?: Reading<AgcSignal> | undefined;
  /** The power the grid operator commands at the point of connection; "none" while it commands none. Absent where it never does. */
  readonly gridOperatorSetpointW?: Reading<W | "none"> | undefined;
}

/** A grid operator's regulation set-point around the baseline, + out, and the counter that moves each time it is renewed. */
export interface AgcSignal {
  readonly powerW: W;
  readonly sequence: number;
}

/** `[powerWMin, powerWMax]`, never inside out. */
export interface PowerInterval {
  readonly powerWMin: W;
  readonly powerWMax: W;
}

export interface SiteImage {
  readonly monotonicMs: MonotonicMs;
  readonly nowMs: UtcMs;
  readonly units: readonly UnitImage[];
  readonly meter: MeterImage;
  /** In the order of the configured feeders; undefined where one has no meter of its own. Absent on a site without feeders. */
  readonly feederMeters?: readonly (MeterImage | undefined)[] | undefined;
  /** Undefined where the site has no plant controller: its limits then do not exist, rather than being unknown. */
  readonly plant: PlantImage | undefined;
}
