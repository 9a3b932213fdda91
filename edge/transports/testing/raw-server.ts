import { createServer, type Server, type Socket } from "node:net";
import type { RegisterHandler } from "../in-memory.ts";

/** One request as it stood on the wire. */
export interface RawRequest {
  readonly transactionId: number;
  readonly unitId: number;
  readonly pdu: Buffer;
}

/** A Modbus TCP server of a few lines that does as it is told, also what no device should do. */
export class RawServer {
  readonly requests: RawRequest[] = [];
  connections = 0;
  open = 0;
  /** Connections the other side ended by a reset. */
  resets = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** `answer` gets each request and the socket to answer on, in whatever way. */
  constructor(answer: (request: RawRequest, socket: Socket) => void, onConnection?: (socket: Socket) => void) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.connections++;
      this.open++;
      this.#sockets.add(socket);
      let bytes = Buffer.alloc(0);
      socket.on("error", (error) => {
        if ("code" in error && error.code === "ECONNRESET") this.resets++;
      });
      socket.on("close", () => {
        this.open--;
        this.#sockets.delete(socket);
      });
      socket.on("data", (data) => {
        bytes = Buffer.concat([bytes, data]);
        while (bytes.length >= 7 && bytes.length >= 6 + bytes.readUInt16BE(4)) {
          const length = bytes.readUInt16BE(4);
          const request = {
            transactionId: bytes.readUInt16BE(0),
            unitId: bytes.readUInt8(6),
            pdu: Buffer.from(bytes.subarray(7, 6 + length)),
          };
          bytes = bytes.subarray(6 + length);
          this.requests.push(request);
          answer(request, socket);
        }
      });
      onConnection?.(socket);
    });
  }

  listen(port = 0): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(port, "127.0.0.1", () => {
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

/** The frame a well-behaved device would answer with; `change` spoils it. */
export function frame(request: RawRequest, pdu: Uint8Array, change: FrameChange = {}): Buffer {
  const bytes = Buffer.alloc(7 + pdu.length);
  bytes.writeUInt16BE(change.transactionId ?? request.transactionId, 0);
  bytes.writeUInt16BE(change.protocolId ?? 0, 2);
  bytes.writeUInt16BE(change.length ?? pdu.length + 1, 4);
  bytes.writeUInt8(change.unitId ?? request.unitId, 6);
  bytes.set(pdu, 7);
  return bytes;
}

export interface FrameChange {
  readonly transactionId?: number;
  readonly protocolId?: number;
  readonly length?: number;
  readonly unitId?: number;
}

/** Function 3's answer with these registers. */
export function registersPdu(...registers: readonly number[]): Buffer {
  const pdu = Buffer.alloc(2 + 2 * registers.length);
  pdu.writeUInt8(3, 0);
  pdu.writeUInt8(2 * registers.length, 1);
  for (const [index, register] of registers.entries()) pdu.writeUInt16BE(register, 2 + 2 * index);
  return pdu;
}

/** Serves a device's registers as they should be: functions 3 and 16. Silence stays silence. */
export const serveHandler =
  (handler: RegisterHandler) =>
  (request: RawRequest, socket: Socket): void => {
    const { pdu } = request;
    const functionCode = pdu.readUInt8(0);
    const address = pdu.readUInt16BE(1);
    const count = pdu.readUInt16BE(3);
    const answer =
      functionCode === 3
        ? handler.readHolding(address, count)
        : handler.writeHolding(
            address,
            Uint16Array.from({ length: count }, (_, index) => pdu.readUInt16BE(6 + 2 * index)),
          );
    if (answer === undefined) return;
    if (answer instanceof Uint16Array) socket.write(frame(request, registersPdu(...answer)));
    else if (answer === 0) socket.write(frame(request, pdu.subarray(0, 5)));
    else socket.write(frame(request, Uint8Array.of(functionCode | 0x80, answer)));
  };
