import type { Result } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { afterEach, expect, test } from "vitest";
import { modbusTcpTransport } from "./modbus-tcp.ts";
import type { TransportError } from "./register-transport.ts";
import { crc16, RtuGateway } from "./testing/rtu-gateway.ts";

const gateway = new RtuGateway({ readHolding: (address) => Uint16Array.of(address), writeHolding: () => 0 });
const listening = gateway.listen();
afterEach(() => {
  gateway.spoil = (frame) => frame;
});

test("the gateway of these tests reckons the checksum of the document's own example", () => {
  expect(crc16(Uint8Array.of(0x01, 0x03, 0x00, 0x00, 0x00, 0x0a))).toBe(0xcdc5); // on the wire C5 CD
});

test.each<[story: string, spoil: (frame: Buffer) => Buffer]>([
  ["has a bit turned over", (frame) => Buffer.from(frame.map((byte, index) => (index === 4 ? byte ^ 1 : byte)))],
  ["is of another unit", (frame) => resealed(frame, (changed) => changed.writeUInt8(2, 0))],
  ["is of another function", (frame) => resealed(frame, (changed) => changed.writeUInt8(4, 1))],
  ["is followed by more", (frame) => Buffer.concat([frame, frame])],
  ["is an exception followed by more", () => Buffer.concat([resealed(Buffer.of(1, 0x83, 2, 0, 0)), Buffer.of(0)])],
])("an answer that %s is malformed, and the connection with it", async (_, spoil) => {
  const transport = await open();
  expect(await transport.read(7)).toEqual({ ok: true, value: Uint16Array.of(7) });
  const before = gateway.connections;
  gateway.spoil = spoil;
  expect(await transport.read(8)).toMatchObject({ ok: false, error: { code: "modbus.malformed" } });
  gateway.spoil = (frame) => frame;
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(await transport.read(9)).toEqual({ ok: true, value: Uint16Array.of(9) });
  expect(gateway.connections).toBe(before + 1);
  transport.close();
});

function resealed(frame: Buffer, change: (frame: Buffer) => void = () => {}): Buffer {
  change(frame);
  frame.writeUInt16LE(crc16(frame.subarray(0, -2)), frame.length - 2);
  return frame;
}

async function open() {
  const transport = modbusTcpTransport({
    framing: "rtu",
    host: "127.0.0.1",
    port: await listening,
    unitId: 1,
    clock: new SystemClock(),
    rng: new Rng(1),
  });
  return {
    read: (address: number) =>
      new Promise<Result<Uint16Array, TransportError>>((resolve) => transport.read(address, 1, Ms(500), resolve)),
    close: () => transport.close(),
  };
}
