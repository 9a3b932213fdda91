import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_LATCHES } from "@penstock/edge/loop/testing/bench-site.ts";
import { OpcUaServer } from "@penstock/edge/northbound/opc-ua-server.ts";
import { SystemClock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import {
  AttributeIds,
  type ClientSession,
  ClientSubscription,
  DataType,
  type DataValue,
  MessageSecurityMode,
  OPCUACertificateManager,
  SecurityPolicy,
  TimestampsToReturn,
  type UserIdentityInfo,
} from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../harness/free-port.ts";
import { finder, inSession as inSessionWith, secretOf, until, user, write } from "./opc-ua-client.ts";
import { ServedBench } from "./served-bench.ts";
import { trustClient, trustServer } from "./served-site.ts";

/** The site's own OPC UA server as a utility's client of another make meets it: over its socket and with its own keys. */
const folder = mkdtempSync(join(tmpdir(), "penstock-northbound-"));
const pkiFolder = join(folder, "server");
let bench: ServedBench;
let server: OpcUaServer;
let port: number;
let keys: OPCUACertificateManager;

beforeAll(async () => {
  port = await freePort();
  for (const name of ["scada", "tso"]) writeFileSync(join(folder, name), `${secretOf(name)}\n`);
  bench = new ServedBench({
    host: "127.0.0.1",
    port,
    pkiFolder,
    connectionsMax: 4,
    allowAnonymous: false,
    users: [
      { name: "scada", role: "viewer", passwordFile: join(folder, "scada") },
      { name: "tso", role: "grid-operator", passwordFile: join(folder, "tso") },
    ],
    grantLimits: ["export"],
    grantSetpoint: false,
    grantReactive: false,
    setpointForMs: seconds(30),
    grantAcknowledge: false,
    insecureLab: false,
  });
  bench.run(6_000);
  server = new OpcUaServer({ clock: new SystemClock(), site: bench.config, opcUa: bench.opcUa, agent: bench });
  bench.onStatus = () => server.update();
  await until(() => server.report().state === "listening");
  keys = new OPCUACertificateManager({ rootFolder: join(folder, "client"), disableFileWatchers: true, keySize: 2_048 });
  await keys.initialize();
  await trustServer(keys, pkiFolder);
}, 90_000);

afterAll(async () => {
  await server.close();
  await keys.dispose();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test("a client whose certificate nobody trusts is turned away, is told of, and waits in rejected/", async () => {
  await expect(inSession(undefined, async () => {})).rejects.toThrow();
  await until(() => bench.codes.includes("northbound.client-refused"));
  expect(bench.events.at(-1)?.facts["fingerprint"]).toMatch(/^[0-9a-f]{40}$/);
  expect(readdirSync(join(pkiFolder, "rejected"))).toHaveLength(1);
  await trustClient(pkiFolder, keys);
}, 60_000);

test("a trusted client without a user, or with a wrong password, has no session", async () => {
  await expect(inSession(undefined, async () => {})).rejects.toThrow();
  await expect(inSession(user("scada", "guess"), async () => {})).rejects.toThrow();
  await until(() => bench.events.some(({ facts }) => facts["cause"] === "wrong user or password"));
}, 60_000);

test("without encryption there is no session", async () => {
  await expect(
    inSession(user("scada"), async () => {}, {
      securityMode: MessageSecurityMode.None,
      securityPolicy: SecurityPolicy.None,
    }),
  ).rejects.toThrow();
}, 60_000);

test("the site is browsed by namespace URI and read with units, ranges and its own times", async () => {
  await inSession(user("scada"), async (session) => {
    const at = await finder(session);
    const power = await session.read({
      nodeId: await at("Site/Meter/AcActivePowerTotal"),
      attributeId: AttributeIds.Value,
    });
    expect(power.statusCode.name).toBe("Good");
    expect(power.value.value).toBe(2_000_000);
    expect(Math.abs((power.sourceTimestamp?.getTime() ?? 0) - bench.nowMs)).toBeLessThan(2_000);
    const properties = await session.browse((await at("Site/Meter/AcActivePowerTotal")).toString());
    const named = new Map(properties.references?.map(({ browseName, nodeId }) => [browseName.name, nodeId]));
    const property = async (name: string) =>
      (await session.read({ nodeId: named.get(name) ?? "", attributeId: AttributeIds.Value })).value.value;
    expect(await property("EURange")).toMatchObject({ low: -4e6, high: 4e6 });
    expect(await property("EngineeringUnits")).toMatchObject({ unitId: 5_723_220 });
    expect(await property("EngineeringUnits")).toMatchObject({ displayName: { text: "W" } });
    const value = async (path: string) =>
      (await session.read({ nodeId: await at(path), attributeId: AttributeIds.Value })).value.value;
    expect(await value("Site/Identity/SiteId")).toBe("bench");
    expect(await value("Site/Units/unit-2/StateOfCharge")).toBeCloseTo(55, 1);
    expect(await value("Site/Control/Source")).toBe("lease");
    expect(await value("Site/GridOperator/ExportLimitActive")).toBe(false);
    expect(await value("Site/GridOperator/ExportLimit")).toBe(4e6);
    expect(await value("Site/Alarms/Lines")).toEqual(["high device.lost/unit-9: a test's alarm"]);
  });
  expect(server.report().address).toContain(`:${port}`);
}, 60_000);

test("a subscription brings what changes; stale is uncertain, missing is no data", async () => {
  await inSession(user("scada"), async (session) => {
    const at = await finder(session);
    const nodeId = await at("Site/Units/unit-1/ActivePower");
    const seen: DataValue[] = [];
    const subscription = ClientSubscription.create(session, {
      requestedPublishingInterval: 100,
      requestedLifetimeCount: 100,
      requestedMaxKeepAliveCount: 10,
      publishingEnabled: true,
    });
    const item = await subscription.monitor(
      { nodeId, attributeId: AttributeIds.Value },
      { samplingInterval: 100, queueSize: 10, discardOldest: true },
      TimestampsToReturn.Both,
    );
    item.on("changed", (value: DataValue) => seen.push(value));
    await until(
      () => seen.some(({ statusCode }) => statusCode.name === "Good"),
      () => bench.run(200),
    );
    bench.silence(0);
    await until(
      () => seen.at(-1)?.statusCode.name === "UncertainLastUsableValue",
      () => bench.run(200),
    );
    const stale = seen.at(-1);
    expect(stale?.value.value).toBe(1_000_000);
    expect(bench.nowMs - (stale?.sourceTimestamp?.getTime() ?? 0)).toBeGreaterThan(300);
    await until(
      () => seen.at(-1)?.statusCode.name === "BadNoData",
      () => bench.run(2_000),
    );
    bench.hearAgain(0);
    await until(
      () => seen.at(-1)?.statusCode.name === "Good",
      () => bench.run(1_000),
    );
    await subscription.terminate();
  });
}, 90_000);

test("what is not granted is not written, whoever asks, and the site does not move", async () => {
  await inSession(user("scada"), async (session) => {
    const at = await finder(session);
    expect(await write(session, await at("Site/GridOperator/ExportLimit"), DataType.Double, 1e6)).toBe(
      "BadUserAccessDenied",
    );
  });
  await inSession(user("tso"), async (session) => {
    const at = await finder(session);
    expect(await write(session, await at("Site/GridOperator/ImportLimit"), DataType.Double, 1e6)).toBe(
      "BadNotWritable",
    );
    expect(await write(session, await at("Site/Control/TargetPower"), DataType.Double, 1e6)).toBe("BadNotWritable");
    expect(await write(session, await at("Site/GridOperator/ExportLimit"), DataType.Double, 5e6)).toBe("BadOutOfRange");
    expect(await write(session, await at("Site/GridOperator/ExportLimit"), DataType.Double, Number.NaN)).toBe(
      "BadOutOfRange",
    );
    expect(await write(session, await at("Site/GridOperator/ExportLimit"), DataType.String, "1")).toBe(
      "BadTypeMismatch",
    );
    expect(await write(session, await at("Site/GridOperator/ExportLimitActive"), DataType.Boolean, true)).toBe(
      "BadInvalidState",
    );
  });
  bench.run(1_000);
  expect(bench.latches).toEqual(NO_LATCHES);
  expect(bench.batteryW).toBe(2_000_000);
}, 60_000);

test("a granted limit holds the site, is shown as in force, and is lifted by the same hand", async () => {
  await inSession(user("tso"), async (session) => {
    const at = await finder(session);
    const limit = await at("Site/GridOperator/ExportLimit");
    const active = await at("Site/GridOperator/ExportLimitActive");
    expect(await write(session, limit, DataType.Double, 500_000)).toBe("Good");
    expect(bench.limitedBy.at(-1)).toBe("tso");
    bench.run(5_000);
    expect(bench.batteryW).toBeLessThanOrEqual(500_000);
    expect(bench.batteryW).toBeGreaterThan(400_000);
    await until(
      async () => (await session.read({ nodeId: limit, attributeId: AttributeIds.Value })).value.value === 500_000,
    );
    const why = await session.read({ nodeId: await at("Site/Reasons/Limits"), attributeId: AttributeIds.Value });
    expect(Array.from(why.value.value as string[])).toContain("grid-operator");
    expect(server.report().clients).toMatchObject([{ user: "tso", address: "127.0.0.1" }]);
    expect(await write(session, active, DataType.Boolean, false)).toBe("Good");
    bench.run(5_000);
    expect(bench.latches.gridOperatorLimitW).toBeUndefined();
    expect(bench.batteryW).toBe(2_000_000);
  });
  await until(() => server.report().clients.length === 0);
}, 60_000);

test("a flood of chunks, and chunks of two gigabytes, neither fill the server's memory nor disturb its client", async () => {
  await inSession(user("scada"), async (session) => {
    const at = await finder(session);
    const nodeId = await at("Site/Identity/SiteId");
    const beforeMB = residentMB(server.pid);
    const chunk = (type: string, claimedBytes: number, bytes: number) => {
      const made = Buffer.alloc(bytes);
      made.write(type, 0, "latin1");
      made.writeUInt32LE(claimedBytes, 4);
      return made;
    };
    const kinds = [
      chunk("OPNC", 65_535, 65_535),
      chunk("MSGC", 65_535, 65_535),
      chunk("OPNF", 0x7fff_ffff, 65_535),
      chunk("HELF", 0x7fff_ffff, 65_535),
      chunk("MSGC", 0xffff_ffff, 65_535),
      chunk("OPNC", 8_000, 8_000),
      chunk("MSGC", 8_000, 8_000),
    ];
    let pouredMB = 0;
    const manners = ["none", "in one packet", "and waits"] as const;
    for (const [hello, kind] of manners.flatMap((manner) => kinds.map((kind) => [manner, kind] as const))) {
      pouredMB += (await pour(port, hello, kind)) / 1e6;
      const read = await session.read({ nodeId, attributeId: AttributeIds.Value });
      expect(read.value.value).toBe("bench");
    }
    expect(pouredMB).toBeGreaterThan(1);
    expect(residentMB(server.pid) - beforeMB).toBeLessThan(100);
  });
}, 60_000);

test("a server that is killed comes back by itself, and the site has not waited for it", async () => {
  process.kill(server.pid ?? 0, "SIGKILL");
  await until(() => bench.codes.includes("northbound.server-ended"));
  bench.run(1_000);
  expect(bench.batteryW).toBe(2_000_000);
  await until(() => server.report().state === "listening");
  await inSession(user("scada"), async (session) => {
    const at = await finder(session);
    bench.run(1_000);
    const read = async () =>
      (await session.read({ nodeId: await at("Site/Control/Mode"), attributeId: AttributeIds.Value })).value.value;
    await until(async () => (await read()) === "auto");
  });
}, 60_000);

test("a loop that has fallen silent is not shown as now", async () => {
  await inSession(user("scada"), async (session) => {
    const at = await finder(session);
    const nodeId = await at("Site/Control/TargetPower");
    bench.run(1_000);
    const status = async () => (await session.read({ nodeId, attributeId: AttributeIds.Value })).statusCode.name;
    await until(async () => (await status()) === "Good");
    await until(async () => (await status()) === "UncertainLastUsableValue");
  });
}, 60_000);

const inSession = (as: UserIdentityInfo | undefined, work: (session: ClientSession) => Promise<void>, open = {}) =>
  inSessionWith({ address: server.report().address, keys, ...(as && { as }), ...open }, work);

/** Sends the same chunk again and again, after a hello or without one, until the server has had enough; the bytes it let us send. */
function pour(to: number, greeting: "none" | "in one packet" | "and waits", chunk: Buffer): Promise<number> {
  return new Promise((resolve) => {
    let left = CHUNKS_POURED;
    const socket = connect(to, "127.0.0.1");
    const next = () => {
      while (left-- > 0) if (!socket.write(chunk)) return void socket.once("drain", next);
      // It may keep what it was sent waiting, but not for ever: we are the ones who leave.
      setTimeout(() => socket.destroy(), 200);
    };
    socket.on("error", () => {}); // Turned away, as it should be.
    socket.on("close", () => resolve(socket.bytesWritten));
    socket.on("connect", () => {
      const greeted = hello(`opc.tcp://127.0.0.1:${to}`);
      if (greeting === "in one packet") socket.write(Buffer.concat([greeted, chunk]));
      if (greeting !== "and waits") return next();
      socket.once("data", next);
      socket.write(greeted);
    });
  });
}

const CHUNKS_POURED = 128;

/** Part 6, 7.1.2.3: version 0, both buffers 65,535, no limit on messages or chunks, and the address. */
function hello(endpointUrl: string): Buffer {
  const made = Buffer.alloc(32 + endpointUrl.length);
  made.write("HELF", 0, "latin1");
  [made.length, 0, 65_535, 65_535, 0, 0, endpointUrl.length].forEach((word, index) => {
    made.writeUInt32LE(word, 4 + 4 * index);
  });
  made.write(endpointUrl, 32, "latin1");
  return made;
}

const residentMB = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
