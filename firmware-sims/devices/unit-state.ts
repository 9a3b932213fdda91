import type { Battery } from "../plant/battery.ts";
import { createReversion, type Reversion } from "./reversion.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a battery unit's firmware keeps between two writes. */
export interface UnitState {
  readonly battery: Battery;
  readonly surroundings: Surroundings;
  nowMs: number;
  startedMs: number;
  /** On the grid. False behind an open breaker and until the enter-service delay is over. */
  isConnected: boolean;
  /** When the unit may connect; Infinity while the grid is not fit to enter. */
  entersMs: number;
  /** Somebody at the cabinet has taken over. */
  isLocal: boolean;
  /** Its contactor has opened by itself and stays open. */
  isTripped: boolean;
  /** Told to be there: permitted, started and connected on the DC side. */
  isStarted: boolean;
  /** The controller's heartbeat once beat and now stands still. */
  isControllerLost: boolean;
  isOverTemperatureLatched: boolean;
  /** How the inverter answers frequency by itself, on top of its order; undefined where it does not. */
  droop: { readonly aroundHz: number; readonly wPerHz: number } | undefined;
  /** The order in force after every rule of the device, before cells and heat have their say. */
  setPointW: number;
  setPointVar: number;
  readonly power: Reversion;
  readonly reactive: Reversion;
  readonly limit: Reversion;
}

export const createUnitState = (battery: Battery, surroundings: Surroundings): UnitState => ({
  battery,
  surroundings,
  nowMs: 0,
  startedMs: 0,
  isConnected: true,
  entersMs: 0,
  isLocal: false,
  isTripped: false,
  isStarted: true,
  isControllerLost: false,
  isOverTemperatureLatched: false,
  droop: undefined,
  setPointW: 0,
  setPointVar: 0,
  power: createReversion(),
  reactive: createReversion(),
  limit: createReversion(),
});
