import type { CodedError, Result } from "@penstock/protocol/result";
import { describeError, fail } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { type MonotonicMs, Ms, seconds } from "@penstock/protocol/units";
import type { UnitConfig } from "../config/site-config.ts";
import type { DeviceStatus, EdgeEvent } from "../loop/loop-types.ts";
import type { RegisterTransport, TransportError } from "../transports/register-transport.ts";
import { ControlWriter } from "./control-writer.ts";
import { discover, fingerprint } from "./discovery.ts";
import type { Block, DeviceMap, Driver, ReadPlan, Setpoint, UnitDriver, View } from "./driver.ts";
import { HeartbeatKeeper } from "./heartbeat-keeper.ts";
import { isEqual } from "./registers.ts";

export interface SessionOptions {
  readonly id: string;
  readonly driver: Driver;
  /** Present where the device takes commands. */
  readonly control: { readonly driver: UnitDriver; readonly unit: UnitConfig } | undefined;
  readonly transport: RegisterTransport;
  readonly clock: Clock;
  /** Every request answers within this. */
  readonly deadlineMs: Ms;
  readonly onEvent: (event: EdgeEvent) => void;
}

/**
 * The talk with one device: find out what it is, then each cycle write what is due and read what is due, one
 * request after the other. Only this device's requests wait for each other: a dead one costs its neighbours
 * nothing. It never throws for what a device does; it counts, and says so in events.
 *
 * `connecting → discovering → ready → lost → discovering …`; `mismatch` when the device is not what it was
 * at first or lacks what its driver needs: then it may be read but is never written until the edge restarts.
 */
export class DeviceSession {
  readonly id: string;
  readonly #options: SessionOptions;
  readonly #writers: readonly ControlWriter[];
  readonly #heartbeat: HeartbeatKeeper | undefined;
  #state: DeviceStatus["state"] = "connecting";
  #map: DeviceMap | undefined;
  #firstFingerprint: string | undefined;
  #blocks: MutableBlock[] = [];
  #setpoint: Setpoint | undefined;
  /** Next read of the round; as many as there are blocks when the round is over. */
  #nextRead = 0;
  #isTalking = false;
  #isDiscovering = false;
  #isAllRead = false;
  #roundBeganMs = Number.NaN;
  #roundEndedMs = Number.NaN;
  #hasFailed = false;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #failuresInARow = 0;
  #requests = 0;
  #timeouts = 0;
  #exceptions = 0;
  #lastError: string | undefined;
  readonly #raisedAtMs = new Map<string, number>();
  readonly #asides: Aside[] = [];

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.#options = options;
    const { control } = options;
    this.#writers = control?.driver.controls.map((part) => new ControlWriter(part, control.unit)) ?? [];
    this.#heartbeat =
      control?.driver.heartbeat === undefined ? undefined : new HeartbeatKeeper(control.driver.heartbeat);
  }

  /** Everything was read once, or it has been shown that it cannot be: only then may a site begin to command. */
  get isSettled(): boolean {
    return this.#hasFailed || this.#isAllRead;
  }

  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  /** How long the round of this cycle took, or has been going on; undefined while there is none to speak of. */
  roundMs(nowMs: MonotonicMs): number | undefined {
    if (this.#state !== "ready" || Number.isNaN(this.#roundBeganMs)) return undefined;
    return (this.#isTalking ? nowMs : this.#roundEndedMs) - this.#roundBeganMs;
  }

  /** What the device said it is; undefined until it was found. */
  get map(): DeviceMap | undefined {
    return this.#map;
  }

  /** A person's question: read once, after everything the loop has to ask. Errors: `device.busy` and the transport's. */
  readOnce(address: number, count: number, done: Aside["done"]): void {
    if (this.#asides.length >= ASIDES_MAX) done(fail({ code: "device.busy", device: this.id }));
    else this.#asides.push({ address, count, done });
  }

  /** Until when the device's word is taken: for ever, or its last heartbeat and a little. */
  get believedUntilMs(): number {
    return this.#heartbeat?.believedUntilMs ?? Number.POSITIVE_INFINITY;
  }

  view(nowMs: MonotonicMs, freshMs: Ms): View {
    return { nowMs, freshMs, believedUntilMs: this.believedUntilMs };
  }

  /** Once a cycle. A set-point replaces the last one; without one nothing is written, not even a heartbeat. */
  cycle(setpoint: Setpoint | undefined): void {
    this.#setpoint = setpoint;
    switch (this.#state) {
      case "connecting":
      case "lost":
      case "discovering":
        this.#discover();
        return;
      case "mismatch":
        if (this.#map === undefined) this.#discover();
        else this.#beginRound();
        return;
      case "ready":
        this.#beginRound();
    }
  }

  status(): DeviceStatus {
    const oldestMs = this.#blocks.reduce((oldest, block) => Math.min(oldest, block.readAtMs), Number.POSITIVE_INFINITY);
    return {
      id: this.id,
      driver: this.#options.driver.name,
      state: this.#state,
      lastReadAgeMs: Number.isFinite(oldestMs) ? Ms(this.#options.clock.monotonicMs() - oldestMs) : undefined,
      requests: this.#requests,
      timeouts: this.#timeouts,
      exceptions: this.#exceptions,
      lastError: this.#lastError,
    };
  }

  close(): void {
    this.#options.transport.close();
  }

  #beginRound(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#state === "ready" && this.#setpoint !== undefined) {
      for (const writer of this.#writers) {
        if (!writer.prepare(this.#setpoint, this.#blocks, nowMs)) {
          this.#raise("device.does-not-fit", "warning", `${this.id} cannot take this ${writer.name}`, {
            ...this.#setpoint,
          });
        }
      }
    }
    // A round that is still going on goes on; what it has not written yet was replaced just now.
    if (this.#nextRead >= this.#blocks.length) {
      this.#nextRead = 0;
      this.#roundBeganMs = nowMs;
    }
    this.#talk();
  }

  /** Sends the next thing that is due until one has to be waited for, or the round is over. */
  #talk(): void {
    const nowMs = this.#options.clock.monotonicMs();
    while (!this.#isTalking && (this.#state === "ready" || this.#state === "mismatch")) {
      if (this.#write(nowMs) || this.#beat(nowMs) || this.#read(nowMs)) continue;
      this.#roundEndedMs = nowMs;
      if (!this.#readAside()) return;
    }
  }

  #write(nowMs: MonotonicMs): boolean {
    if (this.#state !== "ready" || this.#setpoint === undefined || this.#map === undefined) return false;
    for (const writer of this.#writers) {
      const address = writer.dueAddress(this.#map);
      if (address === undefined) continue;
      this.#send(writer, address, nowMs);
      return true;
    }
    return false;
  }

  #send(writer: ControlWriter, address: number, nowMs: MonotonicMs): void {
    this.#isTalking = true;
    this.#requests++;
    writer.sent(nowMs);
    this.#options.transport.write(address, writer.registers, this.#options.deadlineMs, (result) => {
      this.#isTalking = false;
      if (result.ok) writer.acknowledged();
      else {
        writer.refused();
        if (result.error.code === "modbus.exception") {
          this.#raise("device.write-refused", "warning", `${this.id} refuses ${writer.name}`, result.error);
        }
      }
      this.#answered(result);
    });
  }

  #beat(nowMs: MonotonicMs): boolean {
    if (this.#state !== "ready" || this.#setpoint === undefined || this.#map === undefined) return false;
    const beat = this.#heartbeat?.due(this.#map, nowMs);
    if (beat === undefined) return false;
    this.#isTalking = true;
    this.#requests++;
    this.#options.transport.write(beat.address, beat.registers, this.#options.deadlineMs, (result) => {
      this.#isTalking = false;
      this.#answered(result);
    });
    return true;
  }

  #read(nowMs: MonotonicMs): boolean {
    while (this.#nextRead < this.#blocks.length) {
      const block = this.#blocks[this.#nextRead++];
      if (block === undefined || block.plan.count === 0 || nowMs < block.dueAtMs) continue;
      this.#isTalking = true;
      this.#requests++;
      block.dueAtMs = nowMs + block.everyMs;
      this.#options.transport.read(block.plan.address, block.plan.count, this.#options.deadlineMs, block.answered);
      return true;
    }
    return false;
  }

  #readAside(): boolean {
    const aside = this.#asides.shift();
    if (aside === undefined) return false;
    this.#isTalking = true;
    this.#requests++;
    this.#options.transport.read(aside.address, aside.count, this.#options.deadlineMs, (result) => {
      this.#isTalking = false;
      aside.done(result);
      // An address that a person guessed wrong is no fault of the device.
      if (result.ok || result.error.code === "modbus.exception") this.#talk();
      else this.#answered(result);
    });
    return true;
  }

  readonly #readAnswered = (block: MutableBlock, result: Result<Uint16Array, TransportError>): void => {
    this.#isTalking = false;
    if (result.ok) this.#keep(block, result.value);
    this.#answered(result);
  };

  #keep(block: MutableBlock, registers: Uint16Array): void {
    const nowMs = this.#options.clock.monotonicMs();
    block.take(registers);
    block.readAtMs = nowMs;
    block.dueAtMs = nowMs + block.everyMs;
    if (!this.#isAllRead) this.#isAllRead = this.#blocks.every((one) => one.plan.count === 0 || one.readAtMs >= 0);
    for (const writer of this.#writers) {
      if (writer.block !== block.index || this.#setpoint === undefined) continue;
      const finding = writer.compare(block);
      if (finding !== undefined) this.#raise(finding.code, finding.level, `${this.id}: ${finding.text}`, finding.facts);
    }
    if (this.#heartbeat?.block === block.index && this.#heartbeat.heard(block, nowMs)) {
      this.#raise("device.heartbeat-stopped", "alarm", `${this.id} answers but its heartbeat stands still`, {});
    }
  }

  /** The end of every request: go on with the round, or, when the device did not answer, leave it for this cycle. */
  #answered(result: Result<unknown, TransportError>): void {
    if (result.ok) {
      this.#failuresInARow = 0;
      this.#talk();
      return;
    }
    if (result.error.code === "modbus.exception") {
      this.#failuresInARow = 0;
      this.#hasFailed = true;
      this.#exceptions++;
      this.#lastError = describeError(result.error);
      this.#raise("device.exception", "warning", `${this.id} answers with an exception`, result.error);
      this.#talk();
      return;
    }
    this.#failed(result.error);
    this.#nextRead = this.#blocks.length;
    if (this.#failuresInARow >= FAILURES_TO_LOSE && this.#state === "ready") {
      this.#state = "lost";
      for (const writer of this.#writers) writer.refused();
      this.#raise("device.lost", "alarm", `${this.id} does not answer`, result.error);
    }
  }

  #failed(error: CodedError): void {
    if (error.code === "modbus.timeout") this.#timeouts++;
    this.#failuresInARow++;
    this.#hasFailed = true;
    this.#lastError = describeError(error);
  }

  #discover(): void {
    const { clock, transport, deadlineMs, driver } = this.#options;
    if (this.#isDiscovering || clock.monotonicMs() < this.#retryAtMs) return;
    this.#isDiscovering = true;
    if (this.#state === "connecting") this.#state = "discovering";
    discover(
      counted(transport, () => this.#requests++),
      deadlineMs,
      (result) => {
        this.#isDiscovering = false;
        this.#retryAtMs = clock.monotonicMs() + DISCOVERY_PAUSE_MS;
        if (!result.ok) {
          this.#failed(result.error);
          if (result.error.code !== "device.not-sunspec") return;
          this.#state = "mismatch";
          this.#raise("device.map-mismatch", "alarm", `${this.id} is not a SunSpec device`, result.error);
          return;
        }
        const plan = driver.plan(result.value);
        if (!plan.ok) {
          this.#hasFailed = true;
          this.#lastError = describeError(plan.error);
          this.#state = "mismatch";
          this.#raise("device.map-mismatch", "alarm", `${this.id} lacks what ${driver.name} needs`, plan.error);
          return;
        }
        this.#found(result.value, plan.value);
      },
    );
  }

  #found(map: DeviceMap, plans: readonly ReadPlan[]): void {
    const wasLost = this.#state === "lost";
    const print = fingerprint(map);
    this.#firstFingerprint ??= print;
    this.#map = map;
    this.#failuresInARow = 0;
    if (this.#blocks.length === 0 || print !== this.#firstFingerprint) {
      this.#blocks = plans.map((plan, index) => new MutableBlock(plan, index, this.#readAnswered));
      this.#nextRead = plans.length;
    }
    if (print !== this.#firstFingerprint) {
      this.#state = "mismatch";
      this.#raise(
        "device.identity-changed",
        "alarm",
        `${this.id} is not the device it was; it is read but not commanded`,
        {
          ...map.identity,
        },
      );
    } else {
      this.#state = "ready";
      this.#raise("device.ready", "info", `${this.id} ${wasLost ? "is back" : "found"}`, { ...map.identity });
    }
    this.#beginRound();
  }

  /** Says a thing at most once in ten seconds: a fault that repeats each cycle is one fault. */
  #raise(code: string, level: EdgeEvent["level"], text: string, facts: Readonly<Record<string, unknown>>): void {
    const nowMs = this.#options.clock.monotonicMs();
    const raisedAtMs = this.#raisedAtMs.get(code);
    if (raisedAtMs !== undefined && nowMs - raisedAtMs < REPEAT_MS) return;
    this.#raisedAtMs.set(code, nowMs);
    this.#options.onEvent({
      code,
      level,
      text,
      timeMs: this.#options.clock.nowMs(),
      facts: { ...facts, device: this.id },
    });
  }
}

const FAILURES_TO_LOSE = 3;
const DISCOVERY_PAUSE_MS = Ms(500);
const REPEAT_MS = seconds(10);
/** People ask one thing at a time; a script that asks more is told to wait. */
const ASIDES_MAX = 8;

interface Aside {
  readonly address: number;
  readonly count: number;
  readonly done: (result: Result<Uint16Array, CodedError>) => void;
}

class MutableBlock implements Block {
  readonly plan: ReadPlan;
  readonly index: number;
  readonly registers: Uint16Array;
  readonly everyMs: Ms;
  /** Made once, since it is handed to the transport ten times a second. */
  readonly answered: (result: Result<Uint16Array, TransportError>) => void;
  readAtMs = Number.NaN;
  dueAtMs = Number.NEGATIVE_INFINITY;
  decoded: object | undefined;

  constructor(
    plan: ReadPlan,
    index: number,
    answered: (block: MutableBlock, result: Result<Uint16Array, TransportError>) => void,
  ) {
    this.plan = plan;
    this.index = index;
    this.registers = new Uint16Array(plan.count);
    this.everyMs = plan.everyMs;
    this.answered = (result) => answered(this, result);
  }

  take(registers: Uint16Array): void {
    if (isEqual(registers, this.registers)) return;
    this.registers.set(registers);
    this.decoded = undefined;
  }
}

/** The same transport, its reads counted. */
const counted = (transport: RegisterTransport, count: () => void): RegisterTransport => ({
  read(address, quantity, deadlineMs, done) {
    count();
    transport.read(address, quantity, deadlineMs, done);
  },
  readInput: transport.readInput.bind(transport),
  write: transport.write.bind(transport),
  close: transport.close.bind(transport),
});
