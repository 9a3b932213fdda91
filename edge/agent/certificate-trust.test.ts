import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seconds } from "@penstock/protocol/units";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fingerprintOf } from "../certificates/fingerprint.ts";
import { PLANT, SCADA } from "../certificates/testing/sample-certificates.ts";
import { sampleSite } from "./testing/sample-agent.ts";

/** Trusting an OPC UA certificate, as people ask the agent for it. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "penstock-trust-"));
  for (const [side, pem] of [
    ["plant", PLANT],
    ["northbound", SCADA],
  ] as const) {
    mkdirSync(join(folder, side, "rejected"), { recursive: true });
    writeFileSync(join(folder, side, "rejected", `${side}.pem`), pem);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const thumbprintOf = (pem: string) => fingerprintOf(new X509Certificate(pem).raw);
const person = { by: "ada", reason: "seen at the panel" };
const lists = () => ["rejected", "trusted/certs"].map((list) => readdirSync(join(folder, "plant", list)));

function site(access?: { readonly secondPersonWithinMs: ReturnType<typeof seconds> }) {
  const plant = { id: "plant-1", driver: "opc-ua-plant", endpointUrl: "opc.tcp://plant:4840", readEveryMs: seconds(1) };
  const opcUa = {
    host: "127.0.0.1",
    port: 4_840,
    pkiFolder: join(folder, "northbound"),
    connectionsMax: 8,
    allowAnonymous: false,
    users: [],
    grantLimits: [],
    grantSetpoint: false,
    grantReactive: false,
    setpointForMs: seconds(30),
    grantAcknowledge: false,
    insecureLab: false,
  };
  return sampleSite({
    changes: { plant: { ...plant, pkiFolder: join(folder, "plant") }, northbound: { opcUa } },
    ...(access && { access }),
  }).boot();
}

test("those that wait are listed with whose they are; one is trusted by an admin, with audit", () => {
  const { ask } = site();
  const waiting = ask({ op: "certificates" }, "viewer")["certificates"];
  expect(waiting).toMatchObject([
    { state: "rejected", side: "server", peers: ["plant-1"], subject: "CN=plant, O=Example" },
    { state: "rejected", side: "client", peers: ["scada"], subject: "CN=scada, O=Example" },
  ]);
  const request = { op: "certificate-trust", thumbprint: thumbprintOf(PLANT), ...person };
  expect(ask(request, "operator")).toMatchObject({ error: { code: "operator.not-permitted" } });
  expect(ask(request)).toMatchObject({ done: "certificate-trust", side: "server", peers: ["plant-1"] });
  expect(lists()).toEqual([[], ["plant.pem"]]);
  const { entries } = ask({ op: "audit", limit: 10 }) as { entries: { what: string; outcome: string; who: string }[] };
  expect(entries.filter(({ what }) => what === "certificate-trust").map(({ who, outcome }) => [who, outcome])).toEqual(
    expect.arrayContaining([["ada", "done"]]),
  );
  expect(ask(request)).toMatchObject({ error: { code: "certificate.already-trusted" } });
});

test.each([
  ["of nobody", "0".repeat(40), "certificate.unknown"],
  ["that is not whole", "ab12", "operator.not-understood"],
  ["that is no thumbprint", "../../etc/passwd", "operator.not-understood"],
])("a thumbprint %s trusts nothing", (_, thumbprint, code) => {
  const { ask } = site();
  expect(ask({ op: "certificate-trust", thumbprint, ...person })).toMatchObject({ error: { code } });
  mkdirSync(join(folder, "plant", "trusted", "certs"), { recursive: true });
  expect(lists()).toEqual([["plant.pem"], []]);
});

test("where the site wants two people, a certificate waits for the second and is trusted by both", () => {
  const { ask } = site({ secondPersonWithinMs: seconds(600) });
  const user = (uid: number, name: string) => ({ uid, name, isPersonal: true });
  const request = { op: "certificate-trust", thumbprint: thumbprintOf(PLANT), ...person };
  const { error } = ask(request, "admin", user(1_001, "ada")) as { error: { code: string; id: string } };
  expect(error.code).toBe("second-person.waiting");
  mkdirSync(join(folder, "plant", "trusted", "certs"), { recursive: true });
  expect(lists()).toEqual([["plant.pem"], []]);
  const approval = { op: "approve", id: error.id, by: "bob", reason: "called the plant" };
  expect(ask(approval, "admin", user(1_002, "bob"))).toMatchObject({ done: "certificate-trust" });
  expect(lists()).toEqual([[], ["plant.pem"]]);
});
