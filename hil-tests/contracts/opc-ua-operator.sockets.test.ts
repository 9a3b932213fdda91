import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AttributeIds, type ClientSession, DataType, type UserIdentityInfo } from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import { finder, until, user, write } from "./opc-ua-client.ts";
import { certify, derOf, ServedSite } from "./served-site.ts";

/** The grid operator at the site's OPC UA server: logs in by certificate, commands, keeps its command alive, lets go. */
let site: ServedSite;
let tsoCertificate: UserIdentityInfo;

beforeAll(async () => {
  site = await ServedSite.open({
    opcUa: (folder) => ({
      users: [
        { name: "scada", role: "viewer", passwordFile: join(folder, "scada") },
        { name: "tso", role: "grid-operator", certificateFile: join(folder, "tso.pem") },
        { name: "watch", role: "viewer", certificateFile: join(folder, "watch.pem") },
      ],
      grantSetpoint: true,
      grantReactive: true,
    }),
  });
  tsoCertificate = await certify(site.keys, { commonName: "tso", file: join(site.folder, "tso.pem") });
}, 90_000);
afterAll(() => site.close(), 60_000);

test("a user's certificate logs it in as what the site's file says; it has no password", async () => {
  await site.as(tsoCertificate, async (session) => {
    await until(() => site.server.report().clients.some((client) => client.user === "tso"));
    expect(await read(session, "Site/Identity/SiteId")).toBe("bench");
  });
  await expect(site.as(user("tso"), async () => {})).rejects.toThrow();
}, 60_000);

test("nobody else's certificate logs anybody in, each refusal is audited with its cause, and few are kept", async () => {
  const at = (name: string) => join(site.folder, "others", `${name}.pem`);
  mkdirSync(join(site.folder, "others"));
  const stranger = await certify(site.keys, { commonName: "tso", file: at("stranger"), days: 31 });
  await expect(site.as(stranger, async () => {})).rejects.toThrow();
  await refused("user certificate nobody has");
  const past = { commonName: "watch", file: join(site.folder, "watch.pem"), fromDaysAgo: 40, days: 30 };
  await expect(site.as(await certify(site.keys, past), async () => {})).rejects.toThrow();
  await refused("user certificate expired");
  await expect(site.as(await certify(site.keys, { ...past, fromDaysAgo: -2 }), async () => {})).rejects.toThrow();
  await refused("user certificate not valid yet");
  // A viewer's own certificate that calls itself the operator does not make an operator.
  const usurper = await certify(site.keys, { ...past, commonName: "tso", fromDaysAgo: 1 });
  await expect(site.as(usurper, async () => {})).rejects.toThrow();
  await refused("user certificate in another name");
  const unsigned = { ...tsoCertificate, certificateData: derOf(Buffer.from("no certificate").toString("base64")) };
  await expect(site.as(unsigned as UserIdentityInfo, async () => {})).rejects.toThrow();
  expect(site.bench.refusals.filter(({ what }) => what === "log-in").length).toBeGreaterThanOrEqual(4);
  expect(readdirSync(join(site.folder, "server", "users", "rejected")).length).toBeLessThanOrEqual(50);
  writeFileSync(join(site.folder, "watch.pem"), "");
}, 90_000);

test("a set-point commands the site, is seen with what is left of it, and its heartbeat keeps it", async () => {
  await site.as(tsoCertificate, async (session) => {
    expect(await put(session, "Setpoint", DataType.Double, -1e6)).toBe("Good");
    expect(site.bench.commandedBy.at(-1)).toBe("tso");
    site.bench.run(15_000);
    expectBattery(-1e6);
    await until(async () => (await read(session, "Site/Control/Source")) === "grid-operator");
    expect(await read(session, "Site/GridOperator/Setpoint")).toBe(-1e6);
    expect(await put(session, "SetpointTime", DataType.Double, 10)).toBe("Good");
    site.bench.run(8_000);
    await until(async () => Number(await read(session, "Site/GridOperator/SetpointRemaining")) < 3);
    expect(await put(session, "SetpointActive", DataType.Boolean, true)).toBe("Good");
    site.bench.run(8_000);
    expectBattery(-1e6);
  });
}, 60_000);

test("a set-point nobody renews has commanded nothing after its time: the lease rules again", async () => {
  await site.as(tsoCertificate, async (session) => {
    site.bench.run(15_000);
    expectBattery(2e6);
    await until(async () => (await read(session, "Site/GridOperator/SetpointActive")) === false);
    expect(await status(session, "Site/GridOperator/Setpoint")).toBe("BadNoData");
    expect(await put(session, "SetpointActive", DataType.Boolean, true)).toBe("BadInvalidState");
    expect(await put(session, "Setpoint", DataType.Double, 0)).toBe("Good");
    site.bench.run(8_000);
    expectBattery(0);
    expect(await put(session, "SetpointActive", DataType.Boolean, false)).toBe("Good");
    site.bench.run(15_000);
    expectBattery(2e6);
  });
}, 60_000);

test("vars and a power factor are commanded, seen, renewed and over after their time, as a set-point is", async () => {
  await site.as(tsoCertificate, async (session) => {
    expect(await put(session, "SetpointTime", DataType.Double, 20)).toBe("Good");
    expect(await put(session, "ReactiveSetpoint", DataType.Double, 4e5)).toBe("Good");
    site.bench.run(8_000);
    expect(site.bench.wantedVar).toBeCloseTo(4e5, -3);
    await until(async () => (await read(session, "Site/GridOperator/ReactiveSetpoint")) === 4e5);
    expect(await status(session, "Site/GridOperator/PowerFactorSetpoint")).toBe("BadNoData");
    expect(await put(session, "ReactiveSetpointActive", DataType.Boolean, true)).toBe("Good");
    expect(await put(session, "PowerFactorSetpoint", DataType.Double, -0.95)).toBe("Good");
    site.bench.run(8_000);
    expect(site.bench.wantedVar / 2e6).toBeCloseTo(-Math.tan(Math.acos(0.95)), 2);
    expect(await put(session, "PowerFactorSetpoint", DataType.Double, 0.1)).toBe("BadOutOfRange");
    site.bench.run(25_000);
    await until(async () => (await read(session, "Site/GridOperator/ReactiveSetpointActive")) === false);
    expect(site.bench.wantedVar).toBe(0);
  });
  await site.as(user("scada"), async (session) => {
    expect(await put(session, "ReactiveSetpoint", DataType.Double, 1e5)).toBe("BadUserAccessDenied");
  });
}, 60_000);

test("what is out of range, not granted or not theirs to say is refused by its name, audited, and moves nothing", async () => {
  await site.as(tsoCertificate, async (session) => {
    expect(await put(session, "Setpoint", DataType.Double, 5e6)).toBe("BadOutOfRange");
    expect(await put(session, "Setpoint", DataType.Double, Number.NaN)).toBe("BadOutOfRange");
    expect(await put(session, "Setpoint", DataType.String, "1")).toBe("BadTypeMismatch");
    expect(await put(session, "SetpointTime", DataType.Double, 3_601)).toBe("BadOutOfRange");
    expect(await put(session, "SetpointRemaining", DataType.Double, 60)).toBe("BadNotWritable");
    expect(await put(session, "ExportLimit", DataType.Double, 1e6)).toBe("BadNotWritable");
  });
  await site.as(user("scada"), async (session) => {
    expect(await put(session, "Setpoint", DataType.Double, 1e6)).toBe("BadUserAccessDenied");
  });
  site.bench.run(15_000);
  expectBattery(2e6);
  await refused("may not write Site/GridOperator/Setpoint");
  expect(site.bench.refusals).toContainEqual({ from: "tso", what: "write" });
}, 60_000);

/** Within two percent of its rating: the trim at the meter may still be at work. */
const expectBattery = (powerW: number) => expect(Math.abs(site.bench.batteryW - powerW)).toBeLessThan(40_000);

const refused = (cause: string) => until(() => site.bench.events.some(({ facts }) => facts["cause"] === cause));

const put = async (session: ClientSession, name: string, dataType: DataType, value: unknown) =>
  write(session, await (await finder(session))(`Site/GridOperator/${name}`), dataType, value);

const data = async (session: ClientSession, path: string) =>
  session.read({ nodeId: await (await finder(session))(path), attributeId: AttributeIds.Value });
const read = async (session: ClientSession, path: string) => (await data(session, path)).value.value;
const status = async (session: ClientSession, path: string) => (await data(session, path)).statusCode.name;
