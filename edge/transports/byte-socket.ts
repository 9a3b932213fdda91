import { Socket } from "node:net";
import type { WireEnd } from "./wire.ts";

export interface ByteSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly onOpen: () => void;
  /** The bytes are only good during the call: the buffer is read into again. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Called once, and not after {@link ByteSocket.destroy}. */
  readonly onEnd: (end: WireEnd) => void;
}

export interface ByteSocket {
  write(bytes: Uint8Array): void;
  destroy(): void;
}

/**
 * A TCP connection for small frames in a hurry: no Nagle, one receive buffer for its whole life (the stream
 * machinery of Node would make one a read and cost a third of a cycle), every end reported once, and a reset when
 * we leave.
 */
export function openByteSocket({ host, port, onOpen, onBytes, onEnd }: ByteSocketOptions): ByteSocket {
  let isOver = false;
  const socket = new Socket({
    onread: {
      buffer: Buffer.alloc(RECEIVE_BYTES),
      callback(count, buffer) {
        if (!isOver) onBytes(buffer.subarray(0, count));
        return true;
      },
    },
  });
  const end = (cause: string) => {
    if (isOver) return;
    leave();
    onEnd({ code: "modbus.disconnected", cause });
  };
  socket.setNoDelay(true);
  socket.once("connect", () => {
    if (!isOver) onOpen();
  });
  socket.on("error", (error) => end("code" in error ? String(error.code) : error.message));
  socket.on("end", () => end("closed by the device"));
  socket.on("close", () => end("closed"));
  socket.connect({ host, port });
  return {
    write: (bytes) => socket.write(bytes),
    destroy: leave,
  };

  function leave(): void {
    if (isOver) return;
    isOver = true;
    // A socket still connecting has no peer to reset yet.
    if (socket.connecting) socket.destroy();
    else socket.resetAndDestroy();
  }
}

/** More than any frame: a device that sends more at once is out of step. */
const RECEIVE_BYTES = 1_024;
