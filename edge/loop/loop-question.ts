import type { CodedError, Result } from "@penstock/protocol/result";
import type { W } from "@penstock/protocol/units";
import type { WhyNot } from "../control/why-not.ts";
import type { WhyUnit } from "../control/why-unit.ts";
import type { DeviceMap } from "../devices/driver.ts";

/**
 * What a person at the site may ask of the loop's own memory and of its devices. Answered after everything a
 * cycle needs; a device is read over the one connection the loop has, for many devices take no second.
 */
export type LoopQuestion = CoreQuestion | DeviceQuestion;

/** About the last cycle: answered at once. */
export type CoreQuestion =
  /** What stands between the site and a power, + discharge: answers with a {@link WhyNot}. */
  | { readonly about: "why-not"; readonly powerW: W }
  /** One unit's chain: answers with a {@link WhyUnit}, or undefined where there is no such unit. */
  | { readonly about: "why-unit"; readonly unit: string };

export type DeviceQuestion =
  /** What a device said it is when it was found: answers with a {@link DeviceMap} or undefined. */
  | { readonly about: "device-map"; readonly device: string }
  /** Holding registers, at most 125: answers with an array of numbers. */
  | { readonly about: "device-registers"; readonly device: string; readonly address: number; readonly count: number }
  /**
   * The watchdog test: nothing is written to one unit for this long, neither set-point nor heartbeat, so that its own
   * timer has to bring it to rest. It can only take power away. Answers with undefined at once.
   */
  | { readonly about: "withhold-writes"; readonly device: string; readonly forMs: number };

export interface LoopAnswer {
  readonly id: number;
  /** Errors: `device.unknown`, `device.busy`, `loop.not-decided`, and those of the transport. */
  readonly result: Result<DeviceMap | readonly number[] | WhyNot | WhyUnit | undefined, CodedError>;
}
