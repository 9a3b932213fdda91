import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { fail, ok } from "@penstock/protocol/result";
import { type ByteSocket, openByteSocket } from "./byte-socket.ts";
import { nameException } from "./exceptions.ts";
import type { TransportError } from "./register-transport.ts";
import type { Wire, WireEnd, WireOptions } from "./wire.ts";

/**
 * RTU frames over TCP, as a serial-line gateway in its transparent mode passes them: `framing: rtu`. There are no
 * transaction numbers here, so only the length, the checksum and the fresh connection after every time-out keep
 * answers apart. `modbus-serial` builds and checks the frames; the socket and its end are ours.
 *
 * MODBUS over Serial Line V1.02, 2.5.1: unit id, PDU, CRC.
 */
export function rtuWire(options: WireOptions, open = openByteSocket): Wire {
  const { unitId } = options;
  const port = new RtuPort({ ...options, onEnd: end }, open);
  // Few sites have such a gateway: what builds the frames is loaded with the first one.
  const ModbusRTU = loadPackage("modbus-serial") as typeof import("modbus-serial").default;
  const client = new ModbusRTU(port);
  client.on("error", () => {}); // The port has told us already; unheard, this event would end the process.
  client.open(options.onOpen);

  return {
    read(table, address, count, answer) {
      port.expect(5 + 2 * count);
      const taken: Parameters<typeof client.writeFC3>[3] = (error, result) => {
        if (error !== null) return refuse(error, address, answer);
        if (result.data.length !== count) return end({ code: "modbus.malformed", cause: "not what was asked for" });
        answer(ok(Uint16Array.from(result.data)));
      };
      if (table === "holding") client.writeFC3(unitId, address, count, taken);
      else client.writeFC4(unitId, address, count, taken);
    },
    write(address, values, answer) {
      port.expect(8);
      client.writeFC16(unitId, address, Array.from(values), (error, echo) => {
        if (error !== null) return refuse(error, address, answer);
        if (echo.address !== address || echo.length !== values.length) {
          return end({ code: "modbus.malformed", cause: "the echo is of another write" });
        }
        answer(ok(undefined));
      });
    },
    destroy: () => port.destroy(),
  };

  /** An exception is an answer; anything else the library finds wrong is the end of the connection. */
  function refuse(
    error: Error,
    address: number,
    answer: (result: { readonly ok: false; readonly error: TransportError }) => void,
  ): void {
    if ("modbusCode" in error && typeof error.modbusCode === "number") {
      const exception = error.modbusCode;
      answer(fail({ code: "modbus.exception", exception, name: nameException(exception), address }));
      return;
    }
    end({ code: "modbus.malformed", cause: error.message });
  }

  function end(reason: WireEnd): void {
    port.destroy();
    options.onEnd(reason);
  }
}

const loadPackage = createRequire(import.meta.url);

/** The socket as `modbus-serial` wants a port: it writes RTU frames and hears whole RTU frames. */
class RtuPort extends EventEmitter {
  /** The library's table of transactions has one slot here: one request is out at a time. */
  _transactionIdWrite = 1;
  _transactionIdRead = 1;
  readonly #options: Omit<WireOptions, "onOpen">;
  readonly #openSocket: typeof openByteSocket;
  readonly #frame = Buffer.alloc(RTU_BYTES_MAX);
  #socket: ByteSocket | undefined;
  #received = 0;
  #expected = 0;
  #open = false;

  constructor(options: Omit<WireOptions, "onOpen">, openSocket: typeof openByteSocket) {
    super();
    this.#options = options;
    this.#openSocket = openSocket;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  open(callback: (error?: Error | null) => void): void {
    this.#socket = this.#openSocket({
      ...this.#options,
      onOpen: () => {
        this.#open = true;
        callback();
      },
      onBytes: (bytes) => this.#receive(bytes),
    });
  }

  /** How long the answer to the next request is, unless it is an exception. */
  expect(bytes: number): void {
    this.#expected = bytes;
    this.#received = 0;
  }

  write(rtu: Buffer): void {
    this.#socket?.write(rtu);
  }

  destroy(): void {
    this.#open = false;
    this.#socket?.destroy();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#received + bytes.length > this.#expected) {
      this.#options.onEnd({ code: "modbus.malformed", cause: `${bytes.length} bytes that answer nothing` });
      return;
    }
    this.#frame.set(bytes, this.#received);
    this.#received += bytes.length;
    const isException = this.#received >= 2 && (this.#frame[1] ?? 0) >= 0x80;
    const wanted = isException ? EXCEPTION_BYTES : this.#expected;
    if (this.#received < wanted) return;
    // The library looks at the first five bytes of an exception and takes whatever follows.
    if (this.#received > wanted) {
      this.#options.onEnd({ code: "modbus.malformed", cause: `${this.#received - wanted} bytes after the frame` });
      return;
    }
    const frame = Buffer.from(this.#frame.subarray(0, this.#received));
    this.expect(0);
    // The library keeps silent about an answer of another unit; we do not.
    if (frame[0] === this.#options.unitId) this.emit("data", frame);
    else {
      const cause = `unit ${frame[0]} answers for ${this.#options.unitId}`;
      this.#options.onEnd({ code: "modbus.malformed", cause });
    }
  }
}

/** Unit id, function, exception code and checksum. */
const EXCEPTION_BYTES = 5;
const RTU_BYTES_MAX = 256;
