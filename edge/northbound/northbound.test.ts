import { connect } from "node:net";
import { describeError } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { Ms, UtcMs, W } from "@penstock/protocol/units";
import ModbusRTU from "modbus-serial";
import { afterEach, expect, test } from "vitest";
import type { PowerInterval } from "../control/image.ts";
import { discover } from "../devices/discovery.ts";
import type { DeviceMap } from "../devices/driver.ts";
import { sunspecMeter } from "../devices/sunspec-meter.ts";
import { BenchSite, grantOf } from "../loop/testing/bench-site.ts";
import { modbusTcpTransport } from "../transports/modbus-tcp.ts";
import { type ModbusServer, serveModbus } from "./modbus-server.ts";
import type { CommandPower } from "./setpoint-points.ts";
import { siteAsDevice } from "./site-as-device.ts";
import { CONTROLS_OFFSET, type ShownSetpoint, siteRegisters } from "./site-registers.ts";

let server: ModbusServer | undefined;
afterEach(() => server?.close());

test("a running site is one SunSpec device: its chain is whole and its figures are the site's", async () => {
  const site = running();
  const { transport } = await open({});
  const map = await found(transport);
  expect(map.models.map(({ id, address }) => [id, address])).toEqual([
    [1, 40_002],
    [701, 40_070],
    [702, 40_225],
    [704, 40_277],
    [713, 40_344],
    [203, 40_353],
  ]);
  expect(map.identity).toMatchObject({ manufacturer: "Penstock", serialNumber: "bench" });
  const { registers } = siteRegisters(view(site));
  const at = (address: number) => registers[address - 40_000] ?? 0;
  const scale = (address: number) => 10 ** ((at(address) << 16) >> 16);
  expect(((at(40_080) << 16) >> 16) * scale(40_070 + 116)).toBe(2_000_000); // 701 W
  expect(at(40_344 + 4) * 0.01).toBeCloseTo(55, 1); // 713 SoC
  const plan = sunspecMeter.plan(map);
  expect(plan.ok).toBe(true);
  expect(((at(40_353 + 18) << 16) >> 16) * scale(40_353 + 22)).toBe(2_000_000); // 203 W, exported
  transport.close();
});

test("what the loop said more than three seconds ago is not shown as now", () => {
  const site = running();
  const status = view(site);
  const late = siteRegisters({ ...status, nowMs: UtcMs(status.nowMs + 3_001) }).registers;
  expect(late[80]).toBe(0x8000); // 701 W
  expect(late[353 + 18]).toBe(0x8000); // 203 W
  expect(late[344 + 4]).toBe(0xffff); // 713 SoC
});

test("without a grant every write is refused and nothing changes", async () => {
  const bench = await open({});
  expect(await bench.write(CONTROLS_ADDRESS + 14, [1, 5_000])).toContain("illegal function");
  expect(bench.limits).toEqual([]);
});

test.each<
  [story: string, writes: readonly (readonly [offset: number, words: readonly number[]])[], limits: readonly unknown[]]
>([
  ["figure and enable in one write", [[14, [1, 5_000]]], [1_900_000]],
  [
    "the figure first, the enable after",
    [
      [15, [2_500]],
      [14, [1]],
    ],
    [950_000],
  ],
  [
    "another figure while it is on",
    [
      [14, [1, 5_000]],
      [15, [1_000]],
    ],
    [1_900_000, 380_000],
  ],
  [
    "off again",
    [
      [14, [1, 0]],
      [14, [0]],
    ],
    [0, undefined],
  ],
  [
    "the same again every second",
    [
      [14, [1, 5_000]],
      [14, [1, 5_000]],
      [14, [1]],
    ],
    [1_900_000],
  ],
  ["off while it is off", [[14, [0]]], []],
])("with a grant: %s", async (_, writes, limits) => {
  const bench = await open({ grant: true });
  for (const [offset, words] of writes) expect(await bench.write(CONTROLS_ADDRESS + offset, words)).toBe("ok");
  expect(bench.limits).toEqual(limits);
});

test.each<[story: string, offset: number, words: readonly number[], said: string]>([
  ["an enable without any figure", 14, [1], "illegal data value"],
  ["more than 100 %", 14, [1, 10_001], "illegal data value"],
  ["an enable of 2", 14, [2, 100], "illegal data value"],
  ["the set-point, which is another grant", 22, [1], "illegal function"],
  ["its own nameplate", -52 + 2, [1], "illegal data address"],
])("with a grant, %s is refused", async (_, offset, words, said) => {
  const bench = await open({ grant: true });
  expect(await bench.write(CONTROLS_ADDRESS + offset, words)).toContain(said);
  expect(bench.limits).toEqual([]);
});

test("a client of another make reads and limits the site as well", async () => {
  const bench = await open({ grant: true });
  const peer = new ModbusRTU();
  await peer.connectTCP("127.0.0.1", { port: server?.port ?? 0 });
  peer.setID(1);
  expect((await peer.readHoldingRegisters(40_000, 4)).data).toEqual([0x5375, 0x6e53, 1, 66]);
  await peer.writeRegisters(CONTROLS_ADDRESS + 14, [1, 5_000]);
  await peer.writeRegister(CONTROLS_ADDRESS + 15, 1_000);
  expect((await peer.readHoldingRegisters(CONTROLS_ADDRESS + 14, 2)).data).toEqual([1, 1_000]);
  await expect(peer.readHoldingRegisters(39_999, 2)).rejects.toMatchObject({ modbusCode: 2 });
  await expect(peer.readInputRegisters(40_000, 2)).rejects.toMatchObject({ modbusCode: 1 });
  expect(bench.limits).toEqual([1_900_000, 380_000]);
  await new Promise<void>((resolve) => peer.close(() => resolve()));
});

test("a client that is not on the list is not answered", async () => {
  const { transport } = await open({ allowFrom: ["192.0.2.1"] });
  const answer = await new Promise<{ ok: boolean }>((resolve) => transport.read(40_000, 2, Ms(1_000), resolve));
  expect(answer.ok).toBe(false);
  transport.close();
});

test("500 frames of noise neither stop the server nor reach the site", async () => {
  const bench = await open({ grant: true });
  const rng = new Rng("noise");
  const port = server?.port ?? 0;
  for (let i = 0; i < 50; i++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    for (let frame = 0; frame < 10; frame++)
      socket.write(Uint8Array.from({ length: rng.integer(1, 40) }, () => rng.integer(0, 256)));
    await new Promise((resolve) => socket.end(() => resolve(undefined)));
    socket.destroy();
  }
  expect((await found(bench.transport)).models).toHaveLength(6);
  expect(bench.limits).toEqual([]);
});

test("4,096 connections that come and go neither fill the server nor cost its client an answer", async () => {
  const bench = await open({});
  const port = server?.port ?? 0;
  expect((await found(bench.transport)).models).toHaveLength(6);
  let most = 0;
  let answers = 0;
  for (let wave = 0; wave < 64; wave++) {
    const sockets = Array.from({ length: 64 }, () => connect(port, "127.0.0.1"));
    const ends = sockets.map((socket) => {
      socket.on("error", () => {});
      return new Promise<void>((resolve) => socket.on("close", () => resolve()));
    });
    // Half of them hold their place and say half a word, the others are gone at once.
    for (const [index, socket] of sockets.entries())
      socket.once("connect", () => (index % 2 === 0 ? socket.resetAndDestroy() : socket.write(Uint8Array.of(0, 1))));
    await Promise.all(sockets.filter((_, index) => index % 2 === 0).map((_, index) => ends[2 * index]));
    answers += (await bench.read(40_000, 2)).length === 2 ? 1 : 0;
    most = Math.max(most, server?.clients().length ?? 0);
    for (const socket of sockets) socket.resetAndDestroy();
    await Promise.all(ends);
  }
  expect(answers).toBe(64);
  expect(most).toBe(4);
  // Who has gone holds no place.
  await expect.poll(() => server?.clients().length).toBe(1);
  expect(bench.limits).toEqual([]);
});

const int32 = (value: number): readonly [number, number] => [(value >>> 16) & 0xffff, value & 0xffff];

test.each<
  [story: string, writes: readonly (readonly [offset: number, words: readonly number[]])[], said: readonly unknown[]]
>([
  ["in one write", [[22, [1, 1, ...int32(-3e6)]]], [[-3e6, 30_000]]],
  [
    "figure and time first, the enable after",
    [
      [24, int32(2e6)],
      [31, [0, 8]],
      [22, [1]],
    ],
    [[2e6, 8_000]],
  ],
  [
    "renewed by the same, by another figure, and by its timer",
    [
      [22, [1, 1, ...int32(2e6)]],
      [24, int32(2e6)],
      [24, int32(1e6)],
      [31, [0, 20]],
    ],
    [
      [2e6, 30_000],
      [2e6, 30_000],
      [1e6, 30_000],
      [1e6, 20_000],
    ],
  ],
  [
    "ended",
    [
      [22, [1, 1, ...int32(2e6)]],
      [22, [0]],
      [22, [0]],
    ],
    [[2e6, 30_000], undefined],
  ],
  ["a figure alone", [[24, int32(2e6)]], []],
])("a granted set-point: %s", async (_, writes, said) => {
  const bench = await open({ grantSetpoint: true });
  for (const [offset, words] of writes) expect(await bench.write(CONTROLS_ADDRESS + offset, words)).toBe("ok");
  expect(bench.commands).toEqual(said);
  expect(bench.limits).toEqual([]);
});

test.each<[story: string, offset: number, words: readonly number[], said: string]>([
  ["an enable without any figure", 22, [1], "illegal data value"],
  ["percent", 23, [0], "illegal data value"],
  ["half a figure", 24, [0], "illegal data value"],
  ["not a number", 24, [0x8000, 0], "illegal data value"],
  ["no time at all", 31, [0, 0], "illegal data value"],
  ["a day", 31, [1, 20_864], "illegal data value"],
  ["what to fall back to", 26, [0, 0], "illegal data address"],
  ["reactive power", 35, [1], "illegal data address"],
  ["the limit, which is another grant", 14, [1, 100], "illegal function"],
])("with a granted set-point, %s is refused", async (_, offset, words, said) => {
  const bench = await open({ grantSetpoint: true });
  expect(await bench.write(CONTROLS_ADDRESS + offset, words)).toContain(said);
  expect([...bench.commands, ...bench.limits]).toEqual([]);
});

test("a set-point is shown with the time it still holds, and not at all where none may be written", async () => {
  const bench = await open({ grantSetpoint: true });
  const at = async (offset: number, count: number) => Array.from(await bench.read(CONTROLS_ADDRESS + offset, count));
  expect(await at(22, 1)).toEqual([0]);
  await bench.write(CONTROLS_ADDRESS + 22, [1, 1, ...int32(-3e6)]);
  expect(await at(22, 4)).toEqual([1, 1, ...int32(-3e6)]);
  expect(await at(31, 4)).toEqual([0, 30, 0, 30]);
  server?.close();
  const closed = await open({});
  expect(Array.from(await closed.read(CONTROLS_ADDRESS + 22, 4))).toEqual([0xffff, 0xffff, 0x8000, 0]);
});

const CONTROLS_ADDRESS = 40_000 + CONTROLS_OFFSET;

function running(): BenchSite {
  const site = new BenchSite({ grants: [grantOf(2e6)] });
  site.loop.start();
  site.run(6_000);
  return site;
}

const view = (site: BenchSite, limitW?: PowerInterval, setpoint?: ShownSetpoint) => {
  const status = site.loop.status();
  return { siteId: "bench", nowMs: status.timeMs, site: status, limitW, setpoint };
};

interface Grants {
  readonly grant?: boolean;
  readonly grantSetpoint?: boolean;
  readonly allowFrom?: readonly string[];
}

async function open({ grant = false, grantSetpoint = false, allowFrom = ["127.0.0.1"] }: Grants) {
  const site = running();
  const limits: unknown[] = [];
  let limitW: PowerInterval | undefined;
  const limit = (exportWMax: W | undefined) => {
    limits.push(exportWMax);
    limitW = exportWMax === undefined ? undefined : { powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax: exportWMax };
  };
  const commands: unknown[] = [];
  let setpoint: ShownSetpoint | undefined;
  const command: CommandPower = (asked) => {
    commands.push(asked && [asked.powerW, asked.forMs]);
    setpoint = asked && { powerW: asked.powerW, remainingMs: asked.forMs };
  };
  const device = siteAsDevice({
    view: () => view(site, limitW, setpoint),
    limit: grant ? limit : undefined,
    command: grantSetpoint ? command : undefined,
    setpointForMs: Ms(30_000),
  });
  server = await serveModbus(device, {
    host: "127.0.0.1",
    port: 0,
    unitId: 1,
    allowFrom,
    connectionsMax: 4,
    nowMs: () => 1_000,
  });
  const transport = modbusTcpTransport({
    host: "127.0.0.1",
    port: server.port,
    unitId: 1,
    clock: new SystemClock(),
    rng: new Rng(1),
  });
  return {
    transport,
    limits,
    commands,
    read: (address: number, count: number) =>
      new Promise<Uint16Array>((resolve, reject) =>
        transport.read(address, count, Ms(2_000), (result) =>
          result.ok ? resolve(result.value) : reject(new Error(describeError(result.error))),
        ),
      ),
    write: (address: number, words: readonly number[]) =>
      new Promise<string>((resolve) =>
        transport.write(address, Uint16Array.from(words), Ms(2_000), (result) =>
          resolve(result.ok ? "ok" : describeError(result.error)),
        ),
      ),
  };
}

const found = (transport: Parameters<typeof discover>[0]) =>
  new Promise<DeviceMap>((resolve, reject) =>
    discover(transport, Ms(2_000), (result) =>
      result.ok ? resolve(result.value) : reject(new Error(describeError(result.error))),
    ),
  );
