import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_LATCHES } from "@penstock/edge/loop/testing/bench-site.ts";
import { OpcUaServer } from "@penstock/edge/northbound/opc-ua-server.ts";
import { SystemClock } from "@penstock/protocol/time";
import {
  AttributeIds,
  type ClientSession,
  ClientSubscription,
  DataType,
  type DataValue,
  MessageSecurityMode,
  makeBrowsePath,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  type UserIdentityInfo,
  UserTokenType,
  type VariantLike,
} from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../harness/free-port.ts";
import { ServedBench } from "./served-bench.ts";

/** The site's own OPC UA server as a utility's client of another make meets it: over its socket and with its own keys. */
const folder = mkdtempSync(join(tmpdir(), "penstock-northbound-"));
const pkiFolder = join(folder, "server");
let bench: ServedBench;
let server: OpcUaServer;
let port: number;
let keys: OPCUACertificateManager;

beforeAll(async () => {
  port = await freePort();
  for (const name of ["scada", "tso"]) writeFileSync(join(folder, name), `secret of ${name}\n`);
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
    insecureLab: false,
  });
  bench.run(6_000);
  server = new OpcUaServer({ clock: new SystemClock(), site: bench.config, opcUa: bench.opcUa, agent: bench });
  bench.onStatus = () => server.update();
  await until(() => server.report().state === "listening");
  keys = new OPCUACertificateManager({ rootFolder: join(folder, "client"), disableFileWatchers: true, keySize: 2_048 });
  await keys.initialize();
  for (const file of readdirSync(join(pkiFolder, "own", "certs"))) {
    if (!file.endsWith(".pem")) continue;
    await keys.trustCertificate(derOf(readFileSync(join(pkiFolder, "own", "certs", file), "utf8")));
  }
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
  const own = OPCUAClient.create({ clientCertificateManager: keys });
  await own.createDefaultCertificate();
  // What an operator does: move it to the trusted ones.
  const trusting = new OPCUACertificateManager({ rootFolder: pkiFolder, disableFileWatchers: true });
  await trusting.initialize();
  await trusting.trustCertificate(own.getCertificate());
  await trusting.dispose();
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
    await until(() => seen.some(({ statusCode }) => statusCode.name === "Good"));
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

const user = (userName: string, password = `secret of ${userName}`): UserIdentityInfo => ({
  type: UserTokenType.UserName,
  userName,
  password,
});

async function inSession(
  as: UserIdentityInfo | undefined,
  work: (session: ClientSession) => Promise<void>,
  security = { securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy.Basic256Sha256 },
): Promise<void> {
  const client = OPCUAClient.create({
    ...security,
    applicationName: "a utility's client",
    clientCertificateManager: keys,
    connectionStrategy: { maxRetry: 0, initialDelay: 50, maxDelay: 100 },
    endpointMustExist: false,
  });
  client.on("backoff", () => {});
  try {
    await client.connect(server.report().address);
    const session = await client.createSession(as);
    await work(session);
    await session.close();
  } finally {
    await client.disconnect();
  }
}

async function finder(session: ClientSession) {
  const index = (await session.readNamespaceArray()).indexOf("urn:penstock:northbound");
  return async (path: string) => {
    const names = path.split("/").map((name) => `/${index}:${name}`);
    const { targets } = await session.translateBrowsePath(makeBrowsePath("ObjectsFolder", names.join("")));
    const target = targets?.[0]?.targetId;
    if (target === undefined) throw new Error(`there is no ${path}`);
    return target;
  };
}

async function write(
  session: ClientSession,
  nodeId: Awaited<ReturnType<Awaited<ReturnType<typeof finder>>>>,
  dataType: DataType,
  value: unknown,
): Promise<string> {
  const variant: VariantLike = { dataType, value };
  return (await session.write({ nodeId, attributeId: AttributeIds.Value, value: { value: variant } })).name;
}

async function until(isSo: () => boolean | Promise<boolean>, meanwhile = () => {}): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 300) throw new Error(`not within 30 s: ${isSo}`);
    meanwhile();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----/g, "").replace(/\s+/g, ""), "base64");
