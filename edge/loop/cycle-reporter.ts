import { type MonotonicMs, seconds } from "@penstock/protocol/units";
import { capabilityHash } from "../config/capability-hash.ts";
import type { SiteConfig } from "../config/site-config.ts";
import type { EnergyLedger } from "../control/energy-ledger.ts";
import type { SiteImage } from "../control/image.ts";
import type { CoreAlarm, Explanation, Grant, UnitCommand } from "../control/step-types.ts";
import { FrequencyRecorder } from "../recorder/frequency-evidence.ts";
import { AlarmEdges } from "./alarm-edges.ts";
import { LeaseFollower } from "./lease-follower.ts";
import type { LoopOutput, LoopStats, SiteStatus } from "./loop-types.ts";
import type { UnitReadBack } from "./read-back-watch.ts";
import { Telemetry } from "./telemetry.ts";

export interface CycleReporterOptions {
  readonly config: SiteConfig;
  readonly emit: (output: LoopOutput) => void;
  readonly status: () => SiteStatus;
  readonly loopStats: () => LoopStats;
}

/** What there is to report of one cycle, after its writes. */
export interface ReportedCycle {
  readonly image: SiteImage;
  readonly explanation: Explanation;
  /** Of the cycle before; undefined for the first. */
  readonly explanationBefore: Explanation | undefined;
  readonly guardAlarms: readonly CoreAlarm[];
  readonly commands: readonly UnitCommand[];
  readonly grants: readonly Grant[];
  /** Of the set-points of the cycle before, as it stood when this one began to write; empty without grants. */
  readonly readBacks: readonly UnitReadBack[];
  readonly ledger: EnergyLedger | undefined;
}

/** Tells whoever is above what became of a cycle: alarms, status, leases' progress, records, evidence. Decides nothing. */
export class CycleReporter {
  readonly #options: CycleReporterOptions;
  readonly #capability: string;
  readonly #telemetry: Telemetry;
  readonly #frequency: FrequencyRecorder | undefined;
  readonly #leases = new LeaseFollower();
  readonly #alarms = new AlarmEdges();
  readonly #commandedW = new Map<string, number>();
  #statusDueMs = Number.NEGATIVE_INFINITY;
  #ledgerDueMs = Number.NEGATIVE_INFINITY;

  constructor(options: CycleReporterOptions) {
    const { config, emit } = options;
    this.#options = options;
    this.#capability = capabilityHash(config);
    this.#telemetry = new Telemetry(config);
    this.#frequency =
      config.evidence &&
      new FrequencyRecorder({
        siteId: config.siteId,
        periodMs: config.control.periodMs,
        trigger: config.evidence,
        emit: (evidence) => emit({ type: "evidence", evidence }),
      });
  }

  report(cycle: ReportedCycle): void {
    const { emit } = this.#options;
    const { image, explanation, explanationBefore, guardAlarms, commands, grants, readBacks } = cycle;
    for (let index = 0; index < commands.length; index++) {
      const command = commands[index] as UnitCommand;
      if (this.#commandedW.get(command.unitId) !== command.powerW) this.#commandedW.set(command.unitId, command.powerW);
    }
    this.#frequency?.add(image, explanation);
    const alarms = this.#alarms.edges([explanation.alarms, guardAlarms], image.nowMs);
    for (const event of alarms) emit({ type: "event", event });
    this.sayStatus(image, explanationBefore === undefined || !isSameShape(explanationBefore, explanation));
    this.#keepLedger(cycle.ledger, image.monotonicMs);
    if (grants.length > 0) {
      const reached = this.#leases.progress(image, explanation, grants, readBacks);
      for (const progress of reached) emit({ type: "lease-progress", progress });
    }
    const records = this.#telemetry.records(
      image.monotonicMs,
      image.nowMs,
      () => ({ image, explanation, grants, loop: this.#options.loopStats(), capability: this.#capability }),
      this.#commandedW,
    );
    if (records.length > 0) emit({ type: "records", records });
  }

  /** Once a second, or at once. */
  sayStatus({ monotonicMs }: SiteImage, atOnce: boolean): void {
    if (!atOnce && monotonicMs < this.#statusDueMs) return;
    this.#statusDueMs = monotonicMs + STATUS_EVERY_MS;
    this.#options.emit({ type: "status", status: this.#options.status() });
  }

  /** Leases that are no longer held need not be followed. */
  follow(grants: readonly Grant[]): void {
    this.#leases.keepOnly(grants);
  }

  #keepLedger(ledger: EnergyLedger | undefined, nowMs: MonotonicMs): void {
    if (ledger === undefined || nowMs < this.#ledgerDueMs) return;
    this.#ledgerDueMs = nowMs + LEDGER_EVERY_MS;
    this.#options.emit({ type: "ledger", ledger });
  }
}

const STATUS_EVERY_MS = seconds(1);
/** What is lost with a process in between is not lost: the units' own counters know it. */
const LEDGER_EVERY_MS = seconds(60);

/** Whether the same wish was shaped by the same limits: figures may differ. */
function isSameShape(a: Explanation, b: Explanation): boolean {
  if (a.source !== b.source || a.leaseId !== b.leaseId || a.because.length !== b.because.length) return false;
  for (let i = 0; i < a.because.length; i++) if (a.because[i]?.limit !== b.because[i]?.limit) return false;
  return true;
}
