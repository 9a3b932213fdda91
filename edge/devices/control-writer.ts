import type { MonotonicMs } from "@penstock/protocol/units";
import type { UnitConfig } from "../config/site-config.ts";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { Block, Control, DeviceMap, Setpoint } from "./driver.ts";
import { isEqual } from "./registers.ts";

export interface Finding {
  readonly code: "device.write-not-applied" | "device.foreign-write" | "device.reverted";
  readonly level: EdgeEvent["level"];
  readonly text: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Keeps one control of a device written: when the value changes, and otherwise at a third of the device's own
 * revert time, so that two writes may be lost before the device goes to its safe value. Compares every
 * read-back with what was written: not applied within two, changed by somebody else, or reverted.
 */
export class ControlWriter {
  /** What to send; whoever sends it calls {@link sent} first. */
  readonly registers: Uint16Array;
  readonly #wanted: Uint16Array;
  readonly #written: Uint16Array;
  readonly #control: Control;
  readonly #unit: UnitConfig;
  #isActive = false;
  /** The device has acknowledged a write since it was last lost. */
  #isWritten = false;
  #isConfirmed = false;
  #isDue = false;
  #differences = 0;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #writes = 0;
  #address: number | undefined;
  /** The set-point of this cycle could be put into the device's units. */
  #isStated = false;
  #readBackAtMs: MonotonicMs | undefined;

  constructor(control: Control, unit: UnitConfig) {
    this.#control = control;
    this.#unit = unit;
    this.registers = new Uint16Array(control.count);
    this.#wanted = new Uint16Array(control.count);
    this.#written = new Uint16Array(control.count);
  }

  get name(): string {
    return this.#control.name;
  }

  get block(): number {
    return this.#control.block;
  }

  /** Whether this control was ever wanted; one that was not is never written. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** When the device first showed the set-point of this cycle, written and acknowledged; undefined while it has not. */
  get readBackAtMs(): MonotonicMs | undefined {
    return this.#readBackAtMs;
  }

  /** Encodes the set-point of this cycle. False when the device cannot take it. */
  prepare(setpoint: Setpoint, blocks: readonly Block[], nowMs: MonotonicMs): boolean {
    const block = blocks[this.#control.block];
    this.#isStated = false;
    this.#readBackAtMs = undefined;
    this.#isActive ||= this.#control.isWanted(setpoint);
    // The scale is in the block: before it was read nothing can be said in this device's units.
    if (!this.#isActive || block === undefined || !(block.readAtMs >= 0)) return true;
    if (!this.#control.encode(this.#unit, blocks, setpoint, this.#wanted)) return false;
    this.#isDue =
      !this.#isWritten ||
      !isEqual(this.#wanted, this.#written) ||
      nowMs - this.#sentAtMs >= this.#unit.revertAfterMs / 3;
    this.#isStated = true;
    return true;
  }

  /** Where to write now, if a write is due. */
  dueAddress(map: DeviceMap): number | undefined {
    if (!this.#isDue) return undefined;
    this.#address = this.#control.place(map);
    return this.#address;
  }

  sent(nowMs: MonotonicMs): void {
    this.#isDue = false;
    this.#sentAtMs = nowMs;
    this.#isConfirmed = false;
    this.#written.set(this.#wanted);
    this.registers.set(this.#wanted);
    this.#control.stamp?.(this.registers, ++this.#writes);
  }

  acknowledged(): void {
    this.#isWritten = true;
  }

  /** Not taken, or nobody knows: the next cycle writes again. */
  refused(): void {
    this.#isWritten = false;
    this.#differences = 0;
  }

  /** What a fresh read-back says about the last acknowledged write. */
  compare(block: Block, nowMs: MonotonicMs): Finding | undefined {
    if (!this.#isWritten) return undefined;
    if (this.#control.isApplied(block, this.#written)) {
      this.#isConfirmed = true;
      this.#differences = 0;
      // While a newer one waits to be written, this shows the one before.
      if (this.#isStated && !this.#isDue) this.#readBackAtMs ??= nowMs;
      return undefined;
    }
    this.#differences++;
    if (!this.#isConfirmed && this.#differences < 2) return undefined;
    const code = !this.#isConfirmed
      ? "device.write-not-applied"
      : this.#control.hasReverted(block)
        ? "device.reverted"
        : "device.foreign-write";
    this.#isWritten = false; // Say it again, whoever changed it.
    this.#isConfirmed = false;
    this.#differences = 0;
    return {
      code,
      ...WORDS[code],
      facts: { control: this.name, register: this.#address, written: hex(this.registers), found: this.#found(block) },
    };
  }

  #found({ registers }: Block): string {
    const { blockOffset, count } = this.#control;
    return hex(registers.subarray(blockOffset, blockOffset + count));
  }
}

const WORDS = {
  "device.write-not-applied": { level: "alarm", text: "a set-point was acknowledged but is not in force" },
  "device.foreign-write": { level: "alarm", text: "somebody else has changed our set-point; it is written again" },
  "device.reverted": { level: "warning", text: "the device's timer ran out and it went to its safe value" },
} as const;

/** Registers as the device's handbook prints them. */
export const hex = (registers: Uint16Array): string =>
  Array.from(registers, (register) => register.toString(16).padStart(4, "0")).join(" ");
