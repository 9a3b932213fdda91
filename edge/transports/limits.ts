import { invariant } from "@penstock/protocol/result";
import type { TransportError } from "./register-transport.ts";

/** What one request may carry (MODBUS Application Protocol V1.1b3, 6.3 and 6.12). Asking for more is our mistake. */
export const READ_REGISTERS_MAX = 125;
export const WRITE_REGISTERS_MAX = 123;

/** A range that does not exist is refused here as the device would refuse it, without the wire. */
export function refuseRead(address: number, count: number): TransportError | undefined {
  invariant(count >= 1 && count <= READ_REGISTERS_MAX, "a read is of 1 to 125 registers");
  return refuseRange(address, count);
}

export function refuseWrite(address: number, count: number): TransportError | undefined {
  invariant(count >= 1 && count <= WRITE_REGISTERS_MAX, "a write is of 1 to 123 registers");
  return refuseRange(address, count);
}

const refuseRange = (address: number, count: number): TransportError | undefined =>
  address >= 0 && address + count <= 65_536
    ? undefined
    : { code: "modbus.exception", exception: 2, name: "illegal data address", address };
