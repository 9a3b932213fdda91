import type { Result } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import type { MonotonicMs, Ms } from "@penstock/protocol/units";
import type { UnitConfig } from "../config/site-config.ts";
import type { Reading } from "../control/image.ts";
import type { TransportError } from "../transports/register-transport.ts";
import { ControlWriter } from "./control-writer.ts";
import type { DeviceNews } from "./device-news.ts";
import type { Block, DeviceMap, Setpoint, UnitDriver } from "./driver.ts";
import { HeartbeatKeeper } from "./heartbeat-keeper.ts";
import { RefusalWatch } from "./refusal-watch.ts";

/** One request that writes. */
export interface PlannedWrite {
  readonly address: number;
  readonly registers: Uint16Array;
  readonly answered: (result: Result<void, TransportError>) => void;
}

export interface SetpointKeeperOptions {
  /** Absent where the device takes no commands: then nothing is ever due. */
  readonly control: { readonly driver: UnitDriver; readonly unit: UnitConfig } | undefined;
  /** A set-point nobody renewed for longer is not written any more. */
  readonly goodForMs: Ms;
  readonly clock: Clock;
  readonly news: DeviceNews;
}

/**
 * Keeps one device's set-point and our heartbeat written: knows what is due, what became of it, and what the device
 * shows of it when it is read back. Without a set-point nothing is due, not even a heartbeat.
 */
export class SetpointKeeper {
  readonly #options: SetpointKeeperOptions;
  readonly #lines: readonly WriterLine[];
  readonly #heartbeat: HeartbeatKeeper | undefined;
  readonly #refusals = new RefusalWatch();
  #setpoint: Setpoint | undefined;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #withheldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: SetpointKeeperOptions) {
    const { control } = options;
    this.#options = options;
    this.#lines =
      control?.driver.controls.map((part) => {
        const writer = new ControlWriter(part, control.unit);
        return { writer, answered: (result) => this.#answered(writer, result) };
      }) ?? [];
    this.#heartbeat =
      control?.driver.heartbeat === undefined ? undefined : new HeartbeatKeeper(control.driver.heartbeat);
  }

  /** Replaces the last one, what waits to be written included. */
  hold(setpoint: Setpoint | undefined, nowMs: MonotonicMs): void {
    this.#setpoint = setpoint;
    this.#toldAtMs = nowMs;
  }

  /** No set-point and no heartbeat leaves until then. */
  withholdUntil(untilMs: number): void {
    this.#withheldUntilMs = untilMs;
  }

  /** Puts the set-point into the device's own units, as `blocks` tell them. */
  prepare(blocks: readonly Block[], nowMs: MonotonicMs): void {
    if (this.#setpoint === undefined) return;
    for (const { writer } of this.#lines) {
      if (writer.prepare(this.#setpoint, blocks, nowMs)) continue;
      const facts = { ...this.#setpoint };
      this.#options.news.tell("device.does-not-fit", "warning", ` cannot take this ${writer.name}`, facts);
    }
  }

  /**
   * A process that stood still finds its sockets readable before its loop has looked: what waits in the round to be
   * written is a stale command then.
   */
  forgetOld(nowMs: MonotonicMs): void {
    if (nowMs - this.#toldAtMs > this.#options.goodForMs) this.#setpoint = undefined;
  }

  /** The next write that is due; a set-point goes before the heartbeat. */
  next(map: DeviceMap, nowMs: MonotonicMs): PlannedWrite | undefined {
    if (this.#setpoint === undefined || nowMs < this.#withheldUntilMs) return undefined;
    for (const { writer, answered } of this.#lines) {
      const address = writer.dueAddress(map);
      if (address === undefined) continue;
      writer.sent(nowMs);
      return { address, registers: writer.registers, answered };
    }
    const beat = this.#heartbeat?.due(map, nowMs);
    return beat && { ...beat, answered: NOTHING_FOLLOWS };
  }

  /** A block that has just been read: is what was written in force, and does the device's heart beat? */
  compare(index: number, block: Block, nowMs: MonotonicMs): void {
    const { news } = this.#options;
    if (this.#setpoint !== undefined) {
      for (const { writer } of this.#lines) {
        const finding = writer.block === index ? writer.compare(block, nowMs) : undefined;
        if (finding !== undefined) news.tell(finding.code, finding.level, `: ${finding.text}`, finding.facts);
      }
    }
    if (this.#heartbeat?.block === index && this.#heartbeat.heard(block, nowMs)) {
      news.tell("device.heartbeat-stopped", "alarm", " answers but its heartbeat stands still", {});
    }
  }

  /** When the device had shown all of this cycle's set-point; undefined while it has not, and where there is none. */
  get readBackAtMs(): MonotonicMs | undefined {
    if (this.#setpoint === undefined) return undefined;
    let latestMs: MonotonicMs | undefined;
    for (const { writer } of this.#lines) {
      if (!writer.isActive) continue;
      const { readBackAtMs } = writer;
      if (readBackAtMs === undefined) return undefined;
      if (latestMs === undefined || readBackAtMs > latestMs) latestMs = readBackAtMs;
    }
    return latestMs;
  }

  /** The device is gone: whatever it was told must be told again. */
  lost(): void {
    for (const { writer } of this.#lines) writer.refused();
  }

  /** Until when the device's word is taken: for ever, or its last heartbeat and a little. */
  get believedUntilMs(): number {
    return this.#heartbeat?.believedUntilMs ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the device refuses our set-points. */
  refusal(nowMs: MonotonicMs): Reading<boolean> {
    return this.#refusals.reading(nowMs);
  }

  #answered(writer: ControlWriter, result: Result<void, TransportError>): void {
    if (result.ok) {
      writer.acknowledged();
      this.#refusals.accepted();
      return;
    }
    writer.refused();
    if (result.error.code !== "modbus.exception") return;
    this.#refusals.refused(this.#options.clock.monotonicMs());
    this.#options.news.tell("device.write-refused", "warning", ` refuses ${writer.name}`, result.error);
  }
}

interface WriterLine {
  readonly writer: ControlWriter;
  readonly answered: PlannedWrite["answered"];
}

const NOTHING_FOLLOWS = (): void => {};
