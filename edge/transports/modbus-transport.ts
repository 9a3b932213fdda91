import { fail, type Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import type { Clock, Timer } from "@penstock/protocol/time";
import { MonotonicMs, Ms, seconds } from "@penstock/protocol/units";
import { refuseRead, refuseWrite } from "./limits.ts";
import type { RegisterTransport, TransportError } from "./register-transport.ts";
import type { Wire, WireOptions } from "./wire.ts";

export interface ModbusOptions {
  readonly host: string;
  readonly port: number;
  readonly unitId: number;
  readonly clock: Clock;
  /** Spreads reconnects, so that forty devices behind one switch do not come back in step. */
  readonly rng: Rng;
  /** Rest between an answer and the next request, for devices that lose what comes sooner. 0 where left out. */
  readonly requestGapMs?: Ms;
  readonly onState?: (state: ConnectionState) => void;
}

export interface ConnectionState {
  readonly state: "connecting" | "open" | "down";
  /** Counts connections of this transport, from 1. */
  readonly generation: number;
  readonly cause: string | undefined;
}

/**
 * Modbus over one kind of wire, one request in flight. This file owns time; the wire owns bytes.
 *
 * The first request connects. Any doubt about a connection (a deadline passed, a byte out of place) ends it;
 * a later request opens the next generation, not before a pause that doubles from 100 ms to 5 s until a
 * device answers again. During the pause requests are refused with `modbus.disconnected` at once.
 */
export function modbusTransport(options: ModbusOptions, openWire: (options: WireOptions) => Wire): RegisterTransport {
  const { clock, rng, requestGapMs = Ms(0) } = options;
  let connection: Connection | undefined;
  let inFlight: Request | undefined;
  let generation = 0;
  let failures = 0;
  /** Connections in a row that the device took and ended again before it had answered anything. */
  let endedUnheard = 0;
  let hasAnswered = false;
  let retryAtMs = MonotonicMs(Number.NEGATIVE_INFINITY);
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let closed = false;

  return {
    read: (address, count, deadlineMs, done) => read("holding", address, count, deadlineMs, done),
    readInput: (address, count, deadlineMs, done) => read("input", address, count, deadlineMs, done),
    write(address, values, deadlineMs, done) {
      const refusal = refuse() ?? refuseWrite(address, values.length);
      if (refusal !== undefined) return done(fail(refusal));
      const sent = values.slice(); // The caller may reuse its array while we are still connecting.
      begin<void>(deadlineMs, done, (wire, answer) => wire.write(address, sent, answer));
    },
    close() {
      if (closed) return;
      closed = true;
      drop("closed by us");
      inFlight?.end({ code: "modbus.closed" });
    },
  };

  function read(
    table: "holding" | "input",
    address: number,
    count: number,
    deadlineMs: Ms,
    done: (result: Result<Uint16Array, TransportError>) => void,
  ) {
    const refusal = refuse() ?? refuseRead(address, count);
    if (refusal !== undefined) return done(fail(refusal));
    begin<Uint16Array>(deadlineMs, done, (wire, answer) => wire.read(table, address, count, answer));
  }

  function refuse(): TransportError | undefined {
    if (closed) return { code: "modbus.closed" };
    if (inFlight !== undefined) return { code: "modbus.busy" };
    const retryInMs = retryAtMs - clock.monotonicMs();
    if (connection === undefined && retryInMs > 0) return { code: "modbus.disconnected", retryInMs };
    return undefined;
  }

  /** Takes the one place in flight and sends now, when connected, or when the device has had its rest. */
  function begin<T>(
    deadlineMs: Ms,
    done: (result: Result<T, TransportError>) => void,
    send: (wire: Wire, answer: (result: Result<T, TransportError>) => void) => void,
  ): void {
    const finish = (result: Result<T, TransportError>) => {
      if (inFlight !== request) return;
      inFlight = undefined;
      deadline.cancel();
      done(result);
    };
    const answer = (result: Result<T, TransportError>) => {
      if (inFlight !== request) return;
      failures = 0;
      endedUnheard = 0;
      hasAnswered = true;
      if (requestGapMs > 0) quietUntilMs = clock.monotonicMs() + requestGapMs;
      finish(result);
    };
    const request: Request = {
      isSent: false,
      send(wire) {
        request.isSent = true;
        send(wire, answer);
      },
      end: (error) => finish(fail(error)),
    };
    const deadline = clock.after(deadlineMs, () => {
      // A request that was never sent casts no doubt on the connection being made.
      if (request.isSent) drop("deadline passed");
      request.end({
        code: "modbus.timeout",
        deadlineMs,
        phase: request.isSent ? "waiting for an answer" : "connecting",
      });
    });
    inFlight = request;
    if (connection === undefined) connect();
    else if (connection.isOpen) sendWhenRested(connection, request);
  }

  function sendWhenRested(to: Connection, request: Request) {
    const restMs = requestGapMs > 0 ? quietUntilMs - clock.monotonicMs() : 0;
    if (!(restMs > 0)) return request.send(to.wire);
    clock.after(Ms(restMs), () => {
      if (connection === to && inFlight === request) request.send(to.wire);
    });
  }

  function connect(): void {
    generation++;
    hasAnswered = false;
    const mine = generation;
    const isCurrent = () => connection !== undefined && generation === mine;
    const patience = clock.after(CONNECT_TIMEOUT_MS, () => {
      if (!isCurrent()) return;
      drop("no connection");
      inFlight?.end({ code: "modbus.disconnected", cause: "no connection" });
    });
    const wire = openWire({
      host: options.host,
      port: options.port,
      unitId: options.unitId,
      onOpen() {
        if (connection === undefined || !isCurrent()) return;
        connection.isOpen = true;
        patience.cancel();
        report("open", undefined);
        inFlight?.send(connection.wire);
      },
      onEnd({ code, cause: said }) {
        if (connection === undefined || !isCurrent()) return;
        if (connection.isOpen && !hasAnswered && code === "modbus.disconnected") endedUnheard++;
        const cause = endedUnheard >= ENDED_UNHEARD_TELLING ? `${said}; ${HELD_BY_ANOTHER}` : said;
        drop(cause);
        inFlight?.end({ code, cause });
      },
    });
    connection = { wire, patience, isOpen: false };
    report("connecting", undefined);
  }

  function drop(cause: string): void {
    const ended = connection;
    if (ended === undefined) return;
    connection = undefined;
    ended.patience.cancel();
    ended.wire.destroy();
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
/** Once may be a device that restarts. */
const ENDED_UNHEARD_TELLING = 3;
const HELD_BY_ANOTHER = "it takes our connection and ends it before it answers: another master may hold its only place";

interface Connection {
  readonly wire: Wire;
  readonly patience: Timer;
  isOpen: boolean;
}

interface Request {
  isSent: boolean;
  readonly send: (wire: Wire) => void;
  readonly end: (error: TransportError) => void;
}
