import { fail, invariant, ok, type Result } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import type { Ms } from "@penstock/protocol/units";
import type { NodeAnswer, NodeRequest, NodeValue } from "./node-link.ts";
import type { RegisterTransport, TransportError } from "./register-transport.ts";

export interface NodeTransportOptions {
  readonly clock: Clock;
  readonly post: (request: NodeRequest) => void;
  readonly close: () => void;
}

export interface NodeTransport extends RegisterTransport {
  /** To be called with every answer of the thread; one that comes too late is nobody's. */
  hear(answer: NodeAnswer): void;
}

/**
 * The nodes of an OPC UA server as registers: four a node, a float64. So everything that knows how to talk to a
 * device by registers (deadlines, read-back, foreign writes, judgement at connect) holds for these as well. One
 * request is out at a time; a whole range is one batched read or write.
 */
export function nodeTransport({ clock, post, close }: NodeTransportOptions): NodeTransport {
  let waiting: { readonly id: number; readonly end: (answer: NodeAnswer | TransportError) => void } | undefined;
  let id = 0;
  let closed = false;
  /** By node; what is not in it was a number. */
  const flaws = new Map<number, string>();
  let clockSkewMs: number | undefined;

  return {
    notes: {
      flawAt: (address) => flaws.get(Math.floor(address / NODE_REGISTERS)),
      get clockSkewMs() {
        return clockSkewMs;
      },
    },
    read: (address, count, deadlineMs, done) => {
      const first = Math.floor(address / NODE_REGISTERS);
      const last = Math.floor((address + count - 1) / NODE_REGISTERS);
      const nodes = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      ask<Uint16Array>({ id: ++id, kind: "read", nodes }, deadlineMs, done, (values) => {
        const registers = registersOf(nodes, values);
        return registers.slice(address - first * NODE_REGISTERS, address - first * NODE_REGISTERS + count);
      });
    },
    readInput: (address, _count, _deadlineMs, done) =>
      done(fail({ code: "modbus.exception", exception: 1, name: "nodes have no input registers", address })),
    write: (address, registers, deadlineMs, done) => {
      invariant(address % NODE_REGISTERS === 0 && registers.length % NODE_REGISTERS === 0, "a node is written whole");
      const values = valuesOf(registers);
      const nodes = values.map((_, index) => address / NODE_REGISTERS + index);
      ask<void>({ id: ++id, kind: "write", nodes, values }, deadlineMs, done, () => undefined);
    },
    close() {
      if (closed) return;
      closed = true;
      waiting?.end({ code: "modbus.closed" });
      close();
    },
    hear(answer) {
      if (answer.id === waiting?.id) waiting.end(answer);
    },
  };

  function ask<T>(
    request: NodeRequest,
    deadlineMs: Ms,
    done: (result: Result<T, TransportError>) => void,
    take: (values: readonly NodeValue[]) => T,
  ) {
    if (closed) return done(fail({ code: "modbus.closed" }));
    if (waiting !== undefined) return done(fail({ code: "modbus.busy" }));
    const deadline = clock.after(deadlineMs, () => {
      if (waiting?.id !== request.id) return;
      post({ id: request.id, kind: "reset" });
      waiting.end({ code: "modbus.timeout", deadlineMs });
    });
    waiting = {
      id: request.id,
      end(answer) {
        waiting = undefined;
        deadline.cancel();
        if ("code" in answer) done(fail(answer));
        else if (answer.ok) {
          clockSkewMs = answer.clockSkewMs ?? clockSkewMs;
          done(ok(take(answer.values)));
        } else done(fail(refusal(answer)));
      },
    };
    post(request);
  }

  function registersOf(nodes: readonly number[], values: readonly NodeValue[]): Uint16Array {
    const registers = new Uint16Array(NODE_REGISTERS * values.length);
    for (const [index, value] of values.entries()) {
      const node = nodes[index] ?? Number.NaN;
      if (typeof value === "string") flaws.set(node, value);
      else flaws.delete(node);
      scratch.setFloat64(0, typeof value === "string" ? Number.NaN : value);
      for (let i = 0; i < NODE_REGISTERS; i++) registers[NODE_REGISTERS * index + i] = scratch.getUint16(2 * i);
    }
    return registers;
  }
}

const NODE_REGISTERS = 4;
const FAILURE = 4;

const refusal = (answer: Extract<NodeAnswer, { ok: false }>): TransportError =>
  answer.refused
    ? { code: "modbus.exception", exception: FAILURE, name: answer.status }
    : (answer.error as TransportError);

const scratch = new DataView(new ArrayBuffer(8));

function valuesOf(registers: Uint16Array): number[] {
  return Array.from({ length: registers.length / NODE_REGISTERS }, (_, index) => {
    for (let i = 0; i < NODE_REGISTERS; i++) scratch.setUint16(2 * i, registers[NODE_REGISTERS * index + i] ?? 0);
    return scratch.getFloat64(0);
  });
}
