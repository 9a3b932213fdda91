import type { Result } from "@penstock/protocol/result";
import type { TransportError } from "./register-transport.ts";

/**
 * One connection and how requests are framed on it. It knows nothing of deadlines, retries or generations: it is
 * asked one thing at a time, answers it or ends, and after its end nothing is heard of it.
 */
export interface Wire {
  /** Functions 3 (holding) and 4 (input). */
  read(
    table: "holding" | "input",
    address: number,
    count: number,
    answer: (result: Result<Uint16Array, TransportError>) => void,
  ): void;
  /** Function 16. */
  write(address: number, values: Uint16Array, answer: (result: Result<void, TransportError>) => void): void;
  /** Leaves by a reset, so that a device with few sockets gets this one back at once. Nothing is called afterwards. */
  destroy(): void;
}

export interface WireOptions {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  /** Called once, when requests may be sent. */
  readonly onOpen: () => void;
  /** Called once, when the connection is over for whatever reason but our own {@link Wire.destroy}. */
  readonly onEnd: (end: WireEnd) => void;
}

/** Why a connection ended, in the words of {@link TransportError} and of the operating system. */
export interface WireEnd {
  readonly code: "modbus.malformed" | "modbus.disconnected";
  readonly cause: string;
}
