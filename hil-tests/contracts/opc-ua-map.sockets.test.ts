import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UnitConfig } from "@penstock/edge/config/site-config.ts";
import type { Reading } from "@penstock/edge/control/image.ts";
import { mappedUnit } from "@penstock/edge/devices/mapped/mapped-driver.ts";
import { parseDeviceMap } from "@penstock/edge/devices/mapped/parse-device-map.ts";
import { DeviceSession } from "@penstock/edge/devices/session.ts";
import { opcUaDevice } from "@penstock/edge/loop/opc-ua-device.ts";
import { invariant } from "@penstock/protocol/result";
import { SystemClock } from "@penstock/protocol/time";
import { kVA, kW, kWh, Ms, seconds, Var, W } from "@penstock/protocol/units";
import {
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  StatusCodes,
  type UAVariable,
  Variant,
} from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../harness/free-port.ts";

const MAP = `
name: opc-ua unit
namespace: urn:example:battery
points:
  power: { path: Block/Power, unit: kW }
  charge: { path: Block/StateOfCharge, unit: "%" }
  allowance: { path: Block/Allowance, unit: kW, everyS: 1 }
  status: { path: Block/Status, unit: code, values: { 1: running, 2: fault } }
  setpoint: { path: Block/Command/Power, unit: kW, access: rw, fallback: 0 }
  enable: { path: Block/Command/Enable, unit: code, access: rw }
unit:
  powerW: power
  soc: charge
  chargeWMax: allowance
  dischargeWMax: allowance
  state: status
  remote: { constant: remote }
commands:
  activePower: setpoint
  revertAfter: none
  constants: { enable: 1 }
`;

const folder = mkdtempSync(join(tmpdir(), "penstock-opc-ua-"));
let server: OPCUAServer;
let port: number;
let nodes: Readonly<Record<"power" | "status" | "setpoint" | "enable", UAVariable>>;

beforeAll(async () => {
  port = await freePort();
  ({ server, nodes } = await serve(port));
}, 60_000);
afterAll(async () => {
  await server.shutdown(100);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test("a server that nobody has trusted is not spoken to, and its certificate waits to be looked at", async () => {
  const bench = new Bench("careful", false);
  const rejected = join(folder, "careful", "rejected");
  await bench.until(() => existsSync(rejected) && readdirSync(rejected).length > 0);
  await bench.until(() =>
    /^opc-ua.certificate-untrusted \(thumbprint=[0-9a-f]{40}/.test(bench.session.status().lastError ?? ""),
  );
  expect(bench.session.status().state).not.toBe("ready");
  bench.close();
}, 60_000);

test("a trusted server's nodes are found by browse path, read in watts, commanded and read back", async () => {
  const bench = new Bench("trusting", true);
  await bench.until(() => bench.session.status().state === "ready");
  await bench.run(500);
  const image = bench.image();
  expect(image.powerW).toMatchObject({ quality: "good", value: 0 });
  expect(image.soc).toMatchObject({ quality: "good", value: 0.625 });
  expect(image.dischargeWMax).toMatchObject({ value: 500_000 });
  expect(image.state).toMatchObject({ value: "running" });
  bench.powerW = -123_500;
  await bench.until(() => nodes.enable.readValue().value.value === true);
  expect(nodes.setpoint.readValue().value.value).toBeCloseTo(-123.5, 3);
  nodes.power.setValueFromSource(new Variant({ dataType: DataType.Double, value: -123.5 }));
  await bench.until(() => {
    const { powerW, setpointW } = bench.image();
    return (
      powerW.quality === "good" &&
      powerW.value === -123_500 &&
      setpointW.quality === "good" &&
      setpointW.value === -123_500
    );
  });
  // Another client takes the set-point: noticed, named, and taken back.
  nodes.setpoint.setValueFromSource(new Variant({ dataType: DataType.Float, value: 400 }));
  await bench.until(() => bench.codes.includes("device.foreign-write"));
  await bench.until(() => nodes.setpoint.readValue().value.value === -123.5);
  // A word the map does not have is no value, nor is a number that is not Good; its server says why.
  nodes.status.setValueFromSource(new Variant({ dataType: DataType.Int32, value: 7 }));
  await bench.until(() => bench.image().state.quality === "missing");
  for (const status of [StatusCodes.BadSensorFailure, StatusCodes.UncertainLastUsableValue]) {
    nodes.power.setValueFromSource(new Variant({ dataType: DataType.Double, value: -123.5 }), status);
    await bench.until(() => causeOf(bench.image().powerW) === status.name);
    expect(bench.image().powerW.quality).toBe("missing");
    expect(bench.image().soc.quality).toBe("good");
  }
  nodes.power.setValueFromSource(new Variant({ dataType: DataType.Double, value: -123.5 }));
  await bench.until(() => bench.image().powerW.quality === "good");
  expect(Math.abs(bench.session.status().clockSkewMs ?? 60_000)).toBeLessThan(1_000);
  bench.close();
}, 120_000);

test("a server that restarts with its namespace in another place is read and commanded again within ten seconds", async () => {
  const bench = new Bench("restart", true);
  bench.powerW = 50_000;
  await bench.until(() => nodes.setpoint.readValue().value.value === 50);
  await server.shutdown(0);
  await bench.until(() => bench.session.status().state === "lost");
  await bench.until(() => /opc-ua\.(session-lost|unreachable)$/.test(causeOf(bench.image().powerW)));
  expect(bench.image().powerW.quality).not.toBe("good");
  ({ server, nodes } = await serve(port, ["urn:example:newcomer", "urn:example:another"]));
  const tookMs = await bench.until(
    () => bench.image().powerW.quality === "good" && nodes.setpoint.readValue().value.value === 50,
  );
  expect(tookMs).toBeLessThanOrEqual(10_000);
  expect(bench.session.status().state).toBe("ready");
  bench.close();
}, 120_000);

const causeOf = (reading: Reading<unknown>): string => (reading.quality === "good" ? "" : reading.cause);

/** One mapped OPC UA unit in a session, cycled every 100 ms. */
class Bench {
  readonly codes: string[] = [];
  readonly session: DeviceSession;
  powerW: number | undefined;
  readonly #clock = new SystemClock();
  readonly #driver;
  readonly #unit: UnitConfig;

  constructor(name: string, trustOnFirstUse: boolean) {
    const map = parseDeviceMap(MAP, { file: "unit.yaml", protocol: "opc-ua", kind: "unit" });
    invariant(map.ok, map.ok ? "" : map.error.text);
    this.#unit = {
      id: "block-1",
      driver: "opc-ua-map",
      host: "127.0.0.1",
      port,
      modbusUnitId: 1,
      map: map.value,
      pkiFolder: join(folder, name),
      rating: { chargeWMax: kW(500), dischargeWMax: kW(500), apparentVAMax: kVA(550), capacityWh: kWh(1_000) },
      revertAfterMs: seconds(6),
      safePowerW: W(0),
    };
    const driver = mappedUnit(map.value);
    this.#driver = driver;
    this.session = new DeviceSession({
      id: this.#unit.id,
      driver,
      control: { driver, unit: this.#unit },
      lint: (blocks) => driver.lint(this.#unit, blocks),
      transport: opcUaDevice({ device: this.#unit, siteId: name, trustOnFirstUse, clock: this.#clock }),
      clock: this.#clock,
      deadlineMs: Ms(2_000),
      onEvent: ({ code }) => this.codes.push(code),
    });
  }

  image() {
    return this.#driver.image(
      this.#unit,
      this.session.blocks,
      this.session.view(this.#clock.monotonicMs(), seconds(5)),
    );
  }

  /** The milliseconds it took. */
  async until(isSo: () => boolean): Promise<number> {
    const fromMs = this.#clock.monotonicMs();
    for (let cycles = 0; !isSo(); cycles++) {
      if (cycles > 400) throw new Error(`not within 40 s: ${isSo}; ${JSON.stringify(this.session.status())}`);
      await this.run(100);
    }
    return this.#clock.monotonicMs() - fromMs;
  }

  async run(forMs: number): Promise<void> {
    for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 100) {
      this.session.cycle(this.powerW === undefined ? undefined : { powerW: W(this.powerW), reactiveVar: Var(0) });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  close(): void {
    this.session.close();
  }
}

async function serve(on: number, others: readonly string[] = []) {
  const certificates = new OPCUACertificateManager({
    rootFolder: join(folder, "server"),
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await certificates.initialize();
  const made = new OPCUAServer({
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    port: on,
    serverCertificateManager: certificates,
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: true,
    serverInfo: { applicationUri: "urn:example:battery-server" },
  });
  await made.initialize();
  const { addressSpace } = made.engine;
  invariant(addressSpace !== null, "an initialized server has an address space");
  // Our namespace is not always the second.
  for (const other of ["urn:example:somebody-else", ...others]) addressSpace.registerNamespace(other);
  const namespace = addressSpace.registerNamespace("urn:example:battery");
  const block = namespace.addFolder("ObjectsFolder", { browseName: "Block" });
  const command = namespace.addFolder(block, { browseName: "Command" });
  const variable = (parent: typeof block, browseName: string, dataType: DataType, value: unknown) =>
    namespace.addVariable({
      componentOf: parent,
      browseName,
      dataType: DataType[dataType],
      minimumSamplingInterval: 100,
      value: new Variant({ dataType, value }),
    });
  const power = variable(block, "Power", DataType.Double, 0);
  variable(block, "StateOfCharge", DataType.Float, 62.5);
  variable(block, "Allowance", DataType.UInt16, 500);
  const status = variable(block, "Status", DataType.Int32, 1);
  const setpoint = variable(command, "Power", DataType.Float, 0);
  const enable = variable(command, "Enable", DataType.Boolean, false);
  await made.start();
  return { server: made, nodes: { power, status, setpoint, enable } };
}
