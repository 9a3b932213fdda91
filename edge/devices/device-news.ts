import type { Clock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import type { EdgeEvent } from "../loop/loop-types.ts";

/** What there is to say of one device, each thing at most once in ten seconds: a fault that repeats each cycle is one fault. */
export class DeviceNews {
  readonly #device: string;
  readonly #clock: Clock;
  readonly #onEvent: (event: EdgeEvent) => void;
  readonly #toldAtMs = new Map<string, number>();

  constructor(device: string, clock: Clock, onEvent: (event: EdgeEvent) => void) {
    this.#device = device;
    this.#clock = clock;
    this.#onEvent = onEvent;
  }

  /** `said` goes on from the device's name. */
  tell(code: string, level: EdgeEvent["level"], said: string, facts: Readonly<Record<string, unknown>>): void {
    const nowMs = this.#clock.monotonicMs();
    const toldAtMs = this.#toldAtMs.get(code);
    if (toldAtMs !== undefined && nowMs - toldAtMs < REPEAT_MS) return;
    this.#toldAtMs.set(code, nowMs);
    this.#onEvent({
      code,
      level,
      text: `${this.#device}${said}`,
      timeMs: this.#clock.nowMs(),
      facts: { ...facts, device: this.#device },
    });
  }
}

const REPEAT_MS = seconds(10);
