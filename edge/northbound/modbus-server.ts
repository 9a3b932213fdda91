import { createServer, type Server, type Socket } from "node:net";

/** What a served device answers: registers, or an exception code. */
export interface ServedDevice {
  read(address: number, count: number): Uint16Array | number;
  /** 0 accepts. `from` is the client's address. */
  write(address: number, values: Uint16Array, from: string): number;
}

export interface ModbusServerOptions {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  /** Clients that may connect, by address; nobody else is answered. */
  readonly allowFrom: readonly string[];
  readonly connectionsMax: number;
  readonly nowMs: () => number;
}

export interface ModbusServer {
  readonly port: number;
  /** Who is connected now; `sinceMs` is UTC. */
  clients(): readonly { readonly address: string; readonly user: string; readonly sinceMs: number }[];
  close(): Promise<void>;
}

/**
 * A small Modbus TCP server on bare sockets: functions 3, 6 and 16, strict to the byte, bounded in connections, and
 * closed to strangers. MODBUS Application Protocol V1.1b3; quantity before address before value, as it asks.
 */
export async function serveModbus(device: ServedDevice, options: ModbusServerOptions): Promise<ModbusServer> {
  const clients = new Map<Socket, { readonly address: string; readonly user: string; readonly sinceMs: number }>();
  const server = createServer({ noDelay: true }, (socket) => {
    const from = plainAddress(socket.remoteAddress);
    socket.on("error", () => socket.destroy()); // The peer is gone; there is nobody to tell.
    if (!options.allowFrom.includes(from)) {
      socket.destroy();
      return;
    }
    clients.set(socket, { address: from, user: "", sinceMs: options.nowMs() });
    socket.on("close", () => clients.delete(socket));
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    serveConnection(socket, device, options.unitId, from);
  });
  server.maxConnections = options.connectionsMax;
  await listen(server, options);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    clients: () => [...clients.values()],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of clients.keys()) socket.destroy();
      }),
  };
}

const IDLE_MS = 60_000;

const listen = (server: Server, { host, port }: ModbusServerOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });

/** An IPv4 client on a dual-stack socket looks like ::ffff:10.0.0.7. */
const plainAddress = (address = ""): string => address.replace(/^::ffff:/, "");

function serveConnection(socket: Socket, device: ServedDevice, unitId: number, from: string): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES) {
      const length = pending.readUInt16BE(4);
      if (pending.readUInt16BE(2) !== 0 || length < 2 || length > 254) {
        socket.destroy(); // Not Modbus, or out of step: nothing after this can be trusted.
        return;
      }
      if (pending.length < 6 + length) return;
      const request = pending.subarray(0, 6 + length);
      pending = pending.subarray(6 + length);
      // Another unit's request is not ours to answer: a gateway would say the same by silence.
      if (request[6] !== unitId) continue;
      // A client that does not read what it asked for is not one to keep.
      if (!socket.write(answerTo(request, device, from))) socket.destroy();
    }
  });
}

const HEADER_BYTES = 7;

function answerTo(request: Buffer, device: ServedDevice, from: string): Buffer {
  const pdu = pduFor(request.subarray(HEADER_BYTES), device, from);
  const frame = Buffer.alloc(HEADER_BYTES + pdu.length);
  request.copy(frame, 0, 0, HEADER_BYTES);
  frame.writeUInt16BE(1 + pdu.length, 4);
  pdu.copy(frame, HEADER_BYTES);
  return frame;
}

function pduFor(pdu: Buffer, device: ServedDevice, from: string): Buffer {
  const functionCode = pdu[0] ?? 0;
  const refuse = (exception: number) => Buffer.of(functionCode | 0x80, exception);
  if (functionCode !== 3 && functionCode !== 6 && functionCode !== 16) return refuse(ILLEGAL_FUNCTION);
  if (pdu.length < 5) return refuse(ILLEGAL_VALUE);
  const address = pdu.readUInt16BE(1);
  const count = functionCode === 6 ? 1 : pdu.readUInt16BE(3);
  if (functionCode === 3) {
    if (pdu.length !== 5 || count < 1 || count > 125) return refuse(ILLEGAL_VALUE);
    if (address + count > 65_536) return refuse(ILLEGAL_ADDRESS);
    const registers = device.read(address, count);
    return typeof registers === "number" ? refuse(registers) : registersPdu(registers);
  }
  const at = functionCode === 6 ? 3 : 6;
  const isSound =
    functionCode === 6
      ? pdu.length === 5
      : count >= 1 && count <= 123 && pdu[5] === 2 * count && pdu.length === 6 + 2 * count;
  if (!isSound) return refuse(ILLEGAL_VALUE);
  if (address + count > 65_536) return refuse(ILLEGAL_ADDRESS);
  const values = Uint16Array.from({ length: count }, (_, index) => pdu.readUInt16BE(at + 2 * index));
  const exception = device.write(address, values, from);
  return exception === 0 ? Buffer.from(pdu.subarray(0, 5)) : refuse(exception);
}

function registersPdu(registers: Uint16Array): Buffer {
  const pdu = Buffer.alloc(2 + 2 * registers.length);
  pdu[0] = 3;
  pdu[1] = 2 * registers.length;
  for (let i = 0; i < registers.length; i++) pdu.writeUInt16BE(registers[i] ?? 0, 2 + 2 * i);
  return pdu;
}

export const ILLEGAL_FUNCTION = 1;
export const ILLEGAL_ADDRESS = 2;
export const ILLEGAL_VALUE = 3;
