import { createServer, type Socket } from "node:net";
import type { Clock } from "@penstock/protocol/time";
import type { Ms } from "@penstock/protocol/units";
import { exceptionCode, type ModbusDevice } from "../devices/modbus-device.ts";

export interface ModbusTcpOptions {
  readonly device: ModbusDevice;
  /** Times the answers of a slow device. */
  readonly clock: Clock;
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
}

export interface ModbusTcpServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** One device on a TCP port of its own, Modbus/TCP without security. Answers at once unless the device is slow. */
export async function serveModbusTcp(options: ModbusTcpOptions): Promise<ModbusTcpServer> {
  const { device, clock, host = "127.0.0.1", port = 0 } = options;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy()); // The peer is gone; there is nobody to tell.
    serveConnection(socket, device, clock);
  });
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    host,
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serveConnection(socket: Socket, device: ModbusDevice, clock: Clock): void {
  let pending: Uint8Array = new Uint8Array(0);
  socket.on("data", (chunk: Uint8Array) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const answers: Uint8Array[] = [];
    while (pending.length >= headerLength) {
      const length = wordAt(pending, 4);
      if (wordAt(pending, 2) !== 0 || length < 2 || length > 254) {
        // Not Modbus, or out of step: nothing after this can be trusted.
        socket.destroy();
        return;
      }
      if (pending.length < 6 + length) break;
      const answer = answerFrame(pending.subarray(0, 6 + length), device);
      if (answer !== undefined) answers.push(answer);
      pending = pending.subarray(6 + length);
    }
    if (answers.length === 0) return;
    const bytes = Buffer.concat(answers);
    const send = () => {
      if (socket.writable && !device.trouble.silent) socket.write(bytes);
    };
    if (device.trouble.delayMs > 0) clock.after(device.trouble.delayMs as Ms, send);
    else send();
  });
}

function answerFrame(frame: Uint8Array, device: ModbusDevice): Uint8Array | undefined {
  const unitId = frame[6] ?? 0;
  const pdu =
    unitId === 1 || unitId === 255
      ? device.handle(frame.subarray(headerLength))
      : Uint8Array.of((frame[headerLength] ?? 0) | 0x80, exceptionCode.gatewayTargetFailed);
  if (pdu === undefined) return undefined;
  const answer = new Uint8Array(headerLength + pdu.length);
  answer.set(frame.subarray(0, 4));
  answer[4] = (pdu.length + 1) >> 8;
  answer[5] = (pdu.length + 1) & 0xff;
  answer[6] = unitId;
  answer.set(pdu, headerLength);
  return answer;
}

const wordAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** MBAP: transaction, protocol, length, unit. */
const headerLength = 7;
const connectionsMax = 16;
