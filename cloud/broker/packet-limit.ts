import type { Socket } from "node:net";

/**
 * Closes a connection that announces a packet larger than `packetBytesMax`. The broker would otherwise keep
 * every byte of it in memory until it is complete, before it even knows who is talking.
 */
export function limitPackets(socket: Socket, packetBytesMax: number): Socket {
  const frames = new FrameScanner(packetBytesMax);
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk: Buffer | null = size === undefined ? read() : read(size);
    if (chunk === null || frames.accept(chunk)) return chunk;
    socket.destroy();
    return null;
  };
  return socket;
}

/** Follows MQTT's framing (3.1.1 section 2.2): one byte of type, a length in 1 to 4 bytes of seven bits, that many bytes. */
export class FrameScanner {
  readonly #packetBytesMax: number;
  #bodyLeft = 0;
  #lengthBytes = 0;
  #length = 0;
  #state: "type" | "length" | "body" = "type";

  constructor(packetBytesMax: number) {
    this.#packetBytesMax = packetBytesMax;
  }

  /** False as soon as a packet is too long or its length is malformed. */
  accept(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === "body") {
        const taken = Math.min(this.#bodyLeft, chunk.length - at);
        at += taken;
        this.#bodyLeft -= taken;
        if (this.#bodyLeft === 0) this.#state = "type";
      } else if (this.#state === "type") {
        at++;
        this.#state = "length";
        this.#length = 0;
        this.#lengthBytes = 0;
      } else if (!this.#acceptLengthByte(chunk[at++] as number)) {
        return false;
      }
    }
    return true;
  }

  #acceptLengthByte(byte: number): boolean {
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes++;
    if (byte & 0x80) return this.#lengthBytes < 4;
    this.#bodyLeft = this.#length;
    this.#state = this.#length === 0 ? "type" : "body";
    return this.#length + 1 + this.#lengthBytes <= this.#packetBytesMax;
  }
}
