import { createServer, type Socket } from "node:net";
import type { Clock } from "@penstock/protocol/time";
import type { Ms } from "@penstock/protocol/units";
import type { ModbusDevice } from "../devices/modbus-device.ts";
import { answerFrame, MbapInbox } from "./mbap-frames.ts";

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
    if (sockets.size >= device.trouble.clientsMax) {
      socket.resetAndDestroy();
      return;
    }
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
  const inbox = new MbapInbox();
  socket.on("data", (chunk: Uint8Array) => {
    const frames = inbox.take(chunk);
    if (frames === undefined) {
      socket.destroy();
      return;
    }
    const answers = frames.flatMap((frame) => answerFrame(frame, device) ?? []);
    if (answers.length === 0) return;
    const bytes = Buffer.concat(answers);
    const send = () => {
      if (socket.writable && !device.trouble.silent) socket.write(bytes);
    };
    if (device.trouble.delayMs > 0) clock.after(device.trouble.delayMs as Ms, send);
    else send();
  });
}

const connectionsMax = 16;
