import type { CodedError, Result } from "@penstock/protocol/result";
import { describeError, fail, invariant } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { type MonotonicMs, Ms, seconds } from "@penstock/protocol/units";
import type { UnitConfig } from "../config/site-config.ts";
import type { DeviceStatus, EdgeEvent } from "../loop/loop-types.ts";
import type { RegisterTransport, TransportError } from "../transports/register-transport.ts";
import { ControlWriter } from "./control-writer.ts";
import { discover, fingerprint } from "./discovery.ts";
import type { Block, DeviceMap, Driver, ReadPlan, RegisterRange, Setpoint, UnitDriver, View } from "./driver.ts";
import { HeartbeatKeeper } from "./heartbeat-keeper.ts";
import type { Oddity } from "./plausibility.ts";
import { type PlannedRead, ReadRounds } from "./read-rounds.ts";
import { RefusalWatch } from "./refusal-watch.ts";
import { SettingsWatch } from "./settings-watch.ts";

export interface SessionOptions {
  readonly id: string;
  readonly driver: Driver;
  /** Present where the device takes commands. */
  readonly control: { readonly driver: UnitDriver; readonly unit: UnitConfig } | undefined;
  /** Judges the first full reading; any oddity makes the device a mismatch. */
  readonly lint: (blocks: readonly Block[]) => readonly Oddity[];
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
  readonly #settings: SettingsWatch;
  readonly #refusals = new RefusalWatch();
  #mayWrite: readonly RegisterRange[] = [];
  #state: DeviceStatus["state"] = "connecting";
  #map: DeviceMap | undefined;
  #firstFingerprint: string | undefined;
  #isPlanned = false;
  #reads = new ReadRounds([], () => {});
  #setpoint: Setpoint | undefined;
  #setpointAtMs = Number.NEGATIVE_INFINITY;
  #isTalking = false;
  #isDiscovering = false;
  #isJudged = false;
  #isOdd = false;
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
  #withheldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.#options = options;
    const { control } = options;
    this.#settings = new SettingsWatch(control?.driver.watched ?? []);
    this.#writers = control?.driver.controls.map((part) => new ControlWriter(part, control.unit)) ?? [];
    this.#heartbeat =
      control?.driver.heartbeat === undefined ? undefined : new HeartbeatKeeper(control.driver.heartbeat);
  }

  /** Everything was read once, or it has been shown that it cannot be: only then may a site begin to command. */
  get isSettled(): boolean {
    return this.#hasFailed || this.#isJudged;
  }

  get blocks(): readonly Block[] {
    return this.#reads.blocks;
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

  /** Reads go on; no set-point and no heartbeat leaves until then. Proves the device's own timer. */
  withholdWrites(forMs: Ms): void {
    this.#withheldUntilMs = this.#options.clock.monotonicMs() + forMs;
  }

  /** Until when the device's word is taken: for ever, or its last heartbeat and a little. */
  get believedUntilMs(): number {
    if (this.#isOdd) return Number.NEGATIVE_INFINITY;
    return this.#heartbeat?.believedUntilMs ?? Number.POSITIVE_INFINITY;
  }

  view(nowMs: MonotonicMs, freshMs: Ms): View {
    return { nowMs, freshMs, believedUntilMs: this.believedUntilMs, refused: this.#refusals.reading(nowMs) };
  }

  /** Once a cycle. A set-point replaces the last one; without one nothing is written, not even a heartbeat. */
  cycle(setpoint: Setpoint | undefined): void {
    this.#setpoint = setpoint;
    this.#setpointAtMs = this.#options.clock.monotonicMs();
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
    // A block of a model the device lacks is never read and says nothing of its age.
    const oldestMs = this.blocks
      .filter(({ registers }) => registers.length > 0)
      .reduce((oldest, block) => Math.min(oldest, block.readAtMs), Number.POSITIVE_INFINITY);
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
        if (!writer.prepare(this.#setpoint, this.blocks, nowMs)) {
          this.#raise("device.does-not-fit", "warning", `${this.id} cannot take this ${writer.name}`, {
            ...this.#setpoint,
          });
        }
      }
    }
    // A round that is still going on goes on; what it has not written yet was replaced just now.
    if (this.#reads.begin()) this.#roundBeganMs = nowMs;
    this.#talk();
  }

  /** Sends the next thing that is due until one has to be waited for, or the round is over. */
  #talk(): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#forgetOldSetpoint(nowMs);
    while (!this.#isTalking && (this.#state === "ready" || this.#state === "mismatch")) {
      if (this.#write(nowMs) || this.#beat(nowMs) || this.#read(nowMs)) continue;
      this.#roundEndedMs = nowMs;
      if (!this.#readAside()) return;
    }
  }

  /**
   * A process that stood still finds its sockets readable before its loop has looked: what waits in the round to be
   * written is a stale command then. Without a set-point nothing is written.
   */
  #forgetOldSetpoint(nowMs: MonotonicMs): void {
    const tooOldMs = 3 * this.#options.deadlineMs + HELD_UP_MS;
    if (nowMs - this.#setpointAtMs > tooOldMs) this.#setpoint = undefined;
  }

  #write(nowMs: MonotonicMs): boolean {
    if (this.#state !== "ready" || this.#setpoint === undefined || this.#map === undefined || !this.#isJudged)
      return false;
    if (nowMs < this.#withheldUntilMs) return false;
    for (const writer of this.#writers) {
      const address = writer.dueAddress(this.#map);
      if (address === undefined) continue;
      this.#isTalking = true;
      this.#requests++;
      writer.sent(nowMs);
      this.#send(address, writer.registers, (result) => {
        this.#isTalking = false;
        if (result.ok) {
          writer.acknowledged();
          this.#refusals.accepted();
        } else {
          writer.refused();
          if (result.error.code === "modbus.exception") {
            this.#refusals.refused(this.#options.clock.monotonicMs());
            this.#raise("device.write-refused", "warning", `${this.id} refuses ${writer.name}`, result.error);
          }
        }
        this.#answered(result);
      });
      return true;
    }
    return false;
  }

  #beat(nowMs: MonotonicMs): boolean {
    if (this.#state !== "ready" || this.#setpoint === undefined || this.#map === undefined || !this.#isJudged)
      return false;
    if (nowMs < this.#withheldUntilMs) return false;
    const beat = this.#heartbeat?.due(this.#map, nowMs);
    if (beat === undefined) return false;
    this.#isTalking = true;
    this.#requests++;
    this.#send(beat.address, beat.registers, (result) => {
      this.#isTalking = false;
      this.#answered(result);
    });
    return true;
  }

  /** The one place from which anything is written: only what the driver's own list allows ever leaves. */
  #send(address: number, registers: Uint16Array, done: (result: Result<void, TransportError>) => void): void {
    const last = address + registers.length - 1;
    invariant(
      this.#mayWrite.some(({ from, to }) => address >= from && last <= to),
      `${this.#options.driver.name} may not write registers ${address} to ${last}`,
    );
    this.#options.transport.write(address, registers, this.#options.deadlineMs, done);
  }

  #read(nowMs: MonotonicMs): boolean {
    const planned = this.#reads.next(nowMs);
    if (planned === undefined) return false;
    const { plan, answered } = planned;
    const { transport, deadlineMs } = this.#options;
    this.#isTalking = true;
    this.#requests++;
    if (plan.table === "input") transport.readInput(plan.address, plan.count, deadlineMs, answered);
    else transport.read(plan.address, plan.count, deadlineMs, answered);
    return true;
  }

  readonly #readAnswered = (planned: PlannedRead, result: Result<Uint16Array, TransportError>): void => {
    this.#isTalking = false;
    if (result.ok) this.#keep(planned, result.value);
    else if (result.error.code === "modbus.exception") this.#reads.refused(planned.index);
    if (!this.#isJudged && this.#reads.isComplete) this.#judge();
    this.#answered(result);
  };

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

  #keep({ index, plan }: PlannedRead, registers: Uint16Array): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#reads.keep(index, registers, nowMs);
    const block = this.blocks[index];
    if (block === undefined) return;
    this.#watch(index, block, plan);
    for (const writer of this.#writers) {
      if (writer.block !== index || this.#setpoint === undefined) continue;
      const finding = writer.compare(block);
      if (finding !== undefined) this.#raise(finding.code, finding.level, `${this.id}: ${finding.text}`, finding.facts);
    }
    if (this.#heartbeat?.block === index && this.#heartbeat.heard(block, nowMs)) {
      this.#raise("device.heartbeat-stopped", "alarm", `${this.id} answers but its heartbeat stands still`, {});
    }
  }

  /**
   * Once, on the first full reading, before anything is written: values that cannot be so are a device set up
   * wrongly, and not to be commanded.
   */
  #judge(): void {
    this.#isJudged = true;
    const oddities = this.#options.lint(this.blocks);
    if (oddities.length === 0) return;
    this.#state = "mismatch";
    this.#isOdd = true;
    this.#hasFailed = true;
    this.#lastError = oddities.map(({ text }) => text).join("; ");
    this.#raise(
      "device.map-mismatch",
      "alarm",
      `${this.id} is read but not believed or commanded: ${this.#lastError}`,
      {
        causes: oddities.map(({ point, cause }) => `${point}: ${cause}`),
      },
    );
  }

  #watch(index: number, block: Block, plan: ReadPlan): void {
    const change = this.#settings.compare(index, block, plan);
    if (change === undefined) return;
    const text = `${this.id}: somebody else has changed ${change.name} (register ${change.register})`;
    this.#raise("device.foreign-write", "alarm", text, { ...change });
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
    this.#reads.abandon();
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
    (driver.discover ?? discover)(
      counted(transport, () => this.#requests++),
      deadlineMs,
      (result) => {
        this.#isDiscovering = false;
        this.#retryAtMs = clock.monotonicMs() + DISCOVERY_PAUSE_MS;
        if (!result.ok) {
          this.#failed(result.error);
          if (result.error.code !== "device.not-sunspec" && result.error.code !== "device.not-as-mapped") return;
          this.#state = "mismatch";
          const what = result.error.code === "device.not-as-mapped" ? "what its map describes" : "a SunSpec device";
          this.#raise("device.map-mismatch", "alarm", `${this.id} is not ${what}`, result.error);
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
    this.#mayWrite = this.#options.control?.driver.writable(map) ?? [];
    this.#settings.forget();
    this.#failuresInARow = 0;
    if (!this.#isPlanned || print !== this.#firstFingerprint) {
      this.#isPlanned = true;
      this.#reads = new ReadRounds(plans, this.#readAnswered);
    }
    if (this.#isOdd) {
      this.#state = "mismatch";
    } else if (print !== this.#firstFingerprint) {
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

/** As the loop has it: longer without a cycle, and the process was held up. */
const HELD_UP_MS = 300;
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
