import { EventEmitter } from "node:events";
import { Socket } from "node:net";

/** Why a connection ended, in the words of {@link TransportError} and of the operating system. */
export interface PortEnd {
  readonly code: "modbus.malformed" | "modbus.disconnected";
  readonly cause: string;
}

export interface MbapPortOptions {
  readonly host: string;
  readonly port: number;
  /** Called once, when the connection is over for whatever reason but our own {@link MbapPort.destroy}. */
  readonly onEnd: (end: PortEnd) => void;
}

/**
 * One TCP connection as `modbus-serial` wants a port: it writes RTU frames and hears RTU frames. We put our
 * own in place of the library's TcpPort, because framing is where answers get lost or swapped:
 *
 * - transaction ids are 16 bits and ours; the library only ever knows one slot, so its table of transactions
 *   cannot grow and nothing can wrap onto a request that is still out;
 * - a byte that nobody asked for, a foreign id or unit, a length that lies: the connection is over;
 * - leaving is a reset, so that a device with few sockets gets this one back at once.
 *
 * MODBUS Messaging on TCP/IP V1.0b, 3.1: transaction id, protocol id 0, length, unit id, then the PDU.
 */
export class MbapPort extends EventEmitter {
  /** The library reads these two: always the one slot. */
  _transactionIdWrite = SLOT;
  _transactionIdRead = SLOT;
  readonly #options: MbapPortOptions;
  readonly #socket = new Socket();
  readonly #frame = Buffer.alloc(FRAME_BYTES_MAX);
  #received = 0;
  #transactionId = 0;
  #unitId = -1;
  #awaiting = false;
  #open = false;
  #ended = false;

  constructor(options: MbapPortOptions) {
    super();
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  open(callback: (error?: Error | null) => void): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.once("connect", () => {
      if (this.#ended) return;
      this.#open = true;
      callback();
    });
    socket.on("data", (bytes) => this.#receive(bytes));
    socket.on("error", (error) => this.#end({ code: "modbus.disconnected", cause: causeOf(error) }));
    socket.on("end", () => this.#end({ code: "modbus.disconnected", cause: "closed by the device" }));
    socket.on("close", () => this.#end({ code: "modbus.disconnected", cause: "closed" }));
    socket.connect({ host: this.#options.host, port: this.#options.port });
  }

  /** An RTU frame: unit id, PDU, and a checksum that TCP has no use for. */
  write(rtu: Buffer): void {
    const bytes = rtu.length - CRC_BYTES;
    this.#transactionId = (this.#transactionId + 1) & 0xffff;
    this.#unitId = rtu.readUInt8(0);
    this.#awaiting = true;
    this.#received = 0;
    const frame = Buffer.allocUnsafe(MBAP_BYTES + bytes);
    frame.writeUInt16BE(this.#transactionId, 0);
    frame.writeUInt16BE(0, 2);
    frame.writeUInt16BE(bytes, 4);
    rtu.copy(frame, MBAP_BYTES, 0, bytes);
    this.#socket.write(frame);
  }

  destroy(): void {
    this.#ended = true;
    this.#open = false;
    this.#awaiting = false;
    // A socket still connecting has no peer to reset yet.
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  #receive(bytes: Buffer): void {
    if (this.#ended) return;
    if (this.#awaiting && this.#received + bytes.length <= FRAME_BYTES_MAX) {
      bytes.copy(this.#frame, this.#received);
      this.#received += bytes.length;
    } else {
      this.#end({ code: "modbus.malformed", cause: `${bytes.length} bytes that answer nothing` });
      return;
    }
    const doubt = this.#doubt();
    if (doubt !== undefined) this.#end({ code: "modbus.malformed", cause: doubt });
    else if (this.#received >= MBAP_BYTES && this.#received === MBAP_BYTES + this.#frame.readUInt16BE(4))
      this.#deliver();
  }

  /** What is wrong with the bytes so far; undefined also while they are too few to tell. */
  #doubt(): string | undefined {
    if (this.#received < MBAP_BYTES) return undefined;
    const length = this.#frame.readUInt16BE(4);
    if (this.#frame.readUInt16BE(2) !== 0) return "protocol id is not 0";
    if (length < LENGTH_MIN || length > LENGTH_MAX) return `length ${length}`;
    if (this.#received < MBAP_BYTES + length) return undefined;
    if (this.#received > MBAP_BYTES + length) return "bytes after the end of the frame";
    const transactionId = this.#frame.readUInt16BE(0);
    if (transactionId !== this.#transactionId) return `answer ${transactionId} to request ${this.#transactionId}`;
    const unitId = this.#frame.readUInt8(MBAP_BYTES);
    if (unitId !== this.#unitId) return `unit ${unitId} answers for ${this.#unitId}`;
    return undefined;
  }

  #deliver(): void {
    const length = this.#received - MBAP_BYTES;
    this.#awaiting = false;
    this.#received = 0;
    const rtu = Buffer.allocUnsafe(length + CRC_BYTES);
    this.#frame.copy(rtu, 0, MBAP_BYTES, MBAP_BYTES + length);
    rtu.writeUInt16LE(crc16(rtu, length), length);
    this.emit("data", rtu);
  }

  #end(end: PortEnd): void {
    if (this.#ended) return;
    this.destroy();
    this.#options.onEnd(end);
  }
}

const SLOT = 1;
const CRC_BYTES = 2;
/** Transaction, protocol and length: what `length` does not count. */
const MBAP_BYTES = 6;
/** Unit id, function and at least one byte. */
const LENGTH_MIN = 3;
const LENGTH_MAX = 254;
const FRAME_BYTES_MAX = MBAP_BYTES + LENGTH_MAX;

const causeOf = (error: Error): string => ("code" in error ? String(error.code) : error.message);

/** Modbus RTU checksum (MODBUS over Serial Line V1.02, 6.2.2): the library insists on seeing one. */
function crc16(bytes: Buffer, length: number): number {
  let crc = 0xffff;
  for (let i = 0; i < length; i++) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return crc;
}

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});
