import { fail, ok, type Result } from "@penstock/protocol/result";
import { openByteSocket } from "./byte-socket.ts";
import { nameException } from "./exceptions.ts";
import type { TransportError } from "./register-transport.ts";
import type { Wire, WireOptions } from "./wire.ts";

/**
 * Modbus TCP on a bare socket, strict to the byte. A frame that nobody asked for, a foreign transaction or unit, a
 * length that lies, an echo of another write: the connection is over, for nothing after it can be trusted.
 *
 * MODBUS Messaging on TCP/IP V1.0b, 3.1: transaction id, protocol id 0, length, unit id, then the PDU; MODBUS
 * Application Protocol V1.1b3, 6.3, 6.4 and 6.12 for the PDUs.
 */
export function mbapWire(options: WireOptions, firstTransactionId = 0, open = openByteSocket): Wire {
  const { unitId } = options;
  const frame = Buffer.alloc(FRAME_BYTES_MAX);
  let received = 0;
  let transactionId = firstTransactionId;
  /** What to make of the PDU that comes back; undefined while nothing was asked. */
  let waiting: ((pdu: Buffer) => string | undefined) | undefined;
  const socket = open({ ...options, onBytes: receive });

  return {
    read(table, address, count, answer) {
      const functionCode = table === "holding" ? READ_HOLDING : READ_INPUT;
      const request = begin(functionCode, address, count, 0);
      waiting = (pdu) => {
        if (isException(pdu, functionCode)) return reply(answer, fail(exceptionOf(pdu, address)));
        const bytes = 2 * count;
        if (pdu[0] !== functionCode) return `function ${pdu[0]} answers ${functionCode}`;
        if (pdu.length !== 2 + bytes || pdu[1] !== bytes) return `${pdu.length - 2} bytes for ${count} registers`;
        return reply(answer, ok(registersOf(pdu, 2, count)));
      };
      socket.write(request);
    },
    write(address, values, answer) {
      const count = values.length;
      const request = begin(WRITE, address, count, 1 + 2 * count);
      request[HEADER_BYTES + 5] = 2 * count;
      for (let i = 0; i < count; i++) request.writeUInt16BE(values[i] ?? 0, HEADER_BYTES + 6 + 2 * i);
      waiting = (pdu) => {
        if (isException(pdu, WRITE)) return reply(answer, fail(exceptionOf(pdu, address)));
        if (pdu[0] !== WRITE) return `function ${pdu[0]} answers ${WRITE}`;
        if (pdu.length !== 5) return `${pdu.length} bytes for an echo`;
        if (pdu.readUInt16BE(1) !== address || pdu.readUInt16BE(3) !== count) return "the echo is of another write";
        return reply(answer, ok(undefined));
      };
      socket.write(request);
    },
    destroy: () => socket.destroy(),
  };

  /** Header, function, address and count; `more` bytes of room behind them. */
  function begin(functionCode: number, address: number, count: number, more: number): Buffer {
    transactionId = (transactionId + 1) & 0xffff;
    received = 0;
    const request = Buffer.allocUnsafe(HEADER_BYTES + 5 + more);
    request.writeUInt16BE(transactionId, 0);
    request.writeUInt16BE(0, 2);
    request.writeUInt16BE(6 + more, 4);
    request[6] = unitId;
    request[7] = functionCode;
    request.writeUInt16BE(address, 8);
    request.writeUInt16BE(count, 10);
    return request;
  }

  function receive(bytes: Uint8Array) {
    if (waiting === undefined || received + bytes.length > FRAME_BYTES_MAX) {
      return end(`${bytes.length} bytes that answer nothing`);
    }
    frame.set(bytes, received);
    received += bytes.length;
    if (received < 6) return;
    const length = frame.readUInt16BE(4);
    const doubt = doubtOf(length);
    if (doubt !== undefined) return end(doubt);
    if (received < 6 + length) return;
    const take = waiting;
    waiting = undefined;
    const fault = take(frame.subarray(HEADER_BYTES, received));
    if (fault !== undefined) end(fault);
  }

  /** What is wrong with the header, or with where the frame ends; undefined also while too few bytes are there. */
  function doubtOf(length: number): string | undefined {
    if (frame.readUInt16BE(2) !== 0) return "protocol id is not 0";
    if (length < LENGTH_MIN || length > LENGTH_MAX) return `length ${length}`;
    if (received > 6 + length) return "bytes after the end of the frame";
    if (received < 6 + length) return undefined;
    const answered = frame.readUInt16BE(0);
    if (answered !== transactionId) return `answer ${answered} to request ${transactionId}`;
    return frame[6] === unitId ? undefined : `unit ${frame[6]} answers for ${unitId}`;
  }

  function end(cause: string): void {
    socket.destroy();
    options.onEnd({ code: "modbus.malformed", cause });
  }
}

const READ_HOLDING = 3;
const READ_INPUT = 4;
const WRITE = 16;
/** Transaction, protocol, length and unit id. */
const HEADER_BYTES = 7;
/** Unit id, function and at least one byte. */
const LENGTH_MIN = 3;
const LENGTH_MAX = 254;
const FRAME_BYTES_MAX = 6 + LENGTH_MAX;

const isException = (pdu: Buffer, functionCode: number): boolean =>
  pdu[0] === (functionCode | 0x80) && pdu.length === 2;

function exceptionOf(pdu: Buffer, address: number): TransportError {
  const exception = pdu[1] ?? 0;
  return { code: "modbus.exception", exception, name: nameException(exception), address };
}

function registersOf(pdu: Buffer, from: number, count: number): Uint16Array {
  const registers = new Uint16Array(count);
  for (let i = 0, at = from; i < count; i++, at += 2) registers[i] = ((pdu[at] ?? 0) << 8) | (pdu[at + 1] ?? 0);
  return registers;
}

/** Answers, and has no fault to find. */
function reply<T>(answer: (result: Result<T, TransportError>) => void, result: Result<T, TransportError>): undefined {
  answer(result);
  return undefined;
}
