import { fail, ok, type Result } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { nameException } from "./exceptions.ts";
import { refuseRead, refuseWrite } from "./limits.ts";
import type { RegisterTransport, TransportError } from "./register-transport.ts";

/** A device that lives in this process. A number is a Modbus exception code; `undefined` is silence. */
export interface RegisterHandler {
  readHolding(address: number, count: number): Uint16Array | number | undefined;
  /** A device without input registers has none of these, and answers exception 1. */
  readInput?(address: number, count: number): Uint16Array | number | undefined;
  /** 0 accepts. */
  writeHolding(address: number, values: Uint16Array): number | undefined;
}

export interface InMemoryOptions {
  readonly clock: Clock;
  /** One way there and back; 0 answers before the call returns, which is what makes a simulated day quick. */
  readonly latencyMs?: Ms;
}

/**
 * The contract of {@link RegisterTransport} without a wire: the same refusals, the same one request in
 * flight, and silence that ends at the deadline by the clock. The device acts when the request arrives,
 * half the latency after it was sent; an answer that would come after the deadline is nobody's.
 */
export function inMemoryTransport(handler: RegisterHandler, options: InMemoryOptions): RegisterTransport {
  const { clock } = options;
  const latencyMs = options.latencyMs ?? Ms(0);
  const holding: Ask = (address, count) => handler.readHolding(address, count);
  const input: Ask = (address, count) =>
    handler.readInput === undefined ? ILLEGAL_FUNCTION : handler.readInput(address, count);
  let closed = false;
  let abort: ((error: TransportError) => void) | undefined;

  return {
    read: (address, count, deadlineMs, done) => read(holding, address, count, deadlineMs, done),
    readInput: (address, count, deadlineMs, done) => read(input, address, count, deadlineMs, done),
    write(address, values, deadlineMs, done) {
      const refusal = refuse() ?? refuseWrite(address, values.length);
      if (refusal !== undefined) return done(fail(refusal));
      if (latencyMs === 0) {
        const answer = handler.writeHolding(address, values);
        if (answer !== undefined) return done(writeResult(answer, address));
      }
      const sent = values.slice();
      exchange(
        () => (latencyMs === 0 ? undefined : handler.writeHolding(address, sent)),
        (answer) => writeResult(answer, address),
        deadlineMs,
        done,
      );
    },
    close() {
      closed = true;
      abort?.({ code: "modbus.closed" });
    },
  };

  function read(
    ask: Ask,
    address: number,
    count: number,
    deadlineMs: Ms,
    done: (result: Result<Uint16Array, TransportError>) => void,
  ) {
    const refusal = refuse() ?? refuseRead(address, count);
    if (refusal !== undefined) return done(fail(refusal));
    if (latencyMs === 0) {
      const answer = ask(address, count);
      if (answer !== undefined) return done(readResult(answer, address, count));
    }
    exchange(
      () => (latencyMs === 0 ? undefined : ask(address, count)),
      (answer) => readResult(answer, address, count),
      deadlineMs,
      done,
    );
  }

  function refuse(): TransportError | undefined {
    if (closed) return { code: "modbus.closed" };
    if (abort !== undefined) return { code: "modbus.busy" };
    return undefined;
  }

  function exchange<A, T>(
    ask: () => A | undefined,
    read: (answer: A) => Result<T, TransportError>,
    deadlineMs: Ms,
    done: (result: Result<T, TransportError>) => void,
  ): void {
    const finish = (result: Result<T, TransportError>) => {
      if (abort !== end) return;
      abort = undefined;
      deadline.cancel();
      done(result);
    };
    const end = (error: TransportError) => finish(fail(error));
    abort = end;
    const deadline = clock.after(deadlineMs, () => end({ code: "modbus.timeout", deadlineMs }));
    if (latencyMs === 0) return;
    clock.after(Ms(latencyMs / 2), () => {
      const answer = ask();
      if (answer === undefined) return;
      // The device may reuse its registers before the answer is home.
      const held = answer instanceof Uint16Array ? (answer.slice() as A) : answer;
      clock.after(Ms(latencyMs / 2), () => finish(read(held)));
    });
  }
}

type Ask = (address: number, count: number) => Uint16Array | number | undefined;

const ILLEGAL_FUNCTION = 1;

function readResult(answer: Uint16Array | number, address: number, count: number): Result<Uint16Array, TransportError> {
  if (typeof answer === "number") return fail(exceptionError(answer, address));
  if (answer.length !== count) return fail({ code: "modbus.malformed", expected: count, got: answer.length });
  return ok(answer);
}

const writeResult = (answer: number, address: number): Result<void, TransportError> =>
  answer === 0 ? ok(undefined) : fail(exceptionError(answer, address));

const exceptionError = (exception: number, address: number): TransportError => ({
  code: "modbus.exception",
  exception,
  name: nameException(exception),
  address,
});
