import type { Rng } from "@penstock/protocol/rng";
import { type Clock, sleep } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import type { EdgeEvent, PlantReading } from "../loop/loop-types.ts";
import { type NodeValue, plantReading } from "./plant-reading.ts";

/** A connection that is up. Whatever goes wrong with it, it is thrown away whole. */
export interface PlantSession {
  read(): Promise<readonly NodeValue[]>;
  close(): Promise<void>;
}

export interface PlantClientOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly readEveryMs: Ms;
  /** Opens one session or throws; what it throws has a message for a person. */
  readonly connect: () => Promise<PlantSession>;
  readonly onReading: (reading: PlantReading) => void;
  readonly onEvent: (event: EdgeEvent) => void;
}

/**
 * Reads the plant controller again and again. One session at a time, by construction: the next one is opened
 * only after the last one is closed, after a pause that doubles from half a second to ten. A read that fails
 * or takes too long ends the session: repairing one in place is where OPC UA clients go deaf for ever.
 */
export class PlantClient {
  readonly #options: PlantClientOptions;
  #isStopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PlantClientOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Answers when the session is closed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, rng } = this.#options;
    let failures = 0;
    while (!this.#isStopping) {
      const reads = await this.#session(failures);
      failures = reads > 0 ? 1 : failures + 1;
      const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** (failures - 1));
      if (!this.#isStopping) await sleep(clock, Ms(pauseMs * rng.between(0.5, 1)));
    }
  }

  /** From opening to closing; how many batches it brought. */
  async #session(failures: number): Promise<number> {
    const { clock, connect, onReading, readEveryMs } = this.#options;
    let session: PlantSession | undefined;
    let reads = 0;
    try {
      session = await connect();
      while (!this.#isStopping) {
        const startMs = clock.monotonicMs();
        const values = await within(clock, Ms(Math.max(1_000, 4 * readEveryMs)), session.read());
        onReading(plantReading(values, startMs));
        if (reads++ === 0) this.#tell("plant.connected", "info", "the plant controller is read", {});
        await sleep(clock, Ms(Math.max(0, startMs + readEveryMs - clock.monotonicMs())));
      }
    } catch (error) {
      // Said when it begins, not at every attempt; while it lasts the loop sees the readings grow old.
      if (reads > 0 || failures === 0) {
        this.#tell("plant.disconnected", "alarm", "the plant controller cannot be read", { cause: messageOf(error) });
      }
    }
    // A close that hangs must not keep us from the next session; its sockets are gone with its client.
    if (session !== undefined) await within(clock, CLOSE_MS, session.close()).catch(() => {});
    return reads;
  }

  #tell(code: string, level: EdgeEvent["level"], text: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.onEvent({ code, level, text, timeMs: this.#options.clock.nowMs(), facts });
  }
}

const PAUSE_MS_MIN = 500;
const PAUSE_MS_MAX = 10_000;
const CLOSE_MS = Ms(3_000);

function within<T>(clock: Clock, deadlineMs: Ms, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(deadlineMs, () => reject(new Error(`no answer within ${deadlineMs} ms`)));
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
