import { connect, type Socket } from "node:net";
import { SystemClock } from "@penstock/protocol/time";
import ModbusRTU from "modbus-serial";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BatteryUnit } from "../devices/battery-unit.ts";
import { createBattery } from "../plant/battery.ts";
import { twoHourContainer } from "../plant/ratings.ts";
import { type ModbusTcpServer, serveModbusTcp } from "./modbus-tcp-server.ts";

let device: BatteryUnit;
let server: ModbusTcpServer;
const sockets: Socket[] = [];
const clients: ModbusRTU[] = [];

beforeEach(async () => {
  const surroundings = { frequencyHz: 50, voltagePu: 1, ambientC: 20 };
  device = new BatteryUnit("unit-1", createBattery(twoHourContainer, 0.5, 20), surroundings);
  server = await serveModbusTcp({ device, clock: new SystemClock() });
});

afterEach(async () => {
  for (const client of clients.splice(0)) await new Promise<void>((resolve) => client.close(() => resolve()));
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

async function client(unitId: number): Promise<ModbusRTU> {
  const made = new ModbusRTU();
  clients.push(made);
  await made.connectTCP("127.0.0.1", { port: server.port });
  made.setID(unitId);
  made.setTimeout(2000);
  return made;
}

async function raw(): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  sockets.push(socket);
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  return socket;
}

/** The next `length` bytes, however they are cut up; fewer when the connection ends. */
function receive(socket: Socket, length: number): Promise<number[]> {
  return new Promise((resolve) => {
    const bytes: number[] = [];
    socket.on("data", (chunk: Uint8Array) => {
      bytes.push(...chunk);
      if (bytes.length >= length) resolve(bytes);
    });
    socket.on("close", () => resolve(bytes));
  });
}

const readSunS = (transaction: number): number[] => [0, transaction, 0, 0, 0, 6, 1, 3, 0x9c, 0x40, 0, 2];
const sunSAnswer = (transaction: number): number[] => [0, transaction, 0, 0, 0, 7, 1, 3, 4, 0x53, 0x75, 0x6e, 0x53];

test.each([1, 255])("an independent client reads the map and writes a set-point as unit %d", async (unitId) => {
  const modbus = await client(unitId);
  expect((await modbus.readHoldingRegisters(40_000, 4)).data).toEqual([0x5375, 0x6e53, 1, 66]);
  expect((await modbus.readInputRegisters(40_070, 2)).data).toEqual([701, 153]);
  await modbus.writeRegisters(40_318, [1, 1, 0, 50_000]);
  expect(device.state.setPointW).toBe(50_000);
  await modbus.writeRegister(40_445, 12);
  expect((await modbus.readHoldingRegisters(40_445, 1)).data).toEqual([12]);
});

test("an independent client is told what is wrong", async () => {
  const modbus = await client(1);
  await expect(modbus.readHoldingRegisters(0, 2)).rejects.toMatchObject({ modbusCode: 2 });
  await expect(modbus.writeRegisters(40_080, [1])).rejects.toMatchObject({ modbusCode: 2 });
  await expect(modbus.writeRegisters(40_320, [0x7000, 0])).rejects.toMatchObject({ modbusCode: 3 });
  await expect(modbus.readCoils(0, 1)).rejects.toMatchObject({ modbusCode: 1 });
});

test("a unit id nobody has is answered by the gateway", async () => {
  const modbus = await client(7);
  await expect(modbus.readHoldingRegisters(40_000, 2)).rejects.toMatchObject({ modbusCode: 11 });
});

test("several requests in one segment get their answers in order", async () => {
  const socket = await raw();
  socket.write(Uint8Array.from([...readSunS(1), ...readSunS(2), ...readSunS(3)]));
  expect(await receive(socket, 39)).toEqual([...sunSAnswer(1), ...sunSAnswer(2), ...sunSAnswer(3)]);
});

test("a request that arrives byte by byte is answered once it is whole", async () => {
  const socket = await raw();
  socket.setNoDelay(true);
  for (const byte of readSunS(9)) {
    socket.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await receive(socket, 13)).toEqual(sunSAnswer(9));
});

test.each([
  ["another protocol", [0, 1, 0, 1, 0, 6, 1, 3, 0x9c, 0x40, 0, 2]],
  ["a length of 1", [0, 1, 0, 0, 0, 1, 1]],
  ["a length of 255", [0, 1, 0, 0, 0, 255, 1, 3]],
])("%s in the header ends the connection", async (_, bytes) => {
  const socket = await raw();
  const received = receive(socket, 1);
  socket.write(Uint8Array.from(bytes));
  expect(await received).toEqual([]);
});

test("a silent device leaves its caller waiting, and answers the next call when it is back", async () => {
  const socket = await raw();
  device.trouble.silent = true;
  socket.write(Uint8Array.from(readSunS(1)));
  await new Promise((resolve) => socket.write("", resolve));
  const modbus = await client(1);
  modbus.setTimeout(100);
  await expect(modbus.readHoldingRegisters(40_000, 2)).rejects.toThrow();
  device.trouble.silent = false;
  socket.write(Uint8Array.from(readSunS(2)));
  expect(await receive(socket, 13)).toEqual(sunSAnswer(2));
});

test("a slow device answers right, and not before its time", async () => {
  const socket = await raw();
  device.trouble.delayMs = 120;
  const started = process.hrtime.bigint();
  socket.write(Uint8Array.from(readSunS(1)));
  expect(await receive(socket, 13)).toEqual(sunSAnswer(1));
  expect(Number(process.hrtime.bigint() - started) / 1e6).toBeGreaterThan(110);
});

test("a device for a single client turns the second away and takes it when the first has gone", async () => {
  device.trouble.clientsMax = 1;
  const first = await raw();
  first.write(Uint8Array.from(readSunS(1)));
  expect(await receive(first, 13)).toEqual(sunSAnswer(1));
  const second = connect(server.port, "127.0.0.1");
  sockets.push(second);
  const refusal = await new Promise((resolve) => {
    second.on("error", (error) => resolve((error as NodeJS.ErrnoException).code));
    second.on("close", () => resolve("closed"));
  });
  expect(["ECONNRESET", "closed"]).toContain(refusal);
  first.destroy();
  await new Promise((resolve) => first.once("close", resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const third = await raw();
  third.write(Uint8Array.from(readSunS(2)));
  expect(await receive(third, 13)).toEqual(sunSAnswer(2));
});
