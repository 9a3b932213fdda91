import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import ModbusRTU from "modbus-serial";
import {
  AttributeIds,
  type ClientSession,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  StatusCodes,
  UserTokenType,
} from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSite } from "../sites/index.ts";
import { siteNamespace } from "./plant-nodes.ts";
import { type ServedSite, serveSite } from "./serve-site.ts";

const startMs = 1_750_000_000_000 as UtcMs;
const clock = new SimClock(startMs);
const site = createSite("feeder", { rng: new Rng(1), startMs, soc: 0.5 });
let folder: string;
let served: ServedSite;
let opcUa: OPCUAClient;
let certificates: OPCUACertificateManager;
let steps = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "firmware-sims-"));
  served = await serveSite({ site, clock, stepMs: 50, pkiFolder: join(folder, "server"), onStep: () => steps++ });
  certificates = new OPCUACertificateManager({
    rootFolder: join(folder, "client"),
    automaticallyAcceptUnknownCertificate: false,
    keySize: 2048,
    disableFileWatchers: true,
  });
  await certificates.initialize();
  await certificates.trustCertificate(Buffer.from(served.opcUa.certificate));
  opcUa = OPCUAClient.create({
    applicationName: "independent client",
    clientCertificateManager: certificates,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
    connectionStrategy: { maxRetry: 0, initialDelay: 50, maxDelay: 100 },
    endpointMustExist: false,
  });
}, 60_000);

afterAll(async () => {
  await opcUa.disconnect();
  await certificates.dispose();
  await served.close();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

/** Runs `work` in a session of the trusted client. */
async function inSession<T>(work: (session: ClientSession, index: number) => Promise<T>): Promise<T> {
  const session = await opcUa.createSession({ type: UserTokenType.Anonymous });
  const namespaces = await session.readNamespaceArray();
  const result = await work(session, namespaces.indexOf(siteNamespace));
  await session.close();
  return result;
}

test("the addresses are plain JSON with a port for every device", () => {
  const { addresses } = served;
  expect(JSON.parse(JSON.stringify(addresses))).toEqual(addresses);
  expect(addresses.units.map(({ id }) => id)).toEqual(["unit-1", "unit-2", "unit-3", "unit-4"]);
  const ports = [...addresses.units, addresses.meter, addresses.control].map(({ port }) => port);
  expect(new Set(ports).size).toBe(6);
});

test("physics runs along the clock it was given, and only then", async () => {
  const modbus = new ModbusRTU();
  await modbus.connectTCP("127.0.0.1", { port: served.addresses.units[0]?.port ?? 0 });
  modbus.setID(1);
  await modbus.writeRegisters(40_318, [1, 1, 7, 41_248]); // 500 kW.
  const before = steps;
  clock.advance(2000 as Ms);
  expect(steps - before).toBe(40);
  expect(site.truth.elapsedMs).toBe(2000);
  expect((await modbus.readHoldingRegisters(40_080, 1)).data).toEqual([5000]);
  await new Promise<void>((resolve) => modbus.close(() => resolve()));
});

test("a stranger is turned away; once trusted it reads the plant, and writes nothing", async () => {
  await expect(opcUa.connect(served.addresses.plant.endpointUrl)).rejects.toThrow();
  await served.opcUa.trust(opcUa.getCertificate());
  await opcUa.connect(served.addresses.plant.endpointUrl);
  site.setGridOperatorLimit(-3e6, 1.5e6);
  await inSession(async (session, index) => {
    const read = (path: string) => session.read({ nodeId: `ns=${index};s=${path}`, attributeId: AttributeIds.Value });
    expect((await read("Plant/BreakerClosed")).value.value).toBe(true);
    expect((await read("Plant/GridOperatorLimitActive")).value.value).toBe(true);
    expect((await read("Plant/GridOperatorLimitMin")).value.value).toBe(-3e6);
    expect((await read("Plant/GridOperatorLimitMax")).value.value).toBe(1.5e6);
    expect((await read("Plant/TransformerTemperature")).value.value).toBeCloseTo(site.truth.transformerTemperatureC, 6);
    expect((await read("Plant/Heartbeat")).value.value).toBe(2);
    expect((await read("Plant/Heartbeat")).sourceTimestamp?.getTime()).toBe(site.truth.nowMs);
    const status = await session.write({
      nodeId: `ns=${index};s=Plant/BreakerClosed`,
      attributeId: AttributeIds.Value,
      value: { value: { dataType: "Boolean", value: false } },
    });
    expect(status.isGood()).toBe(false);
  });
});

test("a silent plant controller's values are bad, not old", async () => {
  site.faults.inject("plant-1", { kind: "silent" });
  await inSession(async (session, index) => {
    const value = await session.read({ nodeId: `ns=${index};s=Plant/BreakerClosed`, attributeId: AttributeIds.Value });
    expect(value.statusCode).toBe(StatusCodes.BadNoCommunication);
  });
  site.faults.clear("plant-1");
});

test("without encryption there is no session", async () => {
  const open = OPCUAClient.create({
    securityMode: MessageSecurityMode.None,
    securityPolicy: SecurityPolicy.None,
    clientCertificateManager: certificates,
    connectionStrategy: { maxRetry: 0, initialDelay: 50, maxDelay: 100 },
    endpointMustExist: false,
  });
  await open.connect(served.addresses.plant.endpointUrl).then(
    async () => {
      await expect(open.createSession()).rejects.toThrow();
    },
    (error: Error) => expect(error.message).not.toBe(""),
  );
  await open.disconnect();
});
