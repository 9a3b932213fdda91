import type { Result } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { afterEach, describe, expect, test } from "vitest";
import { inMemoryTransport, type RegisterHandler } from "./in-memory.ts";
import { modbusTcpTransport } from "./modbus-tcp.ts";
import type { RegisterTransport, TransportError } from "./register-transport.ts";
import { RawServer, serveHandler } from "./testing/raw-server.ts";
import { RtuGateway } from "./testing/rtu-gateway.ts";

/** Ten registers at 100; the last one may be read, not written. */
class Device implements RegisterHandler {
  readonly registers = Uint16Array.from({ length: 10 }, (_, index) => index * 1_000);
  isSilent = false;

  readHolding(address: number, count: number): Uint16Array | number | undefined {
    if (this.isSilent) return undefined;
    return address < 100 || address + count > 110 ? 2 : this.registers.slice(address - 100, address - 100 + count);
  }

  writeHolding(address: number, values: Uint16Array): number | undefined {
    if (this.isSilent) return undefined;
    if (address < 100 || address + values.length > 109) return 2;
    this.registers.set(values, address - 100);
    return 0;
  }
}

const clock = new SystemClock();
let cleanUp: () => Promise<void> | void = () => {};
afterEach(() => cleanUp());

const makers: [name: string, make: (device: Device) => Promise<RegisterTransport>][] = [
  ["in memory, at once", async (device) => inMemoryTransport(device, { clock })],
  ["in memory, 5 ms away", async (device) => inMemoryTransport(device, { clock, latencyMs: Ms(5) })],
  [
    "Modbus TCP",
    async (device) => {
      const server = new RawServer(serveHandler(device));
      const port = await server.listen();
      const transport = modbusTcpTransport({ host: "127.0.0.1", port, unitId: 1, clock, rng: new Rng(1) });
      cleanUp = async () => {
        transport.close();
        await server.close();
      };
      return transport;
    },
  ],
  [
    "RTU over TCP",
    async (device) => {
      const gateway = new RtuGateway(device);
      const port = await gateway.listen();
      const transport = modbusTcpTransport({
        framing: "rtu",
        host: "127.0.0.1",
        port,
        unitId: 1,
        clock,
        rng: new Rng(1),
      });
      cleanUp = async () => {
        transport.close();
        await gateway.close();
      };
      return transport;
    },
  ],
];

describe.each(makers)("a transport %s", (_, make) => {
  test("reads registers", async () => {
    const transport = await make(new Device());
    expect(await read(transport, 102, 3)).toEqual({ ok: true, value: Uint16Array.of(2_000, 3_000, 4_000) });
  });

  test("writes registers, all in one request, and the caller may reuse its array", async () => {
    const device = new Device();
    const transport = await make(device);
    const values = Uint16Array.of(1, 0xffff);
    const written = write(transport, 103, values);
    values.fill(7);
    expect(await written).toEqual({ ok: true, value: undefined });
    expect(Array.from(device.registers.subarray(2, 6))).toEqual([2_000, 1, 0xffff, 5_000]);
  });

  test("names the exception of a range that is not there, and goes on", async () => {
    const transport = await make(new Device());
    const expected = { code: "modbus.exception", exception: 2, name: "illegal data address", address: 109 };
    expect(await read(transport, 109, 2)).toEqual({ ok: false, error: expected });
    expect(await write(transport, 109, Uint16Array.of(1))).toEqual({ ok: false, error: expected });
    expect(await read(transport, 65_535, 2)).toMatchObject({
      ok: false,
      error: { code: "modbus.exception", exception: 2 },
    });
    expect((await read(transport, 100, 1)).ok).toBe(true);
  });

  test("answers silence with a timeout, then works again", async () => {
    const device = new Device();
    const transport = await make(device);
    await read(transport, 100, 1);
    device.isSilent = true;
    expect(await read(transport, 100, 1, 30)).toMatchObject({ ok: false, error: { code: "modbus.timeout" } });
    device.isSilent = false;
    await eventually(async () => (await read(transport, 100, 1)).ok);
  });

  test("has one request in flight: a second one is told so at once", async () => {
    const device = new Device();
    device.isSilent = true;
    const transport = await make(device);
    const first = read(transport, 100, 1, 50);
    expect(await read(transport, 100, 1)).toEqual({ ok: false, error: { code: "modbus.busy" } });
    expect(await first).toMatchObject({ ok: false, error: { code: "modbus.timeout" } });
  });

  test("answers what is in flight when it is closed, once, and everything after", async () => {
    const device = new Device();
    device.isSilent = true;
    const transport = await make(device);
    let answers = 0;
    const answered = new Promise((resolve) => {
      transport.read(100, 1, Ms(1_000), (result) => {
        answers++;
        resolve(result);
      });
    });
    transport.close();
    transport.close();
    expect(await answered).toEqual({ ok: false, error: { code: "modbus.closed" } });
    expect(await read(transport, 100, 1)).toEqual({ ok: false, error: { code: "modbus.closed" } });
    expect(answers).toBe(1);
  });

  test("takes the next request from within an answer", async () => {
    const transport = await make(new Device());
    const second = await new Promise<Result<Uint16Array, TransportError>>((resolve) => {
      transport.read(100, 1, Ms(1_000), () => transport.read(101, 1, Ms(1_000), resolve));
    });
    expect(second).toEqual({ ok: true, value: Uint16Array.of(1_000) });
  });

  test.each([0, 126])("refuses to be asked for %i registers: that is our own mistake", async (count) => {
    const transport = await make(new Device());
    expect(() => transport.read(100, count, Ms(100), () => {})).toThrow("1 to 125");
  });
});

const read = (transport: RegisterTransport, address: number, count: number, deadlineMs = 1_000) =>
  new Promise<Result<Uint16Array, TransportError>>((resolve) =>
    transport.read(address, count, Ms(deadlineMs), resolve),
  );

const write = (transport: RegisterTransport, address: number, values: Uint16Array) =>
  new Promise<Result<void, TransportError>>((resolve) => transport.write(address, values, Ms(1_000), resolve));

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5));
}
