import { exceptionCode, type ModbusDevice } from "../devices/modbus-device.ts";

/** Cuts what comes over a connection into Modbus TCP frames, however it was cut on the way. */
export class MbapInbox {
  #pending: Uint8Array = new Uint8Array(0);

  /** The frames that are whole now; undefined when this is not Modbus or out of step, and nothing after it can be trusted. */
  take(chunk: Uint8Array): readonly Uint8Array[] | undefined {
    let pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Uint8Array[] = [];
    while (pending.length >= HEADER_BYTES) {
      const length = wordAt(pending, 4);
      if (wordAt(pending, 2) !== 0 || length < 2 || length > 254) return undefined;
      if (pending.length < 6 + length) break;
      frames.push(pending.subarray(0, 6 + length));
      pending = pending.subarray(6 + length);
    }
    // The chunk is the socket's own buffer and may be read into again.
    this.#pending = pending.slice();
    return frames;
  }
}

/** A whole frame's answer; undefined when the device is silent. Units 1 and 255 are the device, any other is behind no gateway. */
export function answerFrame(frame: Uint8Array, device: ModbusDevice): Uint8Array | undefined {
  const unitId = frame[6] ?? 0;
  const pdu =
    unitId === 1 || unitId === 255
      ? device.handle(frame.subarray(HEADER_BYTES))
      : Uint8Array.of((frame[HEADER_BYTES] ?? 0) | 0x80, exceptionCode.gatewayTargetFailed);
  if (pdu === undefined) return undefined;
  const answer = new Uint8Array(HEADER_BYTES + pdu.length);
  answer.set(frame.subarray(0, 4));
  answer[4] = (pdu.length + 1) >> 8;
  answer[5] = (pdu.length + 1) & 0xff;
  answer[6] = unitId;
  answer.set(pdu, HEADER_BYTES);
  return answer;
}

const wordAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** MBAP: transaction, protocol, length, unit. */
const HEADER_BYTES = 7;
