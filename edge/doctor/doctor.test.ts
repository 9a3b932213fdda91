import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { CertificateReport } from "../agent/requests/certificates.ts";
import { sampleSite } from "../agent/testing/sample-agent.ts";
import { sampleStatus } from "../agent/testing/sample-status.ts";
import { redact } from "../cli/redact.ts";
import type { BoxFacts } from "./box-facts.ts";
import type { DoctorFacts } from "./check.ts";
import { checks, examine } from "./examine.ts";

const box: BoxFacts = {
  nodeVersion: "24.21.0",
  cpuCount: 4,
  loadPerCpu: 0.2,
  memoryFreeBytes: 2e9,
  memoryTotalBytes: 4e9,
  socketMode: 0o660,
  disk: { freeBytes: 20e9, totalBytes: 32e9, isWritable: true, inodesFreeShare: 0.9 },
  storeFileMode: 0o640,
  isClockSynchronised: true,
  cpuTemperatureC: 50,
  timeZone: "UTC",
  isRoot: false,
};

/** The facts of a real agent that has run for a while, as the socket would give them. */
function siteFacts(): DoctorFacts {
  const { clock, boot } = sampleSite();
  const { agent, ask } = boot();
  clock.advance(60_000 as never);
  const sample = sampleStatus(clock);
  agent.onLoopOutput({
    type: "status",
    status: { ...sample, explanation: { ...sample.explanation, alarms: [] } },
  });
  const report = (request: object) => JSON.parse(JSON.stringify(ask(request)));
  return {
    nowMs: clock.nowMs(),
    box,
    socketTrouble: undefined,
    status: report({ op: "status" }),
    devices: report({ op: "devices" }).devices,
    units: report({ op: "units" }).units.map((one: object) => ({ ...one, revertAfterMs: 10_000 })),
    link: report({ op: "link" }),
    store: report({ op: "store" }),
    time: report({ op: "time" }),
    certificates: report({ op: "certificates" }).certificates,
    alarms: report({ op: "alarms" }),
    lease: report({ op: "lease" }),
    audit: report({ op: "audit", limit: 10 }),
  };
}

const verdicts = (facts: DoctorFacts) =>
  Object.fromEntries(examine(facts).map(({ check, verdict }) => [check, verdict] as const));

test("there are more than thirty checks, each with a name, what it costs, and a fix", () => {
  expect(checks.length).toBeGreaterThan(30);
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  for (const { name, why, fix } of checks) {
    for (const text of [why, fix]) expect(text.length, name).toBeGreaterThan(10);
    expect(new Set([name, why, fix]).size, name).toBe(3);
  }
});

test("a site that controls is well where it is well", () => {
  const found = verdicts(siteFacts());
  for (const check of ["the agent answers", "the loop reports", "records are stored", "no unit has a fault"]) {
    expect([check, found[check]]).toEqual([check, "ok"]);
  }
  expect(found["a lease is held"]).toBe("warning");
});

test("without an agent nothing is called well but the box", () => {
  const nothing = { status: null, devices: null, units: null, link: null, store: null, time: null, certificates: null };
  const facts = { ...siteFacts(), ...nothing, alarms: null, lease: null, audit: null, socketTrouble: "nobody answers" };
  const findings = examine(facts);
  expect(findings[0]).toMatchObject({ check: "the agent answers", verdict: "critical" });
  const ok = findings.filter(({ verdict }) => verdict === "ok").map(({ check }) => check);
  expect(ok).toEqual([
    "the disk has room",
    "the disk has inodes",
    "the store's folder can be written",
    "the store is nobody else's to change",
    "a time server keeps the clock",
    "the box is not overloaded",
    "memory is left",
    "the box is not too hot",
    "Node is one that is tested",
    "the socket keeps strangers out",
  ]);
});

const unit = (facts: DoctorFacts, changes: Record<string, unknown>) =>
  ({
    ...facts,
    units: facts.units?.map((one, index) => (index === 0 ? { ...one, ...changes } : one)) ?? null,
  }) as DoctorFacts;
const certificate = ({ nowMs }: DoctorFacts, changes: Partial<CertificateReport>): CertificateReport => ({
  ...{ state: "trusted", thumbprint: "ab", sha256: "cd", subject: "CN=plant", applicationUri: undefined },
  ...{ validFromMs: 0, validUntilMs: nowMs + 365 * 86_400_000, sinceMs: 0, from: undefined, times: undefined },
  ...{ side: "server", peers: ["plant-1"] },
  ...changes,
});
const talkOf = (facts: DoctorFacts, changes: object) =>
  ({
    ...facts,
    devices: facts.devices?.map((one) => ({ ...one, talk: { state: "ready", requests: 1, timeouts: 0, ...changes } })),
  }) as unknown as DoctorFacts;
const EXPIRED = "opc-ua.certificate-expired (thumbprint=ab12)";
const field = (value: unknown) => ({ value, quality: "good", ageMs: 10, cause: null });

test.each<[string, string, (facts: DoctorFacts) => DoctorFacts]>([
  [
    "the disk has room",
    "critical",
    (facts) => ({
      ...facts,
      box: { ...box, disk: { freeBytes: 1e8, totalBytes: 32e9, isWritable: true, inodesFreeShare: 1 } },
    }),
  ],
  ["the socket keeps strangers out", "critical", (facts) => ({ ...facts, box: { ...box, socketMode: 0o666 } })],
  ["the box is not overloaded", "warning", (facts) => ({ ...facts, box: { ...box, loadPerCpu: 5 } })],
  ["a time server keeps the clock", "unknown", (facts) => ({ ...facts, box: { ...box, isClockSynchronised: null } })],
  ["agent and terminal agree on the time", "warning", (facts) => ({ ...facts, nowMs: UtcMs(facts.nowMs + 60_000) })],
  [
    "the way to the cloud is encrypted",
    "critical",
    (facts) => ({ ...facts, link: { cloud: { brokerUrl: "mqtt://broker.example:1883" }, link: null } }),
  ],
  [
    "the audit log is whole",
    "critical",
    (facts) => ({ ...facts, audit: { chain: { ok: false, error: { sequence: 7 } } } }),
  ],
  [
    "no OPC UA certificate waits or runs out",
    "warning",
    (facts) => ({ ...facts, certificates: [certificate(facts, { state: "rejected" })] }),
  ],
  [
    "no OPC UA certificate waits or runs out",
    "warning",
    (facts) => ({ ...facts, certificates: [certificate(facts, { validUntilMs: facts.nowMs + 7 * 86_400_000 })] }),
  ],
  ["OPC UA servers let us read", "critical", (facts) => talkOf(facts, { state: "lost", lastError: EXPIRED })],
  ["clocks of OPC UA servers are right", "warning", (facts) => talkOf(facts, { clockSkewMs: -90_000 })],
  ["no unit is in local control", "warning", (facts) => unit(facts, { remote: field(false) })],
  ["no unit has a fault", "warning", (facts) => unit(facts, { state: field("fault") })],
  ["no unit is too hot", "warning", (facts) => unit(facts, { temperatureC: field(60) })],
  ["charges are near each other", "warning", (facts) => unit(facts, { soc: field(0.1) })],
  ["every unit's own timer is short", "warning", (facts) => unit(facts, { revertAfterMs: 600_000 })],
])("%s: %s when it is not so", (check, verdict, change) => {
  const facts = siteFacts();
  expect(verdicts(facts)[check]).not.toBe(verdict);
  expect(verdicts(change(facts))[check]).toBe(verdict);
});

test("a check that fails itself says so and spoils no other", () => {
  const facts = { ...siteFacts(), units: [{ id: "unit-1" }] } as unknown as DoctorFacts;
  expect(examine(facts)).toHaveLength(checks.length);
});

test("a bundle tells nobody's name, address or key, and the same one is the same word", () => {
  const redacted = redact({
    entries: [{ who: "ann", what: "stop" }, { who: "bob" }, { who: "cloud" }],
    text: "ann: smoke at 10.0.7.13, not at 10.0.7.14",
    again: "unit at 10.0.7.13:502 and 127.0.0.1",
    brokerUrl: "mqtts://user:secret@broker.example.com:8883",
    password: "hunter2",
    key: "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----",
    map: { serialNumber: "SN-1" },
  });
  expect(redacted).toEqual({
    entries: [{ who: "person-1", what: "stop" }, { who: "person-2" }, { who: "cloud" }],
    text: "person-1: smoke at host-1, not at host-2",
    again: "unit at host-1:502 and 127.0.0.1",
    brokerUrl: expect.not.stringMatching(/secret|example/),
    password: "(removed)",
    key: "(key removed)",
    map: { serialNumber: "(removed)" },
  });
});
