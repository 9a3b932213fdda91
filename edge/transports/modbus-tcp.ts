import { fail, ok, type Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import type { Clock, Timer } from "@penstock/protocol/time";
import { MonotonicMs, Ms, seconds } from "@penstock/protocol/units";
import ModbusRTU from "modbus-serial";
import { nameException } from "./exceptions.ts";
import { refuseRead, refuseWrite } from "./limits.ts";
import { MbapPort } from "./mbap-port.ts";
import type { RegisterTransport, TransportError } from "./register-transport.ts";

export interface ModbusTcpOptions {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  readonly clock: Clock;
  /** Spreads reconnects, so that forty devices behind one switch do not come back in step. */
  readonly rng: Rng;
  readonly onState?: (state: ConnectionState) => void;
}

export interface ConnectionState {
  readonly state: "connecting" | "open" | "down";
  /** Counts connections of this transport, from 1. */
  readonly generation: number;
  readonly cause: string | undefined;
}

/**
 * Modbus TCP over `modbus-serial`, one request in flight. See the README beside this file for what the
 * library does and what it must not be trusted with.
 *
 * The first request connects. Any doubt about a connection (a deadline passed, a byte out of place) ends it;
 * a later request opens the next generation, not before a pause that doubles from 100 ms to 5 s until a
 * device answers again. During the pause requests are refused with `modbus.disconnected` at once.
 */
export function modbusTcpTransport(options: ModbusTcpOptions): RegisterTransport {
  const { clock, rng, unitId } = options;
  let connection: Connection | undefined;
  let inFlight: Request | undefined;
  let generation = 0;
  let failures = 0;
  let retryAtMs = MonotonicMs(Number.NEGATIVE_INFINITY);
  let closed = false;

  return {
    read(address, count, deadlineMs, done) {
      const refusal = refuse() ?? refuseRead(address, count);
      if (refusal !== undefined) return done(fail(refusal));
      begin<Uint16Array>(deadlineMs, done, (client, answer) => {
        client.writeFC3(unitId, address, count, (error, result) => {
          if (error !== null) return answer(fail(translate(error, address)));
          if (result.data.length !== count) {
            return answer(fail({ code: "modbus.malformed", cause: `${result.data.length} registers of ${count}` }));
          }
          answer(ok(Uint16Array.from(result.data)));
        });
      });
    },
    write(address, values, deadlineMs, done) {
      const refusal = refuse() ?? refuseWrite(address, values.length);
      if (refusal !== undefined) return done(fail(refusal));
      const sent = Array.from(values); // The caller may reuse its array while we are still connecting.
      begin<void>(deadlineMs, done, (client, answer) => {
        client.writeFC16(unitId, address, sent, (error, echo) => {
          if (error !== null) return answer(fail(translate(error, address)));
          if (echo.address !== address || echo.length !== sent.length) {
            return answer(fail({ code: "modbus.malformed", cause: "the echo is of another write" }));
          }
          answer(ok(undefined));
        });
      });
    },
    close() {
      if (closed) return;
      closed = true;
      drop("closed by us");
      inFlight?.end({ code: "modbus.closed" });
    },
  };

  function refuse(): TransportError | undefined {
    if (closed) return { code: "modbus.closed" };
    if (inFlight !== undefined) return { code: "modbus.busy" };
    const retryInMs = retryAtMs - clock.monotonicMs();
    if (connection === undefined && retryInMs > 0) return { code: "modbus.disconnected", retryInMs };
    return undefined;
  }

  /** Takes the one place in flight and sends now or when connected. `done` hears exactly once. */
  function begin<T>(
    deadlineMs: Ms,
    done: (result: Result<T, TransportError>) => void,
    send: (client: ModbusRTU, answer: (result: Result<T, TransportError>) => void) => void,
  ): void {
    const finish = (result: Result<T, TransportError>) => {
      if (inFlight !== request) return;
      inFlight = undefined;
      deadline.cancel();
      done(result);
    };
    const answer = (result: Result<T, TransportError>) => {
      if (inFlight !== request) return;
      // An exception is a healthy answer; anything else puts the whole stream in doubt.
      if (result.ok || result.error.code === "modbus.exception") failures = 0;
      else drop(result.error.code);
      finish(result);
    };
    const request: Request = {
      send: (client) => send(client, answer),
      end: (error) => finish(fail(error)),
    };
    const deadline = clock.after(deadlineMs, () => {
      const phase = connection?.isOpen ? "waiting for an answer" : "connecting";
      // A request that was never sent casts no doubt on the connection being made.
      if (connection?.isOpen) drop("deadline passed");
      request.end({ code: "modbus.timeout", deadlineMs, phase });
    });
    inFlight = request;
    if (connection === undefined) connect();
    else if (connection.isOpen) request.send(connection.client);
  }

  function connect(): void {
    generation++;
    const port = new MbapPort({
      host: options.host,
      port: options.port,
      onEnd: (end) => {
        if (connection !== opened) return;
        drop(end.cause);
        inFlight?.end({ code: end.code, cause: end.cause });
      },
    });
    const client = new ModbusRTU(port);
    client.on("error", () => {}); // The port has told us already; unheard, this event would end the process.
    const patience = clock.after(CONNECT_TIMEOUT_MS, () => {
      if (connection !== opened) return;
      drop("no connection");
      inFlight?.end({ code: "modbus.disconnected", cause: "no connection" });
    });
    const opened: Connection = { client, port, patience, isOpen: false };
    connection = opened;
    report("connecting", undefined);
    client.open(() => {
      if (connection !== opened) return;
      opened.isOpen = true;
      patience.cancel();
      report("open", undefined);
      inFlight?.send(client);
    });
  }

  function drop(cause: string): void {
    const ended = connection;
    if (ended === undefined) return;
    connection = undefined;
    ended.patience.cancel();
    ended.port.destroy();
    const pauseMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(failures, 10));
    failures++;
    retryAtMs = MonotonicMs(clock.monotonicMs() + pauseMs * rng.between(0.5, 1));
    report("down", cause);
  }

  function report(state: ConnectionState["state"], cause: string | undefined): void {
    options.onState?.({ state, generation, cause });
  }
}

const CONNECT_TIMEOUT_MS = seconds(2);
const BACKOFF_MS_MIN = Ms(100);
const BACKOFF_MS_MAX = seconds(5);

interface Connection {
  readonly client: ModbusRTU;
  readonly port: MbapPort;
  readonly patience: Timer;
  isOpen: boolean;
}

interface Request {
  readonly send: (client: ModbusRTU) => void;
  readonly end: (error: TransportError) => void;
}

function translate(error: Error, address: number): TransportError {
  if ("modbusCode" in error && typeof error.modbusCode === "number") {
    return { code: "modbus.exception", exception: error.modbusCode, name: nameException(error.modbusCode), address };
  }
  return { code: "modbus.malformed", cause: error.message };
}
