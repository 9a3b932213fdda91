import type { SiteTruth } from "./site-truth.ts";

/** One look at the point of connection. */
export interface PowerSample {
  readonly atMs: number;
  readonly frequencyHz: number;
  /** + export. */
  readonly gridPowerW: number;
  readonly batteryPowerW: number;
}

/** What the plant really did, step by step, while somebody wants to know: bounded, the oldest goes first. */
export class PowerLog {
  readonly #samples: PowerSample[] = [];
  readonly #samplesMax: number;
  #next = 0;

  constructor(samplesMax = 50_000) {
    this.#samplesMax = samplesMax;
  }

  /** Oldest first. */
  get samples(): readonly PowerSample[] {
    return [...this.#samples.slice(this.#next), ...this.#samples.slice(0, this.#next)];
  }

  add({ elapsedMs, frequencyHz, gridPowerW, batteryPowerW }: SiteTruth): void {
    const sample = { atMs: elapsedMs, frequencyHz, gridPowerW, batteryPowerW };
    if (this.#samples.length < this.#samplesMax) this.#samples.push(sample);
    else {
      this.#samples[this.#next] = sample;
      this.#next = (this.#next + 1) % this.#samplesMax;
    }
  }
}
