import { SimClock } from "@penstock/protocol/time";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { NodeRequest } from "./node-link.ts";
import { nodeTransport } from "./node-transport.ts";

test("a range of nodes is read in one batch and comes back as float64 registers", () => {
  const { transport, posted, results } = bench();
  transport.read(4, 8, Ms(100), results);
  expect(posted).toEqual([{ id: 1, kind: "read", nodes: [1, 2] }]);
  transport.hear({ id: 1, ok: true, values: [1, "BadSensorFailure"] });
  expect(results.heard).toEqual([{ ok: true, value: Uint16Array.of(0x3ff0, 0, 0, 0, 0x7ff8, 0, 0, 0) }]);
});

test("why a node is no number is known by its register, until it is one; so is how far its server's clock is ahead", () => {
  const { transport, results } = bench();
  transport.read(4, 8, Ms(100), results);
  transport.hear({ id: 1, ok: true, values: [1, "BadSensorFailure"], clockSkewMs: 3_000 });
  expect([4, 8, 11].map((address) => transport.notes?.flawAt(address))).toEqual([
    undefined,
    "BadSensorFailure",
    "BadSensorFailure",
  ]);
  expect(transport.notes?.clockSkewMs).toBe(3_000);
  transport.read(8, 4, Ms(100), results);
  transport.hear({ id: 2, ok: true, values: [2] });
  expect(transport.notes?.flawAt(8)).toBeUndefined();
});

test("a write carries the numbers, and a server that says no is an exception with its word", () => {
  const { transport, posted, results } = bench();
  transport.write(8, Uint16Array.of(0xc000, 0, 0, 0), Ms(100), results);
  expect(posted).toEqual([{ id: 1, kind: "write", nodes: [2], values: [-2] }]);
  transport.hear({ id: 1, ok: false, refused: true, status: "BadNotWritable" });
  expect(results.heard).toMatchObject([{ ok: false, error: { code: "modbus.exception", name: "BadNotWritable" } }]);
});

test("silence ends at the deadline and throws the session away; what comes later is nobody's", () => {
  const { transport, posted, results, clock } = bench();
  transport.read(0, 4, Ms(100), results);
  clock.advance(Ms(100));
  expect(results.heard).toMatchObject([{ ok: false, error: { code: "modbus.timeout" } }]);
  expect(posted.at(-1)).toEqual({ id: 1, kind: "reset" });
  transport.read(4, 4, Ms(100), results);
  transport.hear({ id: 1, ok: true, values: [99] });
  expect(results.heard).toHaveLength(1);
  transport.hear({ id: 2, ok: true, values: [7] });
  expect(results.heard[1]).toMatchObject({ ok: true });
});

test("one request at a time; without a session it is disconnected; closed is closed", () => {
  const { transport, results } = bench();
  transport.read(0, 4, Ms(100), results);
  transport.read(4, 4, Ms(100), results);
  transport.hear({ id: 1, ok: false, refused: false, error: { code: "opc-ua.session-lost" } });
  transport.read(0, 4, Ms(100), results);
  transport.close();
  transport.read(0, 4, Ms(100), results);
  const codes = results.heard.map((one) => (one.ok ? "ok" : one.error.code));
  expect(codes).toEqual(["modbus.busy", "opc-ua.session-lost", "modbus.closed", "modbus.closed"]);
});

function bench() {
  const clock = new SimClock(UtcMs(0));
  const posted: NodeRequest[] = [];
  const transport = nodeTransport({ clock, post: (request) => posted.push(request), close: () => {} });
  type Heard = { readonly ok: true } | { readonly ok: false; readonly error: { readonly code: string } };
  const heard: Heard[] = [];
  const results = Object.assign((result: Heard) => void heard.push(result), { heard });
  return { clock, transport, posted, results };
}
