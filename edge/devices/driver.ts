import type { CodedError, Result } from "@penstock/protocol/result";
import type { MonotonicMs, Ms, Var, W } from "@penstock/protocol/units";
import type { MeterConfig, UnitConfig } from "../config/site-config.ts";
import type { MeterImage, UnitImage } from "../control/image.ts";

/**
 * A device family: what to read, what it means, what to write. Pure: no clock, no connection, no memory. The
 * session beside this file does the talking.
 */
export interface Driver {
  /** As configured: `driver: sunspec-storage`. */
  readonly name: string;
  /** What to read of the device that was found, or why it is not one of ours. Blocks are told apart by their place. */
  plan(map: DeviceMap): Result<readonly ReadPlan[], CodedError>;
}

export interface UnitDriver extends Driver {
  readonly kind: "unit";
  image(unit: UnitConfig, blocks: readonly Block[], view: View): UnitImage;
  /** What may be commanded; each is written in one request and read back. */
  readonly controls: readonly Control[];
  readonly heartbeat: Heartbeat | undefined;
}

export interface MeterDriver extends Driver {
  readonly kind: "meter";
  image(meter: MeterConfig, blocks: readonly Block[], view: View): MeterImage;
}

/** Registers that are read together. `address` is absolute. */
export interface ReadPlan {
  readonly address: number;
  readonly count: number;
  /** 0: every cycle. */
  readonly everyMs: Ms;
}

/** What a {@link ReadPlan} last brought home. `readAtMs` moves only on a real read; NaN before the first. */
export interface Block {
  readonly registers: Uint16Array;
  readonly readAtMs: number;
  readonly everyMs: Ms;
  /** What its decoder made of the registers as they are; whoever changes them sets it to undefined. */
  decoded?: object | undefined;
}

/** When the blocks are looked at, and how old they may be. */
export interface View {
  readonly nowMs: MonotonicMs;
  readonly freshMs: Ms;
  /** Nothing newer than this is believed: a device whose heartbeat stopped may repeat itself for ever. */
  readonly believedUntilMs: number;
}

export interface Setpoint {
  readonly powerW: W;
  readonly reactiveVar: Var;
}

export interface Control {
  readonly name: string;
  readonly modelId: number;
  /** From the model's ID register; the same registers are in block `block` from `blockOffset`. */
  readonly offset: number;
  readonly count: number;
  readonly block: number;
  readonly blockOffset: number;
  /** False until this control is needed; from then on it is kept written. */
  isWanted(setpoint: Setpoint): boolean;
  /** False when the device cannot take the value: it does not fit, or its scale is unknown. */
  encode(unit: UnitConfig, block: Block, setpoint: Setpoint, into: Uint16Array): boolean;
  /** Whether the registers read back are what was written, in all that matters. */
  isApplied(block: Block, written: Uint16Array): boolean;
  /** Whether the device's own timer has run out and it went to its safe value. */
  hasReverted(block: Block): boolean;
}

/** Two counters that prove to each other that both ends think. */
export interface Heartbeat {
  readonly modelId: number;
  /** Ours, a uint32, from the model's ID register. */
  readonly offset: number;
  readonly block: number;
  /** The device's; NaN when it has none. */
  read(block: Block): number;
}

/** The chain of models a device showed, and who it says it is. */
export interface DeviceMap {
  readonly identity: DeviceIdentity;
  readonly models: readonly ModelPlace[];
}

export interface DeviceIdentity {
  readonly manufacturer: string;
  readonly model: string;
  readonly version: string;
  readonly serialNumber: string;
}

/** `address` is of the ID register; `length` excludes ID and L. */
export interface ModelPlace {
  readonly id: number;
  readonly address: number;
  readonly length: number;
}

/** The first model of an id. */
export const findModel = (map: DeviceMap, id: number): ModelPlace | undefined =>
  map.models.find((model) => model.id === id);
