import type { CodedError, Result } from "@penstock/protocol/result";
import type { DeviceMap } from "../devices/driver.ts";

/**
 * What a person at the site may ask of the loop's own memory and of its devices. Answered after everything a
 * cycle needs; a device is read over the one connection the loop has, for many devices take no second.
 */
export type LoopQuestion =
  /** What a device said it is when it was found: answers with a {@link DeviceMap} or undefined. */
  | { readonly about: "device-map"; readonly device: string }
  /** Holding registers, at most 125: answers with an array of numbers. */
  | { readonly about: "device-registers"; readonly device: string; readonly address: number; readonly count: number };

export interface LoopAnswer {
  readonly id: number;
  /** Errors: `device.unknown`, `device.busy`, and those of the transport. */
  readonly result: Result<DeviceMap | readonly number[] | undefined, CodedError>;
}
