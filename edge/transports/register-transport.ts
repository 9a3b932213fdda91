import type { CodedError, Result } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";

/**
 * Registers in, registers out: what a driver needs of Modbus and nothing more. Every call answers exactly
 * once, by its deadline; an answer that comes later is never anyone's. After a timeout the connection is
 * gone and the next one is a new generation.
 */
export interface RegisterTransport {
  /** Holding registers, zero-based address, at most 125. */
  read(
    address: number,
    count: number,
    deadlineMs: Ms,
    done: (result: Result<Uint16Array, TransportError>) => void,
  ): void;
  /** Input registers (function 4): the same, of the other table. */
  readInput(
    address: number,
    count: number,
    deadlineMs: Ms,
    done: (result: Result<Uint16Array, TransportError>) => void,
  ): void;
  /** At most 123 registers, one request: what must change together is written together. */
  write(
    address: number,
    values: Uint16Array,
    deadlineMs: Ms,
    done: (result: Result<void, TransportError>) => void,
  ): void;
  close(): void;
  /** Absent where registers are all there is to know. */
  readonly notes?: TransportNotes | undefined;
}

/** What a server that speaks of more than registers has said beside them. */
export interface TransportNotes {
  /** Why the value at a register was none when it was last read; undefined where it was one. */
  flawAt(address: number): string | undefined;
  /** How far the server's clock is ahead of ours. */
  readonly clockSkewMs: number | undefined;
}

export type TransportError = CodedError & {
  readonly code:
    | "modbus.timeout"
    | "modbus.disconnected"
    | "modbus.exception"
    | "modbus.malformed"
    | "modbus.busy"
    | "modbus.closed"
    /** Why there is no session with an OPC UA server. */
    | `opc-ua.${string}`;
};
