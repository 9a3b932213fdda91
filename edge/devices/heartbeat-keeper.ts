import { type MonotonicMs, seconds } from "@penstock/protocol/units";
import type { Block, DeviceMap, Heartbeat } from "./driver.ts";
import { putUint32 } from "./registers.ts";

/**
 * Our heartbeat to a device, once a second, and its own back to us. A device that answers with an unmoving
 * heartbeat is a photograph of itself: after three seconds its readings are no longer believed.
 */
export class HeartbeatKeeper {
  readonly #heartbeat: Heartbeat;
  readonly #registers = new Uint16Array(2);
  #count = 0;
  #dueAtMs = Number.NEGATIVE_INFINITY;
  #heard = Number.NaN;
  #movedAtMs = Number.NaN;
  #hasStopped = false;

  constructor(heartbeat: Heartbeat) {
    this.#heartbeat = heartbeat;
  }

  get block(): number {
    return this.#heartbeat.block;
  }

  get believedUntilMs(): number {
    return this.#hasStopped ? this.#movedAtMs + STOPPED_AFTER_MS : Number.POSITIVE_INFINITY;
  }

  /** The next beat to write, when it is time. */
  due(map: DeviceMap, nowMs: MonotonicMs): { readonly address: number; readonly registers: Uint16Array } | undefined {
    if (nowMs < this.#dueAtMs) return undefined;
    const address = this.#heartbeat.place(map);
    if (address === undefined) return undefined;
    this.#dueAtMs = nowMs + BEAT_EVERY_MS;
    this.#count = (this.#count + 1) % RESET_AT;
    putUint32(this.#registers, 0, this.#count);
    return { address, registers: this.#registers };
  }

  /** True at the moment the device's heartbeat is found to have stopped. */
  heard(block: Block, nowMs: MonotonicMs): boolean {
    const beat = this.#heartbeat.read(block);
    if (beat !== this.#heard || Number.isNaN(beat)) {
      this.#heard = beat;
      this.#movedAtMs = nowMs;
      this.#hasStopped = false;
      return false;
    }
    const wasStopped = this.#hasStopped;
    this.#hasStopped = nowMs - this.#movedAtMs > STOPPED_AFTER_MS;
    return this.#hasStopped && !wasStopped;
  }
}

const BEAT_EVERY_MS = seconds(1);
const STOPPED_AFTER_MS = seconds(3);
/** "With periodic resets to zero" (SunSpec 715): once a day, and never the unimplemented value. */
const RESET_AT = 86_400;
