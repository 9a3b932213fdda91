import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { MW } from "@penstock/protocol/units";
import { afterAll, describe, expect, test } from "vitest";
import { loadSiteConfig, parseSiteConfig } from "./load-site-config.ts";

const examples = join(import.meta.dirname, "examples");
const park = readFileSync(join(examples, "park.yaml"), "utf8");
const parse = (text: string) => parseSiteConfig(text, { file: "park.yaml", folder: "/site" });
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split("\n").length;

test.each(readdirSync(examples).filter((name) => name.endsWith(".yaml")))("the example %s loads", (name) => {
  const loaded = loadSiteConfig(join(examples, name));
  expect(loaded.ok ? "loaded" : loaded.error.text).toBe("loaded");
});

test("an alias of an anchor that is not there is refused in a sentence", () => {
  const read = parseSiteConfig("site: *nowhere\n", { file: "site.yaml", folder: "/" });
  expect(read).toMatchObject({
    ok: false,
    error: { text: expect.stringMatching(/^site\.yaml:1:\d+: this is not YAML/) },
  });
});

test("units become SI and paths count from the file's folder", () => {
  const loaded = parse(park);
  expect(loaded).toMatchObject({
    ok: true,
    value: {
      siteId: "park",
      control: { connection: { exportWMax: MW(20), marginW: 100_000 }, ramp: { upWPerS: 2_000_000 } },
      store: { file: "/site/park.sqlite", budgetBytes: 512e6 },
      cloud: { passwordFile: "/site/park.password", leaseTtlMsMax: 300_000 },
      energySpeed: 1,
    },
  });
  expect(loaded.ok && loaded.value.units.length).toBe(10);
});

test.each([
  // what a hand does                                              what it is told, at the place of the slip
  [
    "exportLimitMW: 20",
    "exportLimitKW: 20",
    "exportLimitKW",
    'unknown key "exportLimitKW"; did you mean "exportLimitMW"?',
  ],
  ["importLimitMW: 20", "importLimitMW: twenty", "twenty", 'must be a number, not "twenty"'],
  ["marginKW: 100", "marginKW: -1", "-1", "must be at least 0, not -1"],
  ["marginKW: 100", "marginKW: 100000", "100000", "is wider than the connection"],
  ["restBelow: 0.03", "restBelow: 0.1", "{ restBelow", "must rest below a load lower than it resumes above"],
  ["zone: Australia/Brisbane", "zone: Brisbane", "Brisbane", 'is no time zone: "Brisbane"'],
  ["months: [12, 1, 2]", "months: [12, 1, 12]", "{ months", "names month 12 a second time"],
  ["onControllerLoss: {", "#", "  - id: unit-1", "must be given, or control.fallback.onControllerLoss for all"],
  ["powerKW: 0 }", "powerKW: 3000 }", "  - id: unit-1", "of 3000 kW is beyond the unit's rating"],
  ["    port: 5020", "    port: 99999", "99999", "must be at most 65535, not 99999"],
  ["driver: sunspec-meter", "driver: sunspec-metre", "sunspec-metre", 'did you mean "sunspec-meter"?'],
  [
    "action: ramp-to-zero, rampKWPerS: 500",
    "action: rampToZero, rampKWPerS: 500",
    "rampToZero",
    'must be one of "ramp-to-zero", "hold", "follow-load"',
  ],
  [
    "action: ramp-to-zero, rampKWPerS: 500",
    "action: ramp-to-zero, rampKWperS: 500",
    "rampKWperS",
    'did you mean "rampKWPerS"?',
  ],
  ["{ min: 0.05, max: 0.95", "{ min: 0.9, max: 0.95", "{ min: 0.9", "leaves no room"],
  ["id: unit-2", "id: unit-1", "unit-1,", "is used twice"],
  [
    "brokerUrl: mqtt://127.0.0.1:1883",
    "brokerUrl: 127.0.0.1",
    "127.0.0.1\n  username",
    "must be an address like mqtts://host:8883",
  ],
  ["groupId: penstock", "groupId: pen/stock", "pen/stock", "must be free of /, + and #"],
  ["sign: 1", "sign: 2", "sign: 2", "is not one of the forms allowed here"],
])("%s written as %s is refused at its place", (right, wrong, place, message) => {
  const text = park.replace(right, wrong);
  expect(text).not.toBe(park);
  const loaded = parse(text);
  expect(loaded).toMatchObject({ ok: false, error: { code: "config.invalid" } });
  if (loaded.ok) return;
  expect(loaded.error.text).toContain(message);
  expect(loaded.error.text).toContain(`park.yaml:${lineOf(text, place)}:`);
});

const containment = readFileSync(join(examples, "containment.yaml"), "utf8");

test.each([
  ["kind: nesoDcLow", "kind: nesoDcLo", "nesoDcLo,", 'must be one of "nesoDcLow"'],
  ["kind: nesoDcLow, contractedMW", "kind: nesoDcLow, contractedKW", "contractedKW", 'did you mean "contractedMW"?'],
  ["nominalHz: 50, ratingMW", "nominalHz: 60, ratingMW", "{ kind: ieee1547Droop", "a site stands on one grid"],
  [
    "kind: nesoDcHigh, contractedMW: 4",
    "kind: nesoDcLow, contractedMW: 1",
    "{ kind: nesoDcLow, contractedMW: 1",
    "give it a name of its own",
  ],
  [
    "nesoDcLow, contractedMW: 4",
    "nesoDcLow, contractedMW: 7",
    "  - { kind: nesoDcLow",
    "hold back 7.40 MW of discharge, recovery included, and the site has 7.00 MW",
  ],
  [
    "actuationMs: 100",
    "actuationMs: 350",
    "{ kind: nesoDcLow",
    "must begin within 500 ms and this site may need 550 ms",
  ],
  [
    "kind: nesoDcHigh, contractedMW: 4",
    "kind: ercotFfr, contractedMW: 1",
    "{ kind: ercotFfr",
    "must begin within 200 ms and this site may need 300 ms",
  ],
])("of the services, %s written as %s is refused at its place", (right, wrong, place, message) => {
  const text = containment.replace(right, wrong);
  const loaded = parseSiteConfig(text, { file: "containment.yaml", folder: "/site" });
  const said = loaded.ok ? "" : loaded.error.text;
  expect(said).toContain(message);
  expect(said).toContain(`containment.yaml:${lineOf(text, place)}:`);
});

test("what is missing is named where it should have stood", () => {
  const loaded = parse(park.replace(/^ {4}importLimitMW:.*\n/m, ""));
  expect(loaded.ok ? "" : loaded.error.text).toMatch(
    /^park\.yaml:\d+:\d+: control\.connection\.importLimitMW is missing; it must be a number$/,
  );
});

test("broken YAML, an empty file and a file that is not there each get one clear sentence", () => {
  for (const text of ["site: [", "", "- a\n- b\n", "site: park\nsite: feeder\n"]) {
    const loaded = parse(text);
    expect(loaded.ok ? "" : loaded.error.text).toMatch(/^park\.yaml:\d+:\d+: /);
  }
  const absent = loadSiteConfig("/no/such/site.yaml");
  expect(absent.ok ? "" : absent.error.text).toMatch(/^\/no\/such\/site\.yaml: cannot be read/);
});

test("every slip is reported at once, in the order of the file", () => {
  const loaded = parse(park.replace("exportLimitMW: 20", "exportLimitMW: no").replace("budgetMB: 512", "budgetGB: 5"));
  expect(loaded.ok ? [] : loaded.error.text.split("\n")).toHaveLength(2);
});

test.each([
  ["port: 502", "northbound.modbus.allowFrom is missing"],
  ["port: 502, allowFrom: [everybody]", "northbound.modbus.allowFrom[0]"],
  [
    "port: 502, allowFrom: [10.0.0.7], grantLimit: true",
    "northbound.modbus.grantLimit cannot be granted where a plant",
  ],
  [
    "port: 502, allowFrom: [10.0.0.7], grantSetpoint: true",
    "northbound.modbus.grantSetpoint cannot be granted where a plant",
  ],
  ["port: 502, allowFrom: [10.0.0.7], setpointForS: 86400", "northbound.modbus.setpointForS"],
])("northbound with { %s } is refused", (modbus, complaint) => {
  const loaded = parse(`${park}\nnorthbound: { modbus: { ${modbus} } }\n`);
  expect(loaded.ok ? "" : loaded.error.text).toContain(complaint);
});

test.each([
  ["port: 4840", "northbound.opcUa.pkiFolder is missing"],
  ["port: 4840, pkiFolder: pki", "northbound.opcUa lets nobody in"],
  [
    "port: 4840, pkiFolder: pki, allowAnonymous: true, grantLimits: [export]",
    "northbound.opcUa.grantLimits is granted to nobody",
  ],
  [
    "port: 4840, pkiFolder: pki, insecureLab: true, grantLimits: [export], users: [{ name: a, role: grid-operator, passwordFile: a }]",
    "anybody could read the password",
  ],
  [
    "port: 4840, pkiFolder: pki, users: [{ name: a, role: viewer, passwordFile: a }, { name: a, role: viewer, passwordFile: b }]",
    'northbound.opcUa.users[1].name "a" is used twice',
  ],
  ["port: 4840, pkiFolder: pki, users: [{ name: a, role: viewer }]", '.users[0] "a" cannot log in'],
  [
    "port: 4840, pkiFolder: pki, grantSetpoint: true, users: [{ name: a, role: viewer, certificateFile: a.pem }]",
    "northbound.opcUa.grantSetpoint is granted to nobody",
  ],
  [
    "port: 4840, pkiFolder: pki, grantSetpoint: true, users: [{ name: a, role: grid-operator, certificateFile: a.pem }]",
    "northbound.opcUa.grantSetpoint cannot be granted where a plant",
  ],
  ["port: 4840, pkiFolder: pki, setpointForS: 0.5", "northbound.opcUa.setpointForS"],
  ["port: 4840, pkiFolder: pki, users: [{ name: a, role: admin, passwordFile: a }]", "northbound.opcUa.users[0].role"],
])("an OPC UA server with { %s } is refused", (opcUa, complaint) => {
  const loaded = parse(`${park}\nnorthbound: { opcUa: { ${opcUa} } }\n`);
  expect(loaded.ok ? "" : loaded.error.text).toContain(complaint);
});

test("northbound is off unless it is asked for, and then read-only unless it is granted", () => {
  const without = parse(park);
  expect(without.ok && without.value.northbound).toBeUndefined();
  const loaded = parse(`${park}\nnorthbound: { modbus: { port: 502, allowFrom: [10.0.0.7] } }\n`);
  expect(loaded.ok && loaded.value.northbound?.modbus).toMatchObject({
    grantLimit: false,
    grantSetpoint: false,
    setpointForMs: 30_000,
    connectionsMax: 4,
  });
  const opcUa = parse(`${park}\nnorthbound: { opcUa: { port: 4840, pkiFolder: pki, allowAnonymous: true } }\n`);
  expect(opcUa.ok && opcUa.value.northbound?.opcUa).toMatchObject({ grantLimits: [], insecureLab: false });
});

test.each([
  ["units: [unit-1, unit-11]", 'feeders[0].units[1] names no unit of this site: "unit-11"; did you mean "unit-1'],
  ["units: [unit-1, unit-1]", 'feeders[0].units[1] puts "unit-1" on a second feeder, "north" carries it already'],
  ["units: []", "feeders[0].units"],
  [
    "units: [unit-1], meter: { id: meter-1, driver: sunspec-meter, host: h, port: 502 }",
    'feeders[0].meter.id "meter-1" is used twice',
  ],
  [
    "units: [unit-1], meter: { id: meter-2, driver: sunspec-metre, host: h, port: 502 }",
    'feeders[0].meter.driver is no driver we have: "sunspec-metre"; did you mean "sunspec-meter"?',
  ],
  ["units: [unit-1], apparentLimitMW: 2", "feeders[0].apparentLimitMW"],
])("a feeder with { %s } is refused", (fields, complaint) => {
  const loaded = parse(`${park}\nfeeders: [{ id: north, exportLimitMW: 3, importLimitMW: 2, ${fields} }]\n`);
  expect(loaded.ok ? "" : loaded.error.text).toContain(complaint);
});

test("a feeder knows its units by their places, and its meter is a device like any other", () => {
  const meter = "meter: { id: meter-2, driver: sunspec-meter, host: 10.0.0.9, port: 502, sign: -1 }";
  const terms = "exportLimitMW: 3, importLimitMW: 2, apparentLimitMVA: 3.2, withoutMeterMW: 0.5";
  const loaded = parse(
    `${park}\nfeeders: [{ id: north, units: [unit-3, unit-1], ${terms}, ${meter} }, { id: south, units: [unit-2], exportLimitMW: 2, importLimitMW: 2 }]\n`,
  );
  if (!loaded.ok) throw new Error(loaded.error.text);
  expect(loaded.value.control.feeders).toEqual([
    {
      id: "north",
      units: [2, 0],
      unitIds: ["unit-3", "unit-1"],
      exportWMax: 3e6,
      importWMax: 2e6,
      apparentVAMax: 3.2e6,
      withoutMeterW: 0.5e6,
    },
    { id: "south", units: [1], unitIds: ["unit-2"], exportWMax: 2e6, importWMax: 2e6, withoutMeterW: 0 },
  ]);
  expect(loaded.value.feederMeters).toMatchObject([{ id: "meter-2", sign: -1 }, undefined]);
});

describe("devices that a map describes", () => {
  const folder = mkdtempSync(join(tmpdir(), "penstock-map-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const illustrative = fileURLToPath(new URL("../devices/maps/illustrative-site-controller.yaml", import.meta.url));
  const withoutThermal = park.replace(/\n +unitThermal:.*/, "");
  const load = (change: string, text = withoutThermal) => {
    const file = join(folder, "site.yaml");
    writeFileSync(file, text.replace("driver: sunspec-storage", change));
    return loadSiteConfig(file);
  };

  test("are read with the site, from a path beside it", () => {
    const loaded = load(`driver: modbus-map\n    map: ${relative(folder, illustrative)}`);
    if (!loaded.ok) throw new Error(loaded.error.text);
    expect(loaded.value.units[0]?.map?.name).toBe("illustrative-site-controller");
    expect(structuredClone(loaded.value.units[0])).toEqual(loaded.value.units[0]);
  });

  test("one without a temperature would leave its unit no power beside a thermal limit: refused", () => {
    const loaded = load(`driver: modbus-map\n    map: ${relative(folder, illustrative)}`, park);
    expect(loaded.ok ? "" : loaded.error.text).toContain("units[0].map names no temperatureC");
  });

  test.each([
    ["driver: modbus-map", "units[0] has driver modbus-map and needs map"],
    ["driver: sunspec-storage\n    map: x.yaml", "units[0].map is only for driver modbus-map or opc-ua-map"],
    ["driver: modbus-map\n    map: nowhere.yaml", "units[0].map cannot be read: ENOENT"],
    ["driver: modbus-map\n    map: site.yaml", "units[0].map is not a unit map we can use:"],
  ])("%s says what is wrong", (change, complaint) => {
    const loaded = load(change);
    expect(loaded.ok ? "" : loaded.error.text).toContain(complaint);
  });
});
