import { type Hz, type MonotonicMs, type Ms, seconds, type UtcMs, type W } from "@penstock/protocol/units";
import type { SiteImage } from "../control/image.ts";
import type { Explanation } from "../control/step-types.ts";
import { type MeasuredResponse, measureResponse } from "./measure-response.ts";
import { SampleRing } from "./sample-ring.ts";

export interface EvidenceConfig {
  /** Outside these an event begins: 49.85 and 50.15 Hz are where the Australian market's does. */
  readonly triggerBelowHz: Hz;
  readonly triggerAboveHz: Hz;
}

/** What a frequency event looked like at this site. */
export interface FrequencyEvidence {
  readonly version: 1;
  /** The moment of the trigger, `20260101T120000.100Z`: the name of its file. */
  readonly id: string;
  readonly siteId: string;
  readonly triggerMs: UtcMs;
  readonly triggerHz: number;
  /** False while the ten minutes of the slow table are not over yet. */
  readonly isComplete: boolean;
  readonly services: readonly { readonly service: string; readonly contractedW: W }[];
  /** What the battery did beside what the contracted curves asked for; undefined where no service is contracted. */
  readonly response: MeasuredResponse | undefined;
  readonly columns: typeof COLUMNS;
  /** From 5 s before the trigger to 60 s after, every cycle (every 20 ms where the site runs at 20 ms). */
  readonly fast: readonly (readonly number[])[];
  /** From 5 s before to 600 s after, every second. Empty until it is over. */
  readonly slow: readonly (readonly number[])[];
}

/**
 * Columns of both tables: seconds since the trigger; at the meter; the batteries in sum; the wish before services; what the
 * services' curves ask for, and what the limits left of that. Powers + out; NaN is not known.
 */
export const COLUMNS = [
  "sinceTriggerS",
  "frequencyHz",
  "gridPowerW",
  "batteryPowerW",
  "wishW",
  "contractedResponseW",
  "allowedResponseW",
] as const;

export interface EvidenceOptions {
  readonly siteId: string;
  readonly periodMs: Ms;
  readonly trigger: EvidenceConfig;
  /** Called twice an event: when the fast table is whole, and when both are. */
  readonly emit: (evidence: FrequencyEvidence) => void;
}

/**
 * Remembers the last 65 s of every cycle and the last 605 s of every second, and freezes both around each frequency event.
 * While one is being recorded another cannot begin; it is inside the slow table of the first.
 */
export class FrequencyRecorder {
  readonly #options: EvidenceOptions;
  readonly #fast: SampleRing;
  readonly #slow = new SampleRing(COLUMNS.length, SLOW_S);
  #slowDueMs = Number.NEGATIVE_INFINITY;
  #isOutside = false;
  #event: RunningEvent | undefined;

  constructor(options: EvidenceOptions) {
    this.#options = options;
    this.#fast = new SampleRing(COLUMNS.length, Math.ceil(seconds(FAST_S) / options.periodMs));
  }

  add(image: SiteImage, explanation: Explanation): void {
    const { monotonicMs } = image;
    const row = rowOf(image, explanation);
    this.#fast.add(row);
    if (monotonicMs >= this.#slowDueMs) {
      this.#slowDueMs = Math.max(this.#slowDueMs + seconds(1), monotonicMs + seconds(0.5));
      this.#slow.add(row);
    }
    if (this.#event === undefined) this.#watch(image, explanation);
    else this.#continue(this.#event, monotonicMs);
  }

  #watch({ meter, monotonicMs, nowMs }: SiteImage, { services }: Explanation): void {
    // An unknown frequency is neither an event nor the end of one.
    if (meter.frequencyHz.quality === "missing") return;
    const { value: frequencyHz } = meter.frequencyHz;
    const { triggerBelowHz, triggerAboveHz } = this.#options.trigger;
    const wasOutside = this.#isOutside;
    this.#isOutside = frequencyHz < triggerBelowHz || frequencyHz > triggerAboveHz;
    if (!this.#isOutside || wasOutside) return;
    this.#event = {
      startedMs: monotonicMs,
      triggerMs: nowMs,
      triggerHz: frequencyHz,
      services: services.map(({ service, contractedW }) => ({ service, contractedW })),
      fast: undefined,
    };
  }

  #continue(event: RunningEvent, monotonicMs: MonotonicMs): void {
    const sinceMs = monotonicMs - event.startedMs;
    if (event.fast === undefined && sinceMs >= seconds(FAST_S - BEFORE_S)) {
      event.fast = since(event.startedMs, this.#fast.rows());
      this.#emit(event, event.fast, []);
    }
    if (sinceMs < seconds(SLOW_S - BEFORE_S)) return;
    this.#emit(event, event.fast ?? [], since(event.startedMs, this.#slow.rows()));
    this.#event = undefined;
  }

  #emit(event: RunningEvent, fast: readonly number[][], slow: readonly number[][]): void {
    const { triggerMs, triggerHz, services } = event;
    this.#options.emit({
      version: 1,
      id: new Date(triggerMs).toISOString().replaceAll(/[-:]/g, ""),
      siteId: this.#options.siteId,
      triggerMs,
      triggerHz,
      isComplete: slow.length > 0,
      services,
      response: services.length === 0 ? undefined : measureResponse(fast),
      columns: COLUMNS,
      fast,
      slow,
    });
  }
}

const BEFORE_S = 5;
const FAST_S = 65;
const SLOW_S = 605;

interface RunningEvent {
  readonly startedMs: MonotonicMs;
  readonly triggerMs: UtcMs;
  readonly triggerHz: number;
  readonly services: FrequencyEvidence["services"];
  fast: readonly number[][] | undefined;
}

/** A sample of this cycle. The first column holds the monotonic clock until an event gives it a zero. */
function rowOf({ monotonicMs, meter, units }: SiteImage, { wishW, services }: Explanation): number[] {
  let batteryW = 0;
  for (const { powerW } of units) batteryW += powerW.quality === "missing" ? Number.NaN : powerW.value;
  let wantedW = 0;
  let allowedW = 0;
  for (const service of services) {
    wantedW += service.wantedW;
    allowedW += service.deliveredW;
  }
  const { frequencyHz, powerW } = meter;
  return [
    monotonicMs,
    frequencyHz.quality === "missing" ? Number.NaN : frequencyHz.value,
    powerW.quality === "missing" ? Number.NaN : powerW.value,
    batteryW,
    wishW,
    wantedW,
    allowedW,
  ];
}

const since = (startedMs: MonotonicMs, rows: number[][]): number[][] =>
  rows.map(([atMs = 0, ...rest]) => [Math.round(atMs - startedMs) / 1e3, ...rest]);
