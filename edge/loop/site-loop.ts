import { fail, invariant, ok } from "@penstock/protocol/result";
import { type Clock, onGrid, type Timer } from "@penstock/protocol/time";
import { type MonotonicMs, Ms, seconds, Var } from "@penstock/protocol/units";
import { capabilityHash } from "../config/capability-hash.ts";
import type { MeterConfig, SiteConfig, UnitConfig } from "../config/site-config.ts";
import type { CoreState } from "../control/core-state.ts";
import type { EnergyLedger } from "../control/energy-ledger.ts";
import type { SiteImage } from "../control/image.ts";
import { spelledOut } from "../control/reason.ts";
import type { CoreAlarm, Explanation, Grant, Latches, StepInput, UnitCommand } from "../control/step-types.ts";
import { whyNot } from "../control/why-not.ts";
import { whyUnit } from "../control/why-unit.ts";
import { CycleRecorder } from "../recorder/cycle-recorder.ts";
import { FrequencyRecorder } from "../recorder/frequency-evidence.ts";
import type { RegisterTransport } from "../transports/register-transport.ts";
import { AlarmEdges } from "./alarm-edges.ts";
import { type ControlCore, siteCore } from "./control-core.ts";
import { Lateness } from "./lateness.ts";
import { isExpired, LeaseFollower } from "./lease-follower.ts";
import type { LoopAnswer, LoopQuestion } from "./loop-question.ts";
import type { EdgeEvent, LoopInput, LoopOutput, LoopStats, SiteStatus } from "./loop-types.ts";
import { NOT_DECIDED } from "./not-decided.ts";
import { PlantMemory } from "./plant-memory.ts";
import { SiteDevices } from "./site-devices.ts";
import { StageWatch } from "./stage-watch.ts";
import { Telemetry } from "./telemetry.ts";

/** The loop's view of its supervisor: it is told the count of cycles, and may withhold the heartbeat, which is every write. */
export interface Supervision {
  report(cycles: number, nowMs: MonotonicMs): void;
  mayCommand(nowMs: MonotonicMs): boolean;
}

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
  readonly #devices: SiteDevices;
  readonly #plant = new PlantMemory();
  readonly #lateness: Lateness;
  readonly #stages: StageWatch;
  readonly #telemetry: Telemetry;
  readonly #capability: string;
  readonly #recorder: CycleRecorder | undefined;
  readonly #frequency: FrequencyRecorder | undefined;
  readonly #leases = new LeaseFollower();
  readonly #alarms = new AlarmEdges();
  readonly #commandedW = new Map<string, number>();
  #timer: Timer | undefined;
  #state: CoreState | undefined;
  /** What the core was last given, for who asks about it. */
  #lastThought: { readonly before: CoreState; readonly input: StepInput } | undefined;
  #grants: readonly Grant[];
  #latches: Latches;
  #image: SiteImage | undefined;
  #explanation: Explanation | undefined;
  #explanationBefore: Explanation | undefined;
  #startedMs: MonotonicMs | undefined;
  #statusDueMs = Number.NEGATIVE_INFINITY;
  #isWithheld = false;
  /** Until then the loop only looks, because it was held up. */
  #lookUntilMs = Number.NEGATIVE_INFINITY;
  /** For a while nobody knows what the units were told: go on from what they are measured to do. */
  #mustResume = false;
  #restoredLedger: EnergyLedger | undefined;
  #ledgerDueMs = Number.NEGATIVE_INFINITY;
  #overrunSaidMs = Number.NEGATIVE_INFINITY;

  constructor(options: SiteLoopOptions) {
    const { clock, config, transportFor } = options;
    this.#options = options;
    this.#core = options.core ?? siteCore;
    this.#grants = options.initialGrants;
    this.#latches = options.initialLatches;
    this.#lateness = new Lateness(config.control.periodMs);
    this.#stages = new StageWatch(config.control.periodMs, (event) => this.#tell(event));
    this.#telemetry = new Telemetry(config);
    this.#capability = capabilityHash(config);
    const { recorder, evidence } = config;
    this.#recorder = recorder && new CycleRecorder(config.control, (chunk) => this.#emit({ type: "recording", chunk }));
    this.#frequency =
      evidence &&
      new FrequencyRecorder({
        siteId: config.siteId,
        periodMs: config.control.periodMs,
        trigger: evidence,
        emit: (frozen) => this.#emit({ type: "evidence", evidence: frozen }),
      });
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
        this.#leases.keepOnly(input.grants);
        return;
      case "latches":
        this.#latches = input.latches;
        return;
      case "plant":
        if (this.#plant.remember(input.reading)) this.#latchGridOperatorLimit(input.reading.gridOperatorLimitW);
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
    if (this.#lastThought === undefined) {
      answer(fail({ code: "loop.not-decided" }));
      return;
    }
    const { before, input } = this.#lastThought;
    const { control } = this.#options.config;
    answer(
      ok(
        question.about === "why-not"
          ? whyNot(before, input, control, question.powerW)
          : whyUnit(before, input, control, question.unit),
      ),
    );
  }

  status(): SiteStatus {
    const image = this.#image ?? this.#freeze();
    return {
      timeMs: image.nowMs,
      image,
      plant: image.plant,
      explanation: spelledOut(this.#explanation ?? NOT_DECIDED),
      loop: this.#loopStats(),
      devices: this.#devices.status(),
    };
  }

  #tick(latenessMs: number, missed: number): void {
    const { clock } = this.#options;
    this.#lateness.add(latenessMs, missed);
    if (missed > 0) this.#sayOverrun(latenessMs, missed);
    const tickedMs = clock.monotonicMs();
    const readMs = this.#devices.roundMs(tickedMs);
    try {
      const image = this.#freeze();
      const decodedMs = clock.monotonicMs();
      this.#image = image;
      if (!this.#devices.areSettled || !this.#isPlantSettled(image)) {
        this.#devices.read();
        this.#sayStatus(image, false);
        return;
      }
      if (this.#isHeldBack(latenessMs, tickedMs)) {
        this.#mustResume = true;
        this.#devices.read();
        this.#sayStatus(image, false);
        return;
      }
      const before = this.#stateToGoOnFrom(image);
      const input = { image, grants: this.#grants, latches: this.#latches, ...this.#takeLedger() };
      const wanted = this.#think(before, input);
      const thoughtMs = clock.monotonicMs();
      const guarded = this.#core.guard(wanted, image);
      const guardedMs = clock.monotonicMs();
      // A process that stood still between the thought and the deed must not do the deed.
      if (guardedMs - tickedMs > Math.max(HELD_UP_MS, 3 * this.#options.config.control.periodMs)) {
        this.#mustResume = true;
        this.#lookUntilMs = guardedMs + LOOK_MS;
        this.#devices.read();
        return;
      }
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
      for (const command of guarded.commands) this.#commandedW.set(command.unitId, command.powerW);
      this.#recorder?.add(before, { input, commands: guarded.commands, latenessMs });
      this.#report(image, guarded.alarms);
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /**
   * A loop that was stopped for longer than a moment looks before it acts: what it holds is old, and the units' own timers
   * may have run out. One whose supervisor is silent looks and never acts: the units' timers do.
   */
  #isHeldBack(latenessMs: number, nowMs: MonotonicMs): boolean {
    const { clock, config, supervision } = this.#options;
    const { periodMs } = config.control;
    supervision?.report(this.#lateness.cycles, nowMs);
    if (latenessMs > Math.max(HELD_UP_MS, 3 * periodMs)) this.#lookUntilMs = nowMs + Math.max(LOOK_MS, 3 * periodMs);
    const isWithheld = supervision?.mayCommand(nowMs) === false;
    if (isWithheld !== this.#isWithheld && (this.#state !== undefined || !isWithheld)) {
      this.#isWithheld = isWithheld;
      this.#tell({
        code: isWithheld ? "loop.heartbeat-withheld" : "loop.heartbeat-restored",
        level: isWithheld ? "alarm" : "info",
        text: isWithheld
          ? "the supervisor withholds the heartbeat: nothing is written, the units come to rest by their own timers"
          : "the supervisor permits the heartbeat again; the loop goes on from what is measured",
        timeMs: clock.nowMs(),
        facts: {},
      });
    }
    return isWithheld || nowMs < this.#lookUntilMs;
  }

  #stateToGoOnFrom(image: SiteImage): CoreState {
    const state = this.#state;
    const mustResume = this.#mustResume;
    this.#mustResume = false;
    if (state === undefined) return this.#core.begin(image);
    if (!mustResume) return state;
    // What a recording holds goes on from cycle to cycle; here it does not.
    this.#recorder?.end();
    const { targetW, unitPowerW } = this.#core.begin(image);
    return { ...state, monotonicMs: image.monotonicMs, targetW, unitPowerW };
  }

  /**
   * The plant controller was read, or had its chance. A process that takes over from another must not find the
   * breaker unknown, and drop the power it took over, only because it was quicker than the first reading.
   */
  #isPlantSettled({ plant, monotonicMs }: SiteImage): boolean {
    if (plant === undefined || plant.breakerClosed.quality === "good") return true;
    this.#startedMs ??= monotonicMs;
    return monotonicMs - this.#startedMs >= PLANT_PATIENCE_MS || this.#state !== undefined;
  }

  #freeze(): SiteImage {
    const { clock, config } = this.#options;
    const monotonicMs = clock.monotonicMs();
    const feederMeters = this.#devices.feederMeterImages(monotonicMs);
    return {
      monotonicMs,
      nowMs: clock.nowMs(),
      units: this.#devices.unitImages(monotonicMs),
      meter: this.#devices.meterImage(monotonicMs),
      ...(feederMeters && { feederMeters }),
      plant: config.plant === undefined ? undefined : this.#plant.image(monotonicMs, config.control.freshness.plantMs),
    };
  }

  #think(before: CoreState, input: StepInput): readonly UnitCommand[] {
    this.#lastThought = { before, input };
    const { state, commands, explanation } = this.#core.step(before, input, this.#options.config.control);
    this.#state = state;
    this.#explanationBefore = this.#explanation;
    this.#explanation = explanation;
    return commands;
  }

  /** After the writes: nothing here may hold them up. */
  #report(image: SiteImage, guardAlarms: readonly CoreAlarm[]): void {
    const { emit } = this.#options;
    const explanation = this.#explanation ?? NOT_DECIDED;
    const grants = this.#grants;
    const before = this.#explanationBefore;
    this.#frequency?.add(image, explanation);
    for (const event of this.#alarms.edges([explanation.alarms, guardAlarms], image.nowMs)) this.#tell(event);
    this.#sayStatus(image, before === undefined || !isSameShape(before, explanation));
    this.#keepLedger(image.monotonicMs);
    if (grants.length > 0) {
      for (const progress of this.#leases.progress(image, explanation, grants))
        emit({ type: "lease-progress", progress });
      if (grants.some((grant) => isExpired(grant, image.monotonicMs))) {
        this.#grants = grants.filter((grant) => !isExpired(grant, image.monotonicMs));
      }
    }
    const records = this.#telemetry.records(
      image.monotonicMs,
      image.nowMs,
      () => ({ image, explanation, grants, loop: this.#loopStats(), capability: this.#capability }),
      this.#commandedW,
    );
    if (records.length > 0) emit({ type: "records", records });
  }

  #takeLedger(): Pick<StepInput, "restoredLedger"> | undefined {
    const restoredLedger = this.#restoredLedger;
    this.#restoredLedger = undefined;
    return restoredLedger && { restoredLedger };
  }

  #keepLedger(nowMs: MonotonicMs): void {
    const ledger = this.#state?.ledger;
    if (ledger === undefined || nowMs < this.#ledgerDueMs) return;
    this.#ledgerDueMs = nowMs + LEDGER_EVERY_MS;
    this.#options.emit({ type: "ledger", ledger });
  }

  #sayStatus(image: SiteImage, atOnce: boolean): void {
    if (!atOnce && image.monotonicMs < this.#statusDueMs) return;
    this.#statusDueMs = image.monotonicMs + STATUS_EVERY_MS;
    this.#options.emit({ type: "status", status: this.status() });
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
const STATUS_EVERY_MS = seconds(1);
/** What is lost with a process in between is not lost: the units' own counters know it. */
const LEDGER_EVERY_MS = seconds(60);
const HELD_UP_MS = Ms(300);
const LOOK_MS = Ms(300);
const OVERRUN_EVERY_MS = seconds(10);
const LAST_WRITES_MS = Ms(500);

/** Whether the same wish was shaped by the same limits: figures may differ. */
function isSameShape(a: Explanation, b: Explanation): boolean {
  if (a.source !== b.source || a.leaseId !== b.leaseId || a.because.length !== b.because.length) return false;
  for (let i = 0; i < a.because.length; i++) if (a.because[i]?.limit !== b.because[i]?.limit) return false;
  return true;
}
