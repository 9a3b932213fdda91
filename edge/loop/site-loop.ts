import { invariant } from "@penstock/protocol/result";
import { type Clock, onGrid, type Timer } from "@penstock/protocol/time";
import { type MonotonicMs, Ms, seconds, Var } from "@penstock/protocol/units";
import type { MeterConfig, SiteConfig, UnitConfig } from "../config/site-config.ts";
import type { EnergyLedger } from "../control/energy-ledger.ts";
import type { SiteImage } from "../control/image.ts";
import { spelledOut } from "../control/reason.ts";
import type { Grant, Latches, StepInput } from "../control/step-types.ts";
import { CycleRecorder } from "../recorder/cycle-recorder.ts";
import type { RegisterTransport } from "../transports/register-transport.ts";
import { type ControlCore, siteCore } from "./control-core.ts";
import { CycleReporter } from "./cycle-reporter.ts";
import { HoldBack, type Supervision } from "./hold-back.ts";
import { Lateness } from "./lateness.ts";
import { isExpired } from "./lease-follower.ts";
import type { LoopAnswer, LoopQuestion } from "./loop-question.ts";
import type { EdgeEvent, LoopInput, LoopOutput, LoopStats, SiteStatus } from "./loop-types.ts";
import { PlantMemory } from "./plant-memory.ts";
import type { UnitReadBack } from "./read-back-watch.ts";
import { SiteDevices } from "./site-devices.ts";
import type { SleepWatch } from "./sleep-watch.ts";
import { StageWatch } from "./stage-watch.ts";
import { Thinker } from "./thinker.ts";

export interface SiteLoopOptions {
  readonly clock: Clock;
  readonly config: SiteConfig;
  readonly transportFor: (device: UnitConfig | MeterConfig) => RegisterTransport;
  readonly emit: (output: LoopOutput) => void;
  readonly initialLatches: Latches;
  readonly initialGrants: readonly Grant[];
  /** The thought; the real one unless a test wants to see it fail. */
  readonly core?: ControlCore;
  /** Who may silence the loop; nobody on the virtual clock. */
  readonly supervision?: Supervision;
  /** What paces the cycles: a thread of its own can do better than its timers. */
  readonly grid?: typeof onGrid;
  /** Whether the machine was asleep; where nobody knows it is taken to have been awake. */
  readonly sleepWatch?: SleepWatch;
}

/**
 * The fast loop of one site, the dull part: a tick on an absolute grid freezes the image, asks the core what
 * to do, has the guard look at it, writes, and asks the devices for the next image. What it is told by
 * {@link accept} lands in the image of the next tick; nothing else makes it act.
 *
 * When the core throws, the loop commands every unit to its safe value, gives those writes half a second to
 * leave, and throws the error into its clock: the shell must exit, and is restarted by whoever watches it.
 */
export class SiteLoop {
  readonly #options: SiteLoopOptions;
  readonly #core: ControlCore;
  readonly #thinker: Thinker;
  readonly #devices: SiteDevices;
  readonly #plant = new PlantMemory();
  readonly #lateness: Lateness;
  readonly #stages: StageWatch;
  readonly #reporter: CycleReporter;
  readonly #holdBack: HoldBack;
  readonly #recorder: CycleRecorder | undefined;
  #timer: Timer | undefined;
  #grants: readonly Grant[];
  #latches: Latches;
  #image: SiteImage | undefined;
  #startedMs: MonotonicMs | undefined;
  #restoredLedger: EnergyLedger | undefined;
  #overrunSaidMs = Number.NEGATIVE_INFINITY;

  constructor(options: SiteLoopOptions) {
    const { clock, config, transportFor } = options;
    this.#options = options;
    this.#core = options.core ?? siteCore;
    // What a recording holds goes on from cycle to cycle; after a resumption it does not.
    this.#thinker = new Thinker(this.#core, config.control, () => this.#recorder?.end());
    this.#grants = options.initialGrants;
    this.#latches = options.initialLatches;
    this.#lateness = new Lateness(config.control.periodMs);
    this.#stages = new StageWatch(config.control.periodMs, (event) => this.#tell(event));
    this.#holdBack = new HoldBack(config.control.periodMs, options.supervision, (event) => this.#tell(event));
    this.#reporter = new CycleReporter({
      config,
      emit: (output) => this.#emit(output),
      status: () => this.status(),
      loopStats: () => this.#loopStats(),
    });
    this.#recorder =
      config.recorder && new CycleRecorder(config.control, (chunk) => this.#emit({ type: "recording", chunk }));
    this.#devices = new SiteDevices({ clock, config, transportFor, onEvent: (event) => this.#tell(event) });
  }

  /** Asks the devices at once, and from one period later ticks. */
  start(): void {
    const { clock, config, grid = onGrid } = this.#options;
    invariant(this.#timer === undefined, "a loop starts once");
    this.#devices.read();
    this.#timer = grid(clock, config.control.periodMs, ({ latenessMs, missed }) => this.#tick(latenessMs, missed));
  }

  /** Ends quietly: the units keep the last set-point until their own timers bring them to rest. */
  stop(): void {
    this.#timer?.cancel();
    this.#recorder?.end();
    this.#devices.close();
  }

  accept(input: LoopInput): void {
    switch (input.type) {
      case "grants":
        this.#grants = input.grants;
        this.#reporter.follow(input.grants);
        return;
      case "latches":
        this.#latches = input.latches;
        return;
      case "plant":
        if (this.#plant.remember(input.reading)) this.#latchGridOperatorLimit(input.reading.gridOperatorLimitW);
        return;
      case "plant-lost":
        this.#plant.lost(input.error);
        return;
      case "question":
        this.#answer(input.id, input.question);
        return;
      case "ledger":
        this.#restoredLedger = input.ledger;
        return;
      case "stop":
        this.stop();
    }
  }

  /** What the core can say of its last cycle it says at once; what a device must be asked comes when it has answered. */
  #answer(id: number, question: LoopQuestion): void {
    const answer = (result: LoopAnswer["result"]) => this.#options.emit({ type: "answer", answer: { id, result } });
    if (question.about !== "why-not" && question.about !== "why-unit") {
      this.#devices.ask(question, answer);
      return;
    }
    answer(this.#thinker.answer(question));
  }

  status(): SiteStatus {
    const image = this.#image ?? this.#freeze();
    const { plant } = this.#options.config;
    return {
      timeMs: image.nowMs,
      image,
      plant: image.plant,
      explanation: spelledOut(this.#thinker.explanation),
      loop: this.#loopStats(),
      devices: this.#devices.status(),
      plantTalk: plant && this.#plant.status(plant.id, plant.driver, this.#options.clock.monotonicMs()),
    };
  }

  #tick(latenessMs: number, missed: number): void {
    const { clock, sleepWatch } = this.#options;
    const sleptMs = sleepWatch?.look();
    if (sleptMs !== undefined) {
      this.#wakeUp(sleptMs);
      return;
    }
    this.#lateness.add(latenessMs, missed);
    if (missed > 0) this.#sayOverrun(latenessMs, missed);
    const tickedMs = clock.monotonicMs();
    const readMs = this.#devices.roundMs(tickedMs);
    try {
      const image = this.#freeze();
      const decodedMs = clock.monotonicMs();
      this.#image = image;
      if (!this.#devices.areSettled || !this.#isPlantSettled(image)) {
        this.#look(image);
        return;
      }
      if (this.#isHeldBack(latenessMs, tickedMs)) {
        this.#thinker.loseThread();
        this.#look(image);
        return;
      }
      const input = { image, grants: this.#grants, latches: this.#latches, ...this.#takeLedger() };
      const { before, commands: wanted } = this.#thinker.think(input);
      const thoughtMs = clock.monotonicMs();
      const guarded = this.#core.guard(wanted, image);
      const guardedMs = clock.monotonicMs();
      // A process that stood still between the thought and the deed must not do the deed.
      if (guardedMs - tickedMs > this.#holdBack.heldUpMs) {
        this.#thinker.loseThread();
        this.#holdBack.lookFrom(guardedMs);
        this.#devices.read();
        return;
      }
      const readBacks = this.#grants.length > 0 ? this.#devices.readBacks() : [];
      this.#devices.command(guarded.commands);
      const writtenMs = clock.monotonicMs();
      this.#stages.add(
        {
          read: readMs,
          decode: decodedMs - tickedMs,
          step: thoughtMs - decodedMs,
          guard: guardedMs - thoughtMs,
          write: writtenMs - guardedMs,
        },
        tickedMs,
        image.nowMs,
      );
      this.#recorder?.add(before, { input, commands: guarded.commands, latenessMs });
      this.#report(image, guarded, readBacks);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** No deadline of ours has passed while the machine slept: nothing that is held here can be believed. Another loop begins. */
  #wakeUp(sleptMs: Ms): void {
    this.stop();
    this.#tell({
      code: "loop.machine-slept",
      level: "alarm",
      text: `the machine was asleep for ${Math.round(sleptMs / 1e3)} s; control begins afresh`,
      timeMs: this.#options.clock.nowMs(),
      facts: { sleptMs: Math.round(sleptMs) },
    });
    this.#emit({ type: "slept", forMs: sleptMs });
  }

  #isHeldBack(latenessMs: number, nowMs: MonotonicMs): boolean {
    return this.#holdBack.mustLook({
      latenessMs,
      nowMs,
      timeMs: this.#options.clock.nowMs(),
      cycles: this.#lateness.cycles,
      hasActed: this.#thinker.state !== undefined,
    });
  }

  /** A cycle that asks and writes nothing. */
  #look(image: SiteImage): void {
    this.#devices.read();
    this.#reporter.sayStatus(image, false);
  }

  /**
   * The plant controller was read, or had its chance. A process that takes over from another must not find the
   * breaker unknown, and drop the power it took over, only because it was quicker than the first reading.
   */
  #isPlantSettled({ plant, monotonicMs }: SiteImage): boolean {
    if (plant === undefined || plant.breakerClosed.quality === "good") return true;
    this.#startedMs ??= monotonicMs;
    return monotonicMs - this.#startedMs >= PLANT_PATIENCE_MS || this.#thinker.state !== undefined;
  }

  #freeze(): SiteImage {
    const { clock, config } = this.#options;
    const monotonicMs = clock.monotonicMs();
    return {
      monotonicMs,
      nowMs: clock.nowMs(),
      units: this.#devices.unitImages(monotonicMs),
      meter: this.#devices.meterImage(monotonicMs),
      feederMeters: this.#devices.feederMeterImages(monotonicMs),
      plant: config.plant === undefined ? undefined : this.#plant.image(monotonicMs, config.control.freshness.plantMs),
    };
  }

  /** After the writes: nothing here may hold them up. */
  #report(
    image: SiteImage,
    { commands, alarms }: ReturnType<ControlCore["guard"]>,
    readBacks: readonly UnitReadBack[],
  ): void {
    this.#reporter.report({
      image,
      explanation: this.#thinker.explanation,
      explanationBefore: this.#thinker.explanationBefore,
      guardAlarms: alarms,
      commands,
      grants: this.#grants,
      readBacks,
      ledger: this.#thinker.state?.ledger,
    });
    if (this.#grants.some((grant) => isExpired(grant, image.monotonicMs))) {
      this.#grants = this.#grants.filter((grant) => !isExpired(grant, image.monotonicMs));
    }
  }

  #takeLedger(): Pick<StepInput, "restoredLedger"> | undefined {
    const restoredLedger = this.#restoredLedger;
    this.#restoredLedger = undefined;
    return restoredLedger && { restoredLedger };
  }

  #latchGridOperatorLimit(limitW: Latches["gridOperatorLimitW"]): void {
    const isInForce = limitW !== undefined && (Number.isFinite(limitW.powerWMin) || Number.isFinite(limitW.powerWMax));
    const latched = isInForce ? limitW : undefined;
    this.#latches = { ...this.#latches, gridOperatorLimitW: latched };
    this.#options.emit({ type: "grid-operator-limit", limitW: latched });
  }

  /** Never reported as well: one alarm, safe values through the guard, and the error to the shell. */
  #giveUp(error: unknown): void {
    const { clock, config } = this.#options;
    this.#timer?.cancel();
    this.#recorder?.end();
    this.#tell({
      code: "loop.controller-error",
      level: "alarm",
      text: "the controller failed; units are commanded to their safe values and the loop ends",
      timeMs: clock.nowMs(),
      facts: { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) },
    });
    const safe = config.units.map((unit) => ({ unitId: unit.id, powerW: unit.safePowerW, reactiveVar: Var(0) }));
    try {
      const image = this.#image;
      if (image !== undefined) this.#devices.command(this.#core.guard(safe, image).commands);
    } catch {
      // What cannot even be guarded is not written: the units' own timers bring them to rest.
    }
    clock.after(LAST_WRITES_MS, () => {
      this.#devices.close();
      throw error;
    });
  }

  #loopStats(): LoopStats {
    return { ...this.#lateness.stats(), ...this.#stages.stats() };
  }

  #sayOverrun(latenessMs: number, missed: number): void {
    const { clock, config } = this.#options;
    const nowMs: MonotonicMs = clock.monotonicMs();
    if (nowMs - this.#overrunSaidMs < OVERRUN_EVERY_MS) return;
    this.#overrunSaidMs = nowMs;
    this.#tell({
      code: "loop.overrun",
      level: "warning",
      text: "the loop was held up and left out cycles",
      timeMs: clock.nowMs(),
      facts: { latenessMs: Math.round(latenessMs), missed, periodMs: config.control.periodMs },
    });
  }

  #tell(event: EdgeEvent): void {
    this.#emit({ type: "event", event });
  }

  #emit(output: LoopOutput): void {
    this.#options.emit(output);
  }
}

/** Well inside the timers by which units come to rest when nobody commands them. */
const PLANT_PATIENCE_MS = seconds(4);
const OVERRUN_EVERY_MS = seconds(10);
const LAST_WRITES_MS = Ms(500);
