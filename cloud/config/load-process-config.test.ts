import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadProcessConfig } from "./load-process-config.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "penstock-config-"));
  const { privateKey } = generateKeyPairSync("ed25519");
  writeFileSync(join(folder, "desk.pem"), privateKey.export({ format: "pem", type: "pkcs8" }));
  writeFileSync(join(folder, "not-a-key.pem"), "hello\n");
  writeFileSync(join(folder, "short.token"), "1234\n");
  for (const name of ["long-1", "long-2"]) writeFileSync(join(folder, `${name}.token`), `${"x".repeat(40)}\n`);
});

const valid = `runFolder: run
storeFile: data/cloud.db
mqtt:
  port: 1883
  viewerPasswordFile: viewer.password
  hostPasswordFile: host.password
leases: { issuer: desk, keyId: desk, privateKeyFile: desk.pem }
market: { id: nem, region: NSW1, speed: 60, start: "2023-01-15T00:00:00Z" }
prices: { file: prices.csv }
sites:
  - id: park
    group: penstock
    node: park
    passwordFile: park.password
    capacityMWh: 39
    chargeMW: 19
    dischargeMW: 19
    socMin: 0.05
    socMax: 0.95
    roundTripEfficiency: 0.81
    costPerMWh: 10
    settle: grid
units:
  - id: PNSTK1
    sites: [park]
    maxCapacityMW: 20
    minLoadMW: 20
    lossFactor: 0.99
    rampMWPerMin: 60
    storageMWh: 39
`;

function people(...all: readonly (readonly [name: string, role: string, file: string])[]): string {
  const lines = all.map(([name, role, file]) => `  - { name: ${name}, role: ${role}, tokenFile: ${file}.token }`);
  return `people:\n${lines.join("\n")}\nprices:`;
}

function load(text: string) {
  const file = join(folder, "cloud.yaml");
  writeFileSync(file, text);
  return loadProcessConfig(file);
}

const complaintOf = (text: string): string => {
  const loaded = load(text);
  return loaded.ok ? "" : loaded.error.text.replaceAll(join(folder, "cloud.yaml"), "cloud.yaml");
};

test("what people write in megawatts is read in watts, and paths count from the file's folder", () => {
  const loaded = load(valid);
  expect(loaded.ok).toBe(true);
  if (!loaded.ok) return;
  const { cloud, path, document } = loaded.value;
  expect(cloud.sites[0]).toMatchObject({ powerWMaxDischarge: 19e6, capacityWh: 39e6, settlementSource: "grid" });
  expect(cloud.sites[0]?.efficiencyOneWay).toBeCloseTo(0.9, 12);
  expect(cloud.units[0]).toMatchObject({ unit: { id: "PNSTK1", region: "NSW1", siteIds: ["park"] }, gate: "auto" });
  expect(cloud.market).toEqual({ id: "nem", speed: 60, startMs: Date.parse("2023-01-15T00:00:00Z") });
  expect(path(document.storeFile)).toBe(join(folder, "data/cloud.db"));
});

test.each(["nem", "ercot", "caiso", "gb", "sdac-de"])("a unit may be traded in %s", (id) => {
  const loaded = load(valid.replace("id: nem, region: NSW1", `id: ${id}, region: HERE`));
  expect(loaded.ok && loaded.value.cloud).toMatchObject({ market: { id }, units: [{ unit: { region: "HERE" } }] });
});

test.each([
  // what is wrong                     changed from, to                              named as
  [
    "an unknown key",
    "    settle: grid",
    "    settle: grid\n    colour: red",
    /cloud\.yaml:23:13: sites\.0\.colour is not a setting here/,
  ],
  ["a missing key", "    costPerMWh: 10\n", "", /cloud\.yaml:11:5: sites\.0\.costPerMWh .*expected number/],
  ["a wrong word", "settle: grid", "settle: meter", /cloud\.yaml:22:13: sites\.0\.settle .*"grid"\|"storage"/],
  ["a negative power", "chargeMW: 19", "chargeMW: -19", /cloud\.yaml:\d+:\d+: sites\.0\.chargeMW .*>0/],
  ["half a megawatt of a unit", "maxCapacityMW: 20", "maxCapacityMW: 20.5", /units\.0\.maxCapacityMW .*int/],
  ["broken YAML", "sites:\n  - id: park", "sites:\n  - id: [park", /cloud\.yaml:\d+:\d+: /],
  ["a unit of unknown sites", "sites: [park]", "sites: [harbour]", /PNSTK1 bids for harbour, which is not under sites/],
  ["an upside-down window", "socMin: 0.05", "socMin: 0.96", /park has socMin at or above socMax/],
  ["a market nobody wrote", "id: nem", "id: harbour", /market\.id .*"nem"\|"ercot"\|"caiso"\|"gb"\|"sdac-de"/],
  ["a strategy nobody wrote", "prices:", "strategy: clairvoyance\nprices:", /no "clairvoyance"; one of value-curve/],
  ["a file that is no key", "desk.pem", "not-a-key.pem", /leases\.privateKeyFile: .*Ed25519 private key/],
  ["an operator without an address", "prices:", "operator: { url: next-door }\nprices:", /operator\.url .*http:\/\//],
  [
    "an upside-down band",
    "prices:",
    "desk: { band: { pricePerMWhMin: 9, pricePerMWhMax: 9, offeredMWMax: 1 } }\nprices:",
    /desk\.band: pricePerMWhMin is at or above/,
  ],
  ["a role nobody has", "prices:", people(["trader-1", "boss", "long-1"]), /people\.0\.role .*"trader"/],
  [
    "a token one can guess",
    "prices:",
    people(["trader-1", "trader", "short"]),
    /people: .*shorter than 32 characters; openssl/,
  ],
  [
    "a token that is not there",
    "prices:",
    people(["trader-1", "trader", "gone"]),
    /people: the token of trader-1 cannot be read/,
  ],
  [
    "two people with one token, who could sign for each other",
    "prices:",
    people(["trader-1", "trader", "long-1"], ["approver-1", "approver", "long-2"]),
    /people: trader-1 and approver-1 have one token/,
  ],
  [
    "two people with one name",
    "prices:",
    people(["trader-1", "trader", "long-1"], ["trader-1", "approver", "long-2"]),
    /people: two have one name/,
  ],
  ["a key that is not there", "desk.pem", "gone.pem", /gone\.pem cannot be read/],
])("%s is refused with its place and what would be right", (_, from, to, named) => {
  expect(valid).toContain(from);
  expect(complaintOf(valid.replace(from, to))).toMatch(named);
});

test("a site that two units bid for is refused", () => {
  const second = valid.slice(valid.indexOf("  - id: PNSTK1")).replace("PNSTK1", "PNSTK2");
  expect(complaintOf(valid + second)).toMatch(/park is in two units/);
});

test("a configuration that is not there is refused in one sentence", () => {
  const missing = loadProcessConfig(join(folder, "nowhere.yaml"));
  expect(missing).toMatchObject({ ok: false, error: { code: "config.unreadable" } });
});

test.each([
  ["about a stranger", "{name: f, sites: [moon], minMW: -1, maxMW: 1}", /f is about moon, which is not under sites/],
  ["that cannot be kept at rest", "{name: f, sites: [park], minMW: 1, maxMW: 2}", /f must leave 0 MW possible/],
])("a locational limit %s is refused", (_, limit, named) => {
  expect(complaintOf(`${valid}locationalLimits: [${limit}]\n`)).toMatch(named);
});
