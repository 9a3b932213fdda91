import type { Celsius, MonotonicMs, Ms, W } from "@penstock/protocol/units";
import {
  type AgcSignal,
  good,
  missing,
  type PlantImage,
  type PowerInterval,
  type Reading,
  stale,
} from "../control/image.ts";
import type { PlantReading } from "./loop-types.ts";

/**
 * What the plant controller last really said, value by value. A value that could not be read keeps its old
 * moment and so grows old.
 */
export class PlantMemory {
  #breakerClosed: Remembered<boolean> | undefined;
  #transformerTemperatureC: Remembered<Celsius> | undefined;
  #gridOperatorLimitW: Remembered<PowerInterval> | undefined;
  #agc: Remembered<AgcSignal> | undefined;
  #gridOperatorSetpointW: Remembered<W | "none"> | undefined;

  /** True when the grid operator's limit is another one than before. */
  remember(reading: PlantReading): boolean {
    const { readAtMonotonicMs: atMs, breakerClosed, transformerTemperatureC, gridOperatorLimitW } = reading;
    const setpointW = reading.gridOperatorSetpointW;
    if (breakerClosed !== undefined) this.#breakerClosed = { value: breakerClosed, atMs };
    if (transformerTemperatureC !== undefined) {
      this.#transformerTemperatureC = { value: transformerTemperatureC as Celsius, atMs };
    }
    if (reading.agc !== undefined) this.#agc = { value: reading.agc, atMs };
    if (setpointW !== undefined) this.#gridOperatorSetpointW = { value: setpointW, atMs };
    if (gridOperatorLimitW === undefined) return false;
    const before = this.#gridOperatorLimitW?.value;
    this.#gridOperatorLimitW = { value: gridOperatorLimitW, atMs };
    return before?.powerWMin !== gridOperatorLimitW.powerWMin || before.powerWMax !== gridOperatorLimitW.powerWMax;
  }

  image(nowMs: MonotonicMs, freshMs: Ms): PlantImage {
    return {
      breakerClosed: readingOf(this.#breakerClosed, nowMs, freshMs),
      transformerTemperatureC: readingOf(this.#transformerTemperatureC, nowMs, freshMs),
      gridOperatorLimitW: readingOf(this.#gridOperatorLimitW, nowMs, freshMs),
      agc: this.#agc && readingOf(this.#agc, nowMs, freshMs),
      gridOperatorSetpointW: this.#gridOperatorSetpointW && readingOf(this.#gridOperatorSetpointW, nowMs, freshMs),
    };
  }
}

interface Remembered<T> {
  readonly value: T;
  readonly atMs: MonotonicMs;
}

function readingOf<T>(remembered: Remembered<T> | undefined, nowMs: MonotonicMs, freshMs: Ms): Reading<T> {
  if (remembered === undefined) return missing("never read");
  const ageMs = Math.max(0, nowMs - remembered.atMs) as Ms;
  if (ageMs > 3 * freshMs) return missing("no answer");
  return ageMs > freshMs ? stale(remembered.value, ageMs, "no answer") : good(remembered.value, ageMs);
}
