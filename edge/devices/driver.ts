import type { CodedError, Result } from "@penstock/protocol/result";
import type { MonotonicMs, Ms, Var, W } from "@penstock/protocol/units";
import type { MeterConfig, UnitConfig } from "../config/site-config.ts";
import type { MeterImage, Reading, UnitImage } from "../control/image.ts";
import type { RegisterTransport, TransportError } from "../transports/register-transport.ts";
import type { Oddity } from "./plausibility.ts";

/**
 * A device family: what to read, what it means, what to write. Pure: no clock, no connection, no memory. The
 * session beside this file does the talking.
 */
export interface Driver {
  /** As configured: `driver: sunspec-storage`. */
  readonly name: string;
  /** How a device is found out about; SunSpec's chain of models where left out. Reads only, answers once. */
  readonly discover?: Discover;
  /** What to read of the device that was found, or why it is not one of ours. Blocks are told apart by their place. */
  plan(map: DeviceMap): Result<readonly ReadPlan[], CodedError>;
}

export interface UnitDriver extends Driver {
  readonly kind: "unit";
  image(unit: UnitConfig, blocks: readonly Block[], view: View): UnitImage;
  /** What in the first full reading cannot be so: a device that is wired, mapped or scaled wrongly is not commanded. */
  lint(unit: UnitConfig, blocks: readonly Block[]): readonly Oddity[];
  /** What may be commanded; each is written in one request and read back. */
  readonly controls: readonly Control[];
  readonly heartbeat: Heartbeat | undefined;
  /** Every register this driver may ever write, as the document has them. A write outside is our mistake and never sent. */
  writable(map: DeviceMap): readonly RegisterRange[];
  /** Registers that only a master changes, and that we do not: a change is somebody else at work. */
  readonly watched: readonly Watched[];
}

export interface MeterDriver extends Driver {
  readonly kind: "meter";
  image(meter: MeterConfig, blocks: readonly Block[], view: View): MeterImage;
  lint(meter: MeterConfig, blocks: readonly Block[]): readonly Oddity[];
}

/** Registers that are read together. `address` is absolute. */
export interface ReadPlan {
  readonly address: number;
  readonly count: number;
  /** 0: every cycle. */
  readonly everyMs: Ms;
  /** Holding registers where left out. */
  readonly table?: "holding" | "input";
  /** Whether what was read is still what the map says is there; where left out nothing tells. */
  readonly belongs?: (registers: Uint16Array) => boolean;
}

/** What a {@link ReadPlan} last brought home. `readAtMs` moves only on a real read; NaN before the first. */
export interface Block {
  readonly registers: Uint16Array;
  readonly readAtMs: number;
  readonly everyMs: Ms;
  /** What its decoder made of the registers, and whether they are still those it saw: its own to keep. */
  decoded?: object | undefined;
  isDecoded?: boolean;
}

/** When the blocks are looked at, and how old they may be. */
export interface View {
  readonly nowMs: MonotonicMs;
  readonly freshMs: Ms;
  /** Nothing newer than this is believed: a device whose heartbeat stopped may repeat itself for ever. */
  readonly believedUntilMs: number;
  /** Whether the device refuses our set-points. */
  readonly refused: Reading<boolean>;
  /** Why it is not being read just now, as an error's code; undefined while it is. */
  readonly unread?: string | undefined;
  /** {@link TransportNotes.flawAt}, where there is such a thing. */
  readonly flawAt?: ((address: number) => string | undefined) | undefined;
}

export interface Setpoint {
  readonly powerW: W;
  readonly reactiveVar: Var;
}

export interface Control {
  readonly name: string;
  /** Where it lies in this device; undefined where the device lacks it. */
  place(map: DeviceMap): number | undefined;
  /** The same registers are in block `block` from `blockOffset`. */
  readonly count: number;
  readonly block: number;
  readonly blockOffset: number;
  /** False until this control is needed; from then on it is kept written. */
  isWanted(setpoint: Setpoint): boolean;
  /** False when the device cannot take the value: it does not fit, or its scale is unknown. */
  encode(unit: UnitConfig, blocks: readonly Block[], setpoint: Setpoint, into: Uint16Array): boolean;
  /** Puts in what must differ from one write to the next, for devices that want it so; `writes` counts from 1. */
  stamp?(into: Uint16Array, writes: number): void;
  /** Whether the registers read back are what was written, in all that matters. */
  isApplied(block: Block, written: Uint16Array): boolean;
  /** Whether the device's own timer has run out and it went to its safe value. */
  hasReverted(block: Block): boolean;
}

/** Two counters that prove to each other that both ends think. */
export interface Heartbeat {
  /** Ours, a uint32; undefined where the device has none. */
  place(map: DeviceMap): number | undefined;
  readonly block: number;
  /** The device's; NaN when it has none. */
  read(block: Block): number;
}

/** Both ends belong to it. */
export interface RegisterRange {
  readonly from: number;
  readonly to: number;
}

export interface Watched {
  readonly name: string;
  readonly block: number;
  readonly blockOffset: number;
  readonly count: number;
}

export type Discover = (
  transport: RegisterTransport,
  deadlineMs: Ms,
  done: (result: Result<DeviceMap, DiscoveryError>) => void,
) => void;

/** `device.not-as-mapped`: it answers, and is not what its driver is for. */
export type DiscoveryError =
  | TransportError
  | (CodedError & { readonly code: "device.not-sunspec" | "device.not-as-mapped" });

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

/** Where an offset of a model lies in a device; undefined where it lacks the model. */
export const inModel =
  (id: number, offset: number) =>
  (map: DeviceMap): number | undefined => {
    const model = findModel(map, id);
    return model === undefined ? undefined : model.address + offset;
  };

/** Ranges of a model's offsets, both ends included, as addresses of this device. */
export function rangesInModel(
  map: DeviceMap,
  id: number,
  ...offsets: readonly (readonly [from: number, to: number])[]
): readonly RegisterRange[] {
  const model = findModel(map, id);
  return model === undefined
    ? []
    : offsets.map(([from, to]) => ({ from: model.address + from, to: model.address + to }));
}
