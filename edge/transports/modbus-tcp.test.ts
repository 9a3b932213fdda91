import type { Socket } from "node:net";
import type { Result } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { afterEach, expect, test } from "vitest";
import { mbapWire } from "./mbap-wire.ts";
import { modbusTcpTransport } from "./modbus-tcp.ts";
import type { ConnectionState } from "./modbus-transport.ts";
import type { RegisterTransport, TransportError } from "./register-transport.ts";
import { frame, type RawRequest, RawServer, registersPdu } from "./testing/raw-server.ts";

let server: RawServer | undefined;
let transport: RegisterTransport | undefined;
const states: ConnectionState[] = [];
afterEach(async () => {
  transport?.close();
  await server?.close();
  states.length = 0;
});

test("an answer that comes after the deadline is nobody's: the next request gets its own", async () => {
  const wire = await connect((request, socket) => {
    const value = request.pdu.readUInt16BE(1);
    const late = value === 1;
    setTimeout(() => socket.write(frame(request, registersPdu(value))), late ? 60 : 0);
  });
  expect(await read(wire, 1, 30)).toMatchObject({ ok: false, error: { code: "modbus.timeout" } });
  for (let address = 2; address < 12; address++) {
    const result = await readWhenUp(wire, address);
    expect(result).toEqual({ ok: true, value: Uint16Array.of(address) });
  }
  expect(states.map(({ state }) => state)).toContain("down");
});

test.each<[story: string, spoil: (request: RawRequest, socket: Socket) => void]>([
  [
    "has another request's number",
    (r, s) => s.write(frame(r, registersPdu(9), { transactionId: r.transactionId + 1 })),
  ],
  ["has another unit's id", (r, s) => s.write(frame(r, registersPdu(9), { unitId: 77 }))],
  ["is not Modbus", (r, s) => s.write(frame(r, registersPdu(9), { protocolId: 1 }))],
  ["says it has no content", (r, s) => s.write(frame(r, registersPdu(9), { length: 1 }))],
  ["says it is longer than any", (r, s) => s.write(frame(r, registersPdu(9), { length: 300 }))],
  ["is followed by more", (r, s) => s.write(Buffer.concat([frame(r, registersPdu(9)), frame(r, registersPdu(8))]))],
  ["has more registers than were asked for", (r, s) => s.write(frame(r, registersPdu(9, 9)))],
  ["has fewer registers than were asked for", (r, s) => s.write(frame(r, registersPdu()))],
  ["counts its bytes wrongly", (r, s) => s.write(frame(r, Uint8Array.of(3, 4, 0, 9)))],
  ["is of another function", (r, s) => s.write(frame(r, Uint8Array.of(4, 2, 0, 9)))],
])("an answer that %s is malformed, and the connection with it", async (_, spoil) => {
  let isSpoiling = true;
  const wire = await connect((request, socket) => {
    if (isSpoiling) spoil(request, socket);
    else socket.write(frame(request, registersPdu(5)));
  });
  expect(await read(wire, 1)).toMatchObject({ ok: false, error: { code: "modbus.malformed" } });
  isSpoiling = false;
  expect(await readWhenUp(wire, 1)).toEqual({ ok: true, value: Uint16Array.of(5) });
  expect(server?.connections).toBe(2);
});

test("a write whose echo is of another address is malformed", async () => {
  const wire = await connect((request, socket) => socket.write(frame(request, Uint8Array.of(16, 0, 2, 0, 1))));
  const result = await new Promise((resolve) => wire.write(1, Uint16Array.of(4), Ms(1_000), resolve));
  expect(result).toMatchObject({ ok: false, error: { code: "modbus.malformed" } });
});

test("bytes that answer nothing end the connection quietly", async () => {
  let stray = () => {};
  const wire = await connect((request, socket) => {
    socket.write(frame(request, registersPdu(5)));
    stray = () => socket.write(frame(request, registersPdu(6)));
  });
  expect((await read(wire, 1)).ok).toBe(true);
  stray();
  await until(() => states.at(-1)?.state === "down");
  expect(await readWhenUp(wire, 1)).toEqual({ ok: true, value: Uint16Array.of(5) });
});

test("an answer in single bytes is an answer", async () => {
  const wire = await connect(async (request, socket) => {
    for (const byte of frame(request, registersPdu(0x1234))) {
      socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
  });
  expect(await read(wire, 1)).toEqual({ ok: true, value: Uint16Array.of(0x1234) });
});

test.each([
  [1, "illegal function"],
  [4, "server device failure"],
  [5, "acknowledge"],
  [6, "server device busy"],
  [10, "gateway path unavailable"],
  [11, "gateway target device failed to respond"],
  [99, "unknown exception"],
])("exception %i is %s, and the connection stays", async (exception, name) => {
  const wire = await connect((request, socket) => socket.write(frame(request, Uint8Array.of(0x83, exception))));
  expect(await read(wire, 1)).toEqual({ ok: false, error: { code: "modbus.exception", exception, name, address: 1 } });
  expect(await read(wire, 1)).toMatchObject({ ok: false, error: { exception } });
  expect(server?.connections).toBe(1);
});

test("transaction numbers have 16 bits and never repeat before all were used", async () => {
  const wire = await connect((request, socket) => socket.write(frame(request, registersPdu(1))));
  for (let i = 0; i < 600; i++) await read(wire, 1);
  const ids = server?.requests.map(({ transactionId }) => transactionId) ?? [];
  expect(new Set(ids).size).toBe(600);
  expect(server?.connections).toBe(1);
});

test("transaction numbers go on after 65,535", async () => {
  server = new RawServer((request, socket) => socket.write(frame(request, registersPdu(1))));
  const port = await server.listen();
  const ended: unknown[] = [];
  let opened = () => {};
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const options = { host: "127.0.0.1", port, unitId: 1, onOpen: opened, onEnd: (end: unknown) => ended.push(end) };
  const wire = mbapWire(options, 0xfffd);
  await isOpen;
  for (let i = 0; i < 4; i++) {
    expect((await new Promise<{ ok: boolean }>((resolve) => wire.read("holding", 1, 1, resolve))).ok).toBe(true);
  }
  wire.destroy();
  expect(server.requests.map(({ transactionId }) => transactionId)).toEqual([0xfffe, 0xffff, 0, 1]);
  expect(ended).toEqual([]);
});

test("an answer that drips in too slowly is a timeout, not a wait for ever", async () => {
  const wire = await connect((request, socket) => {
    const bytes = frame(request, registersPdu(9));
    let at = 0;
    const drip = setInterval(() => {
      if (at >= bytes.length || socket.destroyed) clearInterval(drip);
      else socket.write(bytes.subarray(at, ++at));
    }, 20);
  });
  expect(await read(wire, 1, 60)).toMatchObject({ ok: false, error: { code: "modbus.timeout" } });
});

test("a device that needs rest between requests gets it", async () => {
  const askedAtMs: number[] = [];
  const wire = await connect(
    (request, socket) => {
      askedAtMs.push(performance.now());
      socket.write(frame(request, registersPdu(1)));
    },
    { requestGapMs: Ms(25) },
  );
  for (let i = 0; i < 4; i++) expect((await read(wire, 1)).ok).toBe(true);
  const gapsMs = askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0));
  expect(Math.min(...gapsMs)).toBeGreaterThan(20);
});

test("1,500 mutilated answers: each request is answered once, never with another register's value", async () => {
  const rng = new Rng("mutilated");
  const wire = await connect((request, socket) => {
    const address = request.pdu.readUInt16BE(1);
    const answer = frame(request, registersPdu(address));
    if (rng.uniform() < 0.3) return socket.write(answer);
    // The two registers' own bytes are left alone: TCP's checksum guards them, and no framing could.
    const at = rng.integer(0, 9);
    if (rng.uniform() < 0.7) answer[at] = rng.integer(0, 256);
    const cut = rng.uniform() < 0.2 ? answer.subarray(0, rng.integer(1, answer.length)) : answer;
    const glued = rng.uniform() < 0.2 ? Buffer.concat([cut, answer.subarray(0, rng.integer(0, answer.length))]) : cut;
    socket.write(glued);
    if (glued.length < answer.length) socket.end();
  }, NO_PAUSE);
  let good = 0;
  for (let request = 1; request <= 1_500; request++) {
    const result = await readWhenUp(wire, request, 40);
    if (!result.ok) {
      expect(result.error.code).toMatch(/^modbus\.(malformed|disconnected|exception|timeout)$/);
      continue;
    }
    good++;
    expect(Array.from(result.value)).toEqual([request]);
  }
  expect(good).toBeGreaterThan(300);
}, 60_000);

test("a half-open device that takes connections and says nothing is left by a reset, not kept", async () => {
  const wire = await connect(() => {});
  for (let i = 0; i < 3; i++) {
    const result = await new Promise<Result<Uint16Array, TransportError>>((resolve) =>
      wire.read(1, 1, Ms(20), resolve),
    );
    expect(result.ok).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  await until(() => server?.open === 0);
  // A polite end leaves the place of a half-open socket taken on the device's side.
  expect(server?.resets).toBe(server?.connections);
});

test("while nobody listens every request is answered, at once or by its deadline, and nothing leaks", async () => {
  const wire = await connect(() => {});
  await server?.close();
  const codes = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const result = await read(wire, 1, 50);
    if (!result.ok) codes.add(result.error.code);
  }
  expect([...codes]).toEqual(["modbus.disconnected"]);
});

test("a storm of 2,000 resets in mid-request: each request is answered exactly once, and none with a wrong value", async () => {
  const rng = new Rng("storm");
  const wire = await connect((request, socket) => {
    const value = request.pdu.readUInt16BE(1);
    const fate = rng.uniform();
    if (fate < 0.4) socket.resetAndDestroy();
    else if (fate < 0.6) socket.end(frame(request, registersPdu(value)).subarray(0, rng.integer(1, 11)));
    else if (fate < 0.8) socket.end(frame(request, registersPdu(value)));
    else socket.write(frame(request, registersPdu(value)));
  }, NO_PAUSE);
  let answers = 0;
  let good = 0;
  let address = 0;
  while ((server?.connections ?? 0) < 2_000) {
    address = (address + 1) % 1_000;
    const result = await read(wire, address);
    answers++;
    if (!result.ok) continue;
    good++;
    expect(Array.from(result.value)).toEqual([address]);
  }
  expect(good).toBeGreaterThan(500);
  expect(answers).toBeGreaterThanOrEqual(2_000);
  expect(server?.open).toBeLessThanOrEqual(1);
}, 60_000);

/** Backoff as it is, on a clock that runs a thousand times faster for it: the storm need not last an hour. */
const NO_PAUSE = { monotonicSpeed: 1_000 };

async function connect(
  answer: (request: RawRequest, socket: Socket) => void,
  { monotonicSpeed = 1, requestGapMs = Ms(0) }: { monotonicSpeed?: number; requestGapMs?: Ms } = {},
): Promise<RegisterTransport> {
  server = new RawServer(answer);
  const port = await server.listen();
  const real = new SystemClock();
  transport = modbusTcpTransport({
    host: "127.0.0.1",
    port,
    unitId: 3,
    requestGapMs,
    clock: {
      monotonicMs: () => (real.monotonicMs() * monotonicSpeed) as ReturnType<SystemClock["monotonicMs"]>,
      nowMs: () => real.nowMs(),
      after: (delayMs, action) => real.after(delayMs, action),
    },
    rng: new Rng(1),
    onState: (state) => states.push(state),
  });
  return transport;
}

const read = (wire: RegisterTransport, address: number, deadlineMs = 1_000) =>
  new Promise<Result<Uint16Array, TransportError>>((resolve) => wire.read(address, 1, Ms(deadlineMs), resolve));

async function readWhenUp(
  wire: RegisterTransport,
  address: number,
  deadlineMs?: number,
): Promise<Result<Uint16Array, TransportError>> {
  for (;;) {
    const result = await read(wire, address, deadlineMs);
    if (result.ok || result.error.code !== "modbus.disconnected") return result;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}
