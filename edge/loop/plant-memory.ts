import { type CodedError, describeError } from "@penstock/protocol/result";
import { type Celsius, type MonotonicMs, Ms, type W } from "@penstock/protocol/units";
import {
  type AgcSignal,
  good,
  missing,
  type PlantImage,
  type PowerInterval,
  type Reading,
  stale,
} from "../control/image.ts";
import type { DeviceStatus, PlantReading } from "./loop-types.ts";

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
  #newest: PlantReading | undefined;
  #readings = 0;
  #losses = 0;
  #lost: CodedError | undefined;
  #lastError: string | undefined;

  /** True when the grid operator's limit is another one than before. */
  remember(reading: PlantReading): boolean {
    const { readAtMonotonicMs: atMs, breakerClosed, transformerTemperatureC, gridOperatorLimitW } = reading;
    const setpointW = reading.gridOperatorSetpointW;
    this.#newest = reading;
    this.#readings++;
    this.#lost = undefined;
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

  /** It cannot be read, until it is. */
  lost(error: CodedError): void {
    this.#losses++;
    this.#lost = error;
    this.#lastError = describeError(error);
  }

  image(nowMs: MonotonicMs, freshMs: Ms): PlantImage {
    return {
      breakerClosed: this.#read("breakerClosed", this.#breakerClosed, nowMs, freshMs),
      transformerTemperatureC: this.#read("transformerTemperatureC", this.#transformerTemperatureC, nowMs, freshMs),
      gridOperatorLimitW: this.#read("gridOperatorLimitW", this.#gridOperatorLimitW, nowMs, freshMs),
      agc: this.#agc && this.#read("agc", this.#agc, nowMs, freshMs),
      gridOperatorSetpointW:
        this.#gridOperatorSetpointW && this.#read("gridOperatorSetpointW", this.#gridOperatorSetpointW, nowMs, freshMs),
    };
  }

  /** How the talk goes, as of a device. */
  status(id: string, driver: string, nowMs: MonotonicMs): DeviceStatus {
    const newest = this.#newest;
    return {
      id,
      driver,
      state: this.#lost !== undefined ? "lost" : newest === undefined ? "connecting" : "ready",
      lastReadAgeMs: newest && Ms(nowMs - newest.readAtMonotonicMs),
      requests: this.#readings + this.#losses,
      timeouts: this.#losses,
      exceptions: 0,
      lastError: this.#lastError,
      clockSkewMs: newest?.clockSkewMs,
    };
  }

  #read<T>(
    field: keyof PlantImage,
    remembered: Remembered<T> | undefined,
    nowMs: MonotonicMs,
    freshMs: Ms,
  ): Reading<T> {
    const ageMs = remembered === undefined ? Number.POSITIVE_INFINITY : Math.max(0, nowMs - remembered.atMs);
    if (remembered !== undefined && ageMs <= freshMs) return good(remembered.value, Ms(ageMs));
    const why = this.#why(field, nowMs, freshMs);
    if (remembered === undefined) return missing(why === NO_ANSWER ? "never read" : `never read: ${why}`);
    return ageMs > 3 * freshMs ? missing(why) : stale(remembered.value, Ms(ageMs), why);
  }

  /** What keeps a newer value away. */
  #why(field: keyof PlantImage, nowMs: MonotonicMs, freshMs: Ms): string {
    if (this.#lost !== undefined) return this.#lost.code;
    const newest = this.#newest;
    if (newest === undefined) return NO_ANSWER;
    const heardMs = newest.readAtMonotonicMs + (newest.sourceAgeMs ?? 0);
    // An answer that is new and tells of old values: the fault lies behind the server.
    return newest.flaws?.[field] ?? (nowMs - heardMs <= freshMs ? "its source time is too old" : NO_ANSWER);
  }
}

interface Remembered<T> {
  readonly value: T;
  readonly atMs: MonotonicMs;
}

const NO_ANSWER = "no answer";
