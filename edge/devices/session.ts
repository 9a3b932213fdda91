import { describeError, invariant, type Result } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { type MonotonicMs, Ms } from "@penstock/protocol/units";
import type { UnitConfig } from "../config/site-config.ts";
import type { DeviceStatus, EdgeEvent } from "../loop/loop-types.ts";
import type { RegisterTransport, TransportError } from "../transports/register-transport.ts";
import { type Aside, Asides } from "./asides.ts";
import { hex } from "./control-writer.ts";
import { DeviceHealth } from "./device-health.ts";
import { DeviceNews } from "./device-news.ts";
import { DeviceSearch } from "./device-search.ts";
import { fingerprint } from "./discovery.ts";
import type { Block, DeviceMap, Driver, ReadPlan, RegisterRange, Setpoint, UnitDriver, View } from "./driver.ts";
import type { Oddity } from "./plausibility.ts";
import { type PlannedRead, ReadRounds } from "./read-rounds.ts";
import { type PlannedWrite, SetpointKeeper } from "./set-point-keeper.ts";
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
  readonly #searcher: DeviceSearch;
  readonly #keeper: SetpointKeeper;
  readonly #settings: SettingsWatch;
  readonly #health = new DeviceHealth();
  readonly #news: DeviceNews;
  readonly #asides: Asides;
  #mayWrite: readonly RegisterRange[] = [];
  #state: DeviceStatus["state"] = "connecting";
  #map: DeviceMap | undefined;
  #firstFingerprint: string | undefined;
  /** Of the map the reads are planned for. */
  #plannedFingerprint: string | undefined;
  #reads = new ReadRounds([], () => {});
  /** A request is on its way. */
  #isWaiting = false;
  /** Requests are being sent: an answer that comes at once must not begin another round of it. */
  #isTalking = false;
  #isJudged = false;
  #isOdd = false;
  /** Reads in a row that were refused as no addresses of the device, though they had been answered before. */
  #strays = 0;

  constructor(options: SessionOptions) {
    const { id, control, clock, deadlineMs, onEvent } = options;
    this.id = id;
    this.#options = options;
    this.#searcher = new DeviceSearch({ ...options, onRequest: () => this.#health.requests++ });
    this.#settings = new SettingsWatch(control?.driver.watched ?? []);
    this.#news = new DeviceNews(id, clock, onEvent);
    this.#asides = new Asides(id);
    this.#keeper = new SetpointKeeper({
      control,
      goodForMs: Ms(3 * deadlineMs + HELD_UP_MS),
      clock,
      news: this.#news,
    });
  }

  /** Everything was read once, or it has been shown that it cannot be: only then may a site begin to command. */
  get isSettled(): boolean {
    return this.#health.hasFailed || this.#isJudged;
  }

  get blocks(): readonly Block[] {
    return this.#reads.blocks;
  }

  /** How long the round of this cycle took, or has been going on; undefined while there is none to speak of. */
  roundMs(nowMs: MonotonicMs): number | undefined {
    return this.#state === "ready" ? this.#reads.durationMs(nowMs, this.#isWaiting) : undefined;
  }

  /** What the device said it is; undefined until it was found. */
  get map(): DeviceMap | undefined {
    return this.#map;
  }

  /** A person's question: read once, after everything the loop has to ask. Errors: `device.busy` and the transport's. */
  readOnce(address: number, count: number, done: Aside["done"]): void {
    this.#asides.add({ address, count, done });
  }

  /** Reads go on; no set-point and no heartbeat leaves until then. Proves the device's own timer. */
  withholdWrites(forMs: Ms): void {
    this.#keeper.withholdUntil(this.#options.clock.monotonicMs() + forMs);
  }

  /** Whether set-points reach the device now: it was found, read in full, and is what it should be. */
  get isWritable(): boolean {
    return this.#state === "ready" && this.#isJudged;
  }

  /** When the device had shown all of this cycle's set-point; undefined while it has not. */
  get readBackAtMs(): MonotonicMs | undefined {
    return this.#keeper.readBackAtMs;
  }

  /** Until when the device's word is taken: for ever, or its last heartbeat and a little. */
  get believedUntilMs(): number {
    return this.#isOdd ? Number.NEGATIVE_INFINITY : this.#keeper.believedUntilMs;
  }

  view(nowMs: MonotonicMs, freshMs: Ms): View {
    return {
      nowMs,
      freshMs,
      believedUntilMs: this.believedUntilMs,
      refused: this.#keeper.refusal(nowMs),
      unread: this.#health.unread,
      flawAt: this.#options.transport.notes?.flawAt,
    };
  }

  /** Once a cycle. A set-point replaces the last one; without one nothing is written, not even a heartbeat. */
  cycle(setpoint: Setpoint | undefined): void {
    this.#keeper.hold(setpoint, this.#options.clock.monotonicMs());
    switch (this.#state) {
      case "connecting":
      case "lost":
      case "discovering":
        this.#search();
        return;
      case "mismatch":
        if (this.#map === undefined) this.#search();
        else this.#beginRound();
        return;
      case "ready":
        this.#beginRound();
    }
  }

  status(): DeviceStatus {
    const oldestMs = this.#reads.oldestReadMs;
    const { requests, timeouts, exceptions, lastError } = this.#health;
    return {
      id: this.id,
      driver: this.#options.driver.name,
      state: this.#state,
      lastReadAgeMs: Number.isFinite(oldestMs) ? Ms(this.#options.clock.monotonicMs() - oldestMs) : undefined,
      requests,
      timeouts,
      exceptions,
      lastError,
      clockSkewMs: this.#options.transport.notes?.clockSkewMs,
    };
  }

  close(): void {
    this.#options.transport.close();
  }

  #beginRound(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#state === "ready") this.#keeper.prepare(this.blocks, nowMs);
    // A round that is still going on goes on; what it has not written yet was replaced just now.
    this.#reads.begin(nowMs);
    this.#talk();
  }

  /** Sends the next thing that is due until one has to be waited for, or the round is over. */
  #talk(): void {
    if (this.#isTalking) return;
    const nowMs = this.#options.clock.monotonicMs();
    this.#keeper.forgetOld(nowMs);
    this.#isTalking = true;
    try {
      while (!this.#isWaiting && (this.#state === "ready" || this.#state === "mismatch")) {
        if (this.#write(nowMs) || this.#read(nowMs)) continue;
        this.#reads.end(nowMs);
        if (!this.#readAside()) return;
      }
    } finally {
      this.#isTalking = false;
    }
  }

  #write(nowMs: MonotonicMs): boolean {
    if (this.#state !== "ready" || this.#map === undefined || !this.#isJudged) return false;
    const planned = this.#keeper.next(this.#map, nowMs);
    if (planned === undefined) return false;
    this.#send(planned);
    return true;
  }

  /** The one place from which anything is written: only what the driver's own list allows ever leaves. */
  #send({ address, registers, answered }: PlannedWrite): void {
    const last = address + registers.length - 1;
    invariant(
      this.#mayWrite.some(({ from, to }) => address >= from && last <= to),
      `${this.#options.driver.name} may not write registers ${address} to ${last}`,
    );
    this.#isWaiting = true;
    this.#health.requests++;
    this.#options.transport.write(address, registers, this.#options.deadlineMs, (result) => {
      this.#isWaiting = false;
      answered(result);
      this.#answered(result);
    });
  }

  #read(nowMs: MonotonicMs): boolean {
    const planned = this.#reads.next(nowMs);
    if (planned === undefined) return false;
    const { plan, answered } = planned;
    const { transport, deadlineMs } = this.#options;
    this.#isWaiting = true;
    this.#health.requests++;
    if (plan.table === "input") transport.readInput(plan.address, plan.count, deadlineMs, answered);
    else transport.read(plan.address, plan.count, deadlineMs, answered);
    return true;
  }

  readonly #readAnswered = (planned: PlannedRead, result: Result<Uint16Array, TransportError>): void => {
    this.#isWaiting = false;
    if (result.ok) this.#keep(planned, result.value);
    else if (result.error.code === "modbus.exception") this.#readRefused(planned.index, result.error);
    if (!this.#isJudged && this.#reads.isComplete) this.#judge();
    this.#answered(result);
  };

  #readAside(): boolean {
    const aside = this.#asides.next();
    if (aside === undefined) return false;
    this.#isWaiting = true;
    this.#health.requests++;
    this.#options.transport.read(aside.address, aside.count, this.#options.deadlineMs, (result) => {
      this.#isWaiting = false;
      aside.done(result);
      // An address that a person guessed wrong is no fault of the device.
      if (result.ok || result.error.code === "modbus.exception") this.#talk();
      else this.#answered(result);
    });
    return true;
  }

  #readRefused(index: number, error: TransportError): void {
    this.#reads.refused(index);
    const wasThere = !Number.isNaN(this.blocks[index]?.readAtMs);
    if (wasThere && error["exception"] === ILLEGAL_ADDRESS) this.#strays++;
  }

  /**
   * Its map has moved, or it is another device, under a connection that stayed: it is looked for anew, as after an
   * outage. Nothing is written until it was found.
   */
  #leaveOldMap(said: string, facts: Readonly<Record<string, unknown>>): void {
    this.#strays = 0;
    this.#reads.abandon();
    this.#state = "lost";
    this.#keeper.lost();
    this.#news.tell("device.map-moved", "alarm", `${said}; it is looked for anew`, facts);
  }

  #keep({ index, plan }: PlannedRead, registers: Uint16Array): void {
    this.#strays = 0;
    if (plan.belongs?.(registers) === false) {
      const facts = { address: plan.address, found: hex(registers.subarray(0, 2)) };
      this.#leaveOldMap(` answers at register ${plan.address} with something else than it had there`, facts);
      return;
    }
    const nowMs = this.#options.clock.monotonicMs();
    const hasMoved = this.#reads.keep(index, registers, nowMs);
    const block = this.blocks[index] as Block;
    this.#watch(index, block, hasMoved, plan);
    this.#keeper.compare(index, block, nowMs);
  }

  /**
   * Once, on the first full reading, before anything is written: values that cannot be so are a device set up
   * wrongly, and not to be commanded.
   */
  #judge(): void {
    this.#isJudged = true;
    const oddities = this.#options.lint(this.blocks);
    if (oddities.length === 0) return;
    this.#isOdd = true;
    const why = oddities.map(({ text }) => text).join("; ");
    const causes = oddities.map(({ point, cause }) => `${point}: ${cause}`);
    this.#mismatch(why, ` is read but not believed or commanded: ${why}`, { causes });
  }

  #watch(index: number, block: Block, hasMoved: boolean, plan: ReadPlan): void {
    const change = this.#settings.compare(index, block, hasMoved, plan);
    if (change === undefined) return;
    const said = `: somebody else has changed ${change.name} (register ${change.register})`;
    this.#news.tell("device.foreign-write", "alarm", said, { ...change });
  }

  /** The end of every request: go on with the round, or, when the device did not answer, leave it for this cycle. */
  #answered(result: Result<unknown, TransportError>): void {
    if (result.ok) {
      this.#health.answered();
      this.#talk();
      return;
    }
    if (result.error.code === "modbus.exception") {
      this.#health.refused(result.error);
      this.#news.tell("device.exception", "warning", " answers with an exception", result.error);
      if (this.#strays >= STRAYS_TO_SEARCH) this.#leaveOldMap(" refuses the registers it had", result.error);
      else this.#talk();
      return;
    }
    this.#health.unanswered(result.error);
    this.#reads.abandon();
    if (this.#health.failuresInARow >= FAILURES_TO_LOSE && this.#state === "ready") {
      this.#state = "lost";
      this.#keeper.lost();
      this.#news.tell("device.lost", "alarm", " does not answer", result.error);
    }
  }

  #search(): void {
    if (this.#state === "connecting") this.#state = "discovering";
    this.#searcher.attempt((outcome) => {
      switch (outcome.is) {
        case "found":
          this.#found(outcome.map, outcome.plans);
          return;
        case "silent":
          this.#health.unanswered(outcome.error);
          return;
        case "unfit":
          this.#mismatch(describeError(outcome.error), outcome.said, outcome.error);
      }
    });
  }

  #mismatch(why: string, said: string, facts: Readonly<Record<string, unknown>>): void {
    this.#state = "mismatch";
    this.#health.unfit(why);
    this.#news.tell("device.map-mismatch", "alarm", said, facts);
  }

  #found(map: DeviceMap, plans: readonly ReadPlan[]): void {
    const wasLost = this.#state === "lost";
    const print = fingerprint(map);
    this.#firstFingerprint ??= print;
    this.#map = map;
    this.#mayWrite = this.#options.control?.driver.writable(map) ?? [];
    this.#settings.forget();
    this.#health.answered();
    if (print !== this.#plannedFingerprint) {
      this.#plannedFingerprint = print;
      this.#reads = new ReadRounds(plans, this.#readAnswered);
    }
    if (this.#isOdd) {
      this.#state = "mismatch";
    } else if (print !== this.#firstFingerprint) {
      this.#state = "mismatch";
      const said = " is not the device it was; it is read but not commanded";
      this.#news.tell("device.identity-changed", "alarm", said, { ...map.identity });
    } else {
      this.#state = "ready";
      this.#news.tell("device.ready", "info", wasLost ? " is back" : " found", { ...map.identity });
    }
    this.#beginRound();
  }
}

/** As the loop has it: longer without a cycle, and the process was held up. */
const HELD_UP_MS = 300;
const FAILURES_TO_LOSE = 3;
/** One block may have gone; when nothing at all is read in between, the map has. */
const STRAYS_TO_SEARCH = 5;
const ILLEGAL_ADDRESS = 2;
