import { connect } from "node:net";
import { createInterface } from "node:readline";
import { ok } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { beforeEach, expect, test } from "vitest";
import { createSite, type SiteSim } from "../sites/index.ts";
import { answerLine, serveControl, siteOps } from "./control-server.ts";

let site: SiteSim;

beforeEach(() => {
  site = createSite("feeder", { rng: new Rng(1), startMs: 1_750_000_000_000 as UtcMs });
});

const ask = (request: object | string) =>
  answerLine(typeof request === "string" ? request : JSON.stringify(request), siteOps(site));

test("the truth can be asked for", () => {
  expect(ask({ op: "truth" })).toMatchObject({ ok: true, truth: { breakerClosed: true, units: { length: 4 } } });
});

test("trouble comes and goes by name", () => {
  expect(ask({ op: "fault", device: "unit-3", fault: { kind: "slow", delayMs: 80 } })).toMatchObject({ ok: true });
  expect(site.deviceById("unit-3")?.trouble.delayMs).toBe(80);
  expect(ask({ op: "clear", device: "unit-3" })).toEqual({ ok: true, cleared: 1 });
  expect(site.deviceById("unit-3")?.trouble.delayMs).toBe(0);
});

test("the grid operator, the breaker and the frequency obey", () => {
  expect(ask({ op: "grid-operator-limit", powerWMin: -1e6, powerWMax: 2e6 })).toEqual({ ok: true });
  expect(site.truth.gridOperatorLimitW).toEqual({ isActive: true, min: -1e6, max: 2e6 });
  expect(ask({ op: "grid-operator-limit", powerWMin: null, powerWMax: null })).toEqual({ ok: true });
  expect(ask({ op: "grid-operator-setpoint", powerW: -3e6 })).toEqual({ ok: true });
  expect(site.plantController.read("Plant/GridOperatorSetpointActive")).toBe(true);
  expect(site.plantController.read("Plant/GridOperatorSetpoint")).toBe(-3e6);
  expect(ask({ op: "grid-operator-setpoint", powerW: null })).toEqual({ ok: true });
  expect(site.plantController.read("Plant/GridOperatorSetpointActive")).toBe(false);
  expect(site.truth.gridOperatorLimitW.isActive).toBe(false);
  expect(ask({ op: "breaker", closed: false })).toEqual({ ok: true });
  expect(ask({ op: "frequency", hz: 49.7 })).toEqual({ ok: true });
  site.step(50);
  expect(site.truth).toMatchObject({ breakerClosed: false, frequencyHz: 49.7 });
});

test("frequency follows a ramp and a recording, and what the plant did can be had step by step", () => {
  expect(ask({ op: "frequency", hz: 50 })).toEqual({ ok: true });
  site.step(50);
  expect(ask({ op: "frequency", hz: 49, overMs: 200 })).toEqual({ ok: true });
  expect(ask({ op: "log-power", on: true })).toEqual({ ok: true });
  for (let step = 0; step < 5; step++) site.step(50);
  expect(ask({ op: "frequency-trace", samplesHz: [49, 49.5, 50], intervalMs: 100 })).toEqual({ ok: true });
  for (let step = 0; step < 4; step++) site.step(50);
  const { samples } = ask({ op: "power-log" }) as unknown as { samples: { frequencyHz: number; gridPowerW: number }[] };
  expect(samples.map(({ frequencyHz }) => frequencyHz)).toEqual([49.75, 49.5, 49.25, 49, 49, 49.25, 49.5, 49.75, 50]);
  expect(samples.at(-1)?.gridPowerW).toBe(site.truth.gridPowerW);
  expect(ask({ op: "log-power", on: false })).toEqual({ ok: true });
  expect(ask({ op: "power-log" })).toEqual({ ok: true, samples: [] });
});

test("each regulation set-point is a renewal", () => {
  expect(ask({ op: "regulation", powerW: 2e6 })).toEqual({ ok: true });
  expect(ask({ op: "regulation", powerW: 2e6 })).toEqual({ ok: true });
  expect(site.plantController.read("Plant/RegulationSetpoint")).toBe(2e6);
  expect(site.plantController.read("Plant/RegulationCounter")).toBe(2);
  expect(ask({ op: "regulation" })).toMatchObject({ ok: false, error: { code: "control.bad-request" } });
});

test.each([
  ["nonsense", "control.bad-json"],
  ["[1]", "control.bad-json"],
  ['{"op":"dance"}', "control.unknown-op"],
  ['{"op":"toString"}', "control.unknown-op"],
  ["{}", "control.unknown-op"],
  ['{"op":"fault","device":"unit-1"}', "control.bad-fault"],
  ['{"op":"fault","device":"unit-1","fault":{"kind":"sad"}}', "control.bad-fault"],
  ['{"op":"fault","device":"unit-1","fault":{"kind":"slow"}}', "control.bad-fault"],
  ['{"op":"fault","device":"unit-1","fault":{"kind":"rebooting"}}', "control.bad-fault"],
  ['{"op":"fault","device":"unit-1","fault":{"kind":"refusing","exception":9}}', "control.bad-fault"],
  ['{"op":"fault","device":"unit-1","fault":{"kind":"lying"}}', "control.bad-fault"],
  ['{"op":"fault","device":"unit-9","fault":{"kind":"silent"}}', "fault.unknown-device"],
  ['{"op":"clear","device":"unit-9"}', "fault.unknown-device"],
  ['{"op":"grid-operator-setpoint"}', "control.bad-request"],
  ['{"op":"grid-operator-limit","powerWMin":2,"powerWMax":1}', "control.bad-request"],
  ['{"op":"breaker"}', "control.bad-request"],
  ['{"op":"frequency","hz":"fast"}', "control.bad-request"],
  ['{"op":"frequency","hz":49,"overMs":-1}', "control.bad-request"],
  ['{"op":"frequency-trace","samplesHz":[50,"x"],"intervalMs":100}', "control.bad-request"],
  ['{"op":"log-power"}', "control.bad-request"],
])("%s is refused as %s", (line, code) => {
  expect(ask(line)).toMatchObject({ ok: false, error: { code } });
});

test("over a socket: one answer a line, in order, with the embedding process's own operations", async () => {
  const server = await serveControl({ site, ops: { add: ({ a, b }) => ok({ sum: Number(a) + Number(b) }) } });
  const socket = connect(server.port, server.host);
  const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
  socket.write('{"op":"add","a":2,"b":3}\n{"op":"bre');
  socket.write('aker","closed":true}\n');
  expect(JSON.parse(String((await answers.next()).value))).toEqual({ ok: true, sum: 5 });
  expect(JSON.parse(String((await answers.next()).value))).toEqual({ ok: true });
  socket.destroy();
  await server.close();
});
