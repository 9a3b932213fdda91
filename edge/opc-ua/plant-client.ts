import type { CodedError } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import { type Clock, sleep } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import type { EdgeEvent, PlantReading } from "../loop/loop-types.ts";
import { type NodeValue, plantReading } from "./plant-reading.ts";
import { ServerClock } from "./server-clock.ts";
import { isPassing, ServerTrouble, troubleOf } from "./server-trouble.ts";

/** A connection that is up. Whatever goes wrong with it, it is thrown away whole. */
export interface PlantSession {
  read(): Promise<readonly NodeValue[]>;
  close(): Promise<void>;
}

export interface PlantClientOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly readEveryMs: Ms;
  /** Opens one session or throws. */
  readonly connect: () => Promise<PlantSession>;
  readonly onReading: (reading: PlantReading) => void;
  /** At every attempt that failed, and when a session ends. */
  readonly onLost: (error: CodedError) => void;
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
  #saidCode: string | undefined;
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
    const { clock, connect, onReading, onLost, readEveryMs } = this.#options;
    const serverClock = new ServerClock(clock);
    let session: PlantSession | undefined;
    let reads = 0;
    try {
      session = await connect();
      while (!this.#isStopping) {
        const startMs = clock.monotonicMs();
        const values = await within(clock, Ms(Math.max(1_000, 4 * readEveryMs)), session.read());
        serverClock.look(newestServerMs(values));
        onReading(plantReading(values, startMs, serverClock));
        if (reads++ === 0) this.#tell("plant.connected", "info", "the plant controller is read", {});
        await sleep(clock, Ms(Math.max(0, startMs + readEveryMs - clock.monotonicMs())));
      }
    } catch (thrown) {
      const error = troubleOf(thrown, reads > 0 ? "opc-ua.session-lost" : undefined);
      onLost(error);
      // Said when it begins and when it becomes something to see to, not at every attempt; meanwhile the readings grow old.
      const isAnother = error.code !== this.#saidCode && !isPassing(error);
      if (reads > 0 || failures === 0 || isAnother) {
        const { code: trouble, ...facts } = error;
        this.#tell("plant.disconnected", "alarm", `the plant controller cannot be read: ${trouble}`, {
          ...facts,
          trouble,
        });
        this.#saidCode = error.code;
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
    const timer = clock.after(deadlineMs, () => reject(new ServerTrouble({ code: "opc-ua.silent", deadlineMs })));
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}

const newestServerMs = (values: readonly NodeValue[]): number | undefined => {
  const stamps = values.flatMap(({ serverTimestampMs }) => serverTimestampMs ?? []);
  return stamps.length === 0 ? undefined : Math.max(...stamps);
};
