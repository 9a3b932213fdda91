import type { CodedError } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import type { MonotonicMs } from "@penstock/protocol/units";
import { Ms, MonotonicMs as monotonicMs } from "@penstock/protocol/units";
import type { NodeAnswer, NodeRequest, NodeValue } from "../transports/node-link.ts";
import { troubleOf } from "./server-trouble.ts";

/** A session with the device's nodes found, in the order of its map. Whatever goes wrong, it is thrown away whole. */
export interface NodeSession {
  read(nodes: readonly number[]): Promise<NodeBatch>;
  /** The first status that is not Good, by name; undefined when all were taken. */
  write(nodes: readonly number[], values: readonly number[]): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface NodeBatch {
  readonly values: readonly NodeValue[];
  readonly clockSkewMs: number | undefined;
}

export interface DeviceNodesOptions {
  readonly clock: Clock;
  readonly connect: () => Promise<NodeSession>;
  readonly answer: (answer: NodeAnswer) => void;
}

/**
 * Answers the loop's requests over one session at a time: it is opened when first asked, after a pause that doubles
 * from half a second to eight while opening fails, and thrown away at the first error or when the loop has given up
 * waiting. A request that finds no session is told so at once; the loop asks again soon enough.
 */
export class DeviceNodes {
  readonly #options: DeviceNodesOptions;
  #session: NodeSession | undefined;
  #opening: Promise<void> | undefined;
  #failures = 0;
  #retryAtMs: MonotonicMs = monotonicMs(Number.NEGATIVE_INFINITY);
  #why: CodedError = { code: "opc-ua.connecting" };

  constructor(options: DeviceNodesOptions) {
    this.#options = options;
  }

  async hear(request: NodeRequest): Promise<void> {
    const session = this.#session;
    if (request.kind === "reset") return this.#drop(session, { code: "opc-ua.silent" });
    if (session === undefined) {
      this.#open();
      return this.#options.answer({ id: request.id, ok: false, refused: false, error: this.#why });
    }
    try {
      if (request.kind === "read") {
        this.#options.answer({ id: request.id, ok: true, ...(await session.read(request.nodes)) });
        return;
      }
      const refused = await session.write(request.nodes, request.values);
      this.#options.answer(
        refused === undefined
          ? { id: request.id, ok: true, values: [] }
          : { id: request.id, ok: false, refused: true, status: refused },
      );
    } catch (thrown) {
      const error = troubleOf(thrown, "opc-ua.session-lost");
      this.#options.answer({ id: request.id, ok: false, refused: false, error });
      await this.#drop(session, error);
    }
  }

  async close(): Promise<void> {
    await this.#opening;
    await this.#drop(this.#session, { code: "opc-ua.session-lost" });
  }

  #open(): void {
    const { clock, connect } = this.#options;
    if (this.#opening !== undefined || clock.monotonicMs() < this.#retryAtMs) return;
    this.#opening = connect()
      .then((session) => {
        this.#session = session;
        this.#failures = 0;
      })
      .catch((thrown) => {
        this.#why = troubleOf(thrown);
        const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** this.#failures++);
        this.#retryAtMs = monotonicMs(clock.monotonicMs() + Ms(pauseMs));
      })
      .finally(() => {
        this.#opening = undefined;
      });
  }

  async #drop(session: NodeSession | undefined, why: CodedError): Promise<void> {
    if (session === undefined || this.#session !== session) return;
    this.#session = undefined;
    this.#why = why;
    // A close that hangs must not keep us from the next session; its sockets are gone with its client.
    void session.close().catch(() => {});
  }
}

const PAUSE_MS_MIN = 500;
/** With the time an opening takes, a server that is back is read within ten seconds. */
const PAUSE_MS_MAX = 8_000;
