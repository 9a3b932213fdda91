import { createServer, type Server, type Socket } from "node:net";
import type { RegisterHandler } from "../in-memory.ts";

/**
 * A serial-line gateway in transparent mode with one device behind it: RTU frames, checksums and all. `spoil` may
 * change the answer before it leaves.
 */
export class RtuGateway {
  connections = 0;
  spoil: (frame: Buffer) => Buffer = (frame) => frame;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(handler: RegisterHandler, unitId = 1) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.connections++;
      this.#sockets.add(socket);
      let bytes = Buffer.alloc(0);
      socket.on("error", () => {});
      socket.on("data", (data) => {
        bytes = Buffer.concat([bytes, data]);
        const length = bytes[1] === 16 ? 9 + (bytes[6] ?? 255) : 8;
        if (bytes.length < length) return;
        const request = bytes.subarray(0, length);
        bytes = bytes.subarray(length);
        const isSound = crc16(request.subarray(0, -2)) === request.readUInt16LE(length - 2);
        const pdu = isSound && request[0] === unitId ? answerOf(request, handler) : undefined;
        if (pdu !== undefined) socket.write(this.spoil(sealed(unitId, pdu)));
      });
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** MODBUS over Serial Line V1.02, 6.2.2, bit by bit as it stands there. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

function sealed(unitId: number, pdu: Buffer): Buffer {
  const frame = Buffer.concat([Buffer.of(unitId), pdu, Buffer.alloc(2)]);
  frame.writeUInt16LE(crc16(frame.subarray(0, -2)), frame.length - 2);
  return frame;
}

function answerOf(request: Buffer, handler: RegisterHandler): Buffer | undefined {
  const address = request.readUInt16BE(2);
  const count = request.readUInt16BE(4);
  if (request[1] === 16) {
    const values = Uint16Array.from({ length: count }, (_, index) => request.readUInt16BE(7 + 2 * index));
    const answer = handler.writeHolding(address, values);
    return answer === undefined ? undefined : answer === 0 ? request.subarray(1, 6) : Buffer.of(0x90, answer);
  }
  const answer = handler.readHolding(address, count);
  if (answer === undefined) return undefined;
  if (typeof answer === "number") return Buffer.of(0x83, answer);
  const pdu = Buffer.alloc(2 + 2 * answer.length);
  pdu.set([3, 2 * answer.length]);
  for (const [index, register] of answer.entries()) pdu.writeUInt16BE(register, 2 + 2 * index);
  return pdu;
}
