import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateKeyFromSeed } from "@penstock/protocol/lease";
import type { DecodedModel } from "@penstock/protocol/sunspec";
import { afterAll, expect, test } from "vitest";
import { parseSiteConfig } from "../config/load-site-config.ts";
import { loadState, saveState } from "./commissioning-state.ts";
import { draftConfig } from "./draft-config.ts";
import { Interrupted, interruptible } from "./interruptible.ts";
import { judgeStepTest, type PowerLevel } from "./judge-step-test.ts";
import { judgeWatchdog } from "./judge-watchdog.ts";
import { lintModels } from "./lint-models.ts";
import { makeReport, reportKey, reportText, signReport, verifyReport } from "./report.ts";
import { commissioningSteps } from "./steps/index.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-commission-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A level of one 1 MW unit in kW: commanded, at the meter, what the unit says; the rest of the site draws 200 kW. */
const level = (commandedKW: number, gridKW: number, unitKW = commandedKW): PowerLevel => ({
  commandedW: commandedKW * 1e3,
  gridW: gridKW * 1e3,
  batteryW: unitKW * 1e3,
  units: [{ id: "unit-1", powerW: unitKW * 1e3, setpointW: commandedKW * 1e3 }],
});
const rest = level(0, -200);

test.each([
  ["all is well", [rest, level(300, 100), rest, level(-300, -500), rest], ""],
  ["the load drifts", [rest, level(300, 60), level(0, -280), level(-300, -620), level(0, -360)], ""],
  [
    "the meter's sign is turned",
    [rest, level(300, -500), rest, level(-300, 100), rest],
    "its sign is turned; set meter.sign",
  ],
  ["the meter's ratio is out", [rest, level(300, 2_800), rest, level(-300, -3_200), rest], "transformer ratio"],
  [
    "a unit's sign is turned",
    [rest, level(300, -500, -300), rest, level(-300, 100, 300), rest],
    "the batteries moved by -300.0 kW",
  ],
  [
    "a unit does nothing",
    [rest, level(300, -200, 0), rest, level(-300, -200, 0), rest],
    "in local control, or at a limit?",
  ],
  [
    "a unit's scale is out by ten",
    [rest, level(100, 800, 1_000), rest, level(-100, -1_200, -1_000), rest],
    "its scale is out by ten",
  ],
])("step test: %s", (_, levels, said) => {
  const { wrong, right } = judgeStepTest(levels);
  if (said === "") expect([wrong, right.length]).toEqual([[], 2]);
  else expect(wrong.join("; ")).toContain(said);
});

test.each([
  [10_000, undefined, "did not come to rest"],
  [10_000, 10_500, ""],
  [10_000, 13_900, ""],
  [10_000, 15_000, "came to rest after 15.0 s"],
  [10_000, 1_000, "it never moved, or something else stopped it"],
])("a timer of %d ms and rest after %s ms: %s", (revertAfterMs, restedMs, said) => {
  const { wrong } = judgeWatchdog(
    [{ id: "unit-1", revertAfterMs }],
    new Map(restedMs === undefined ? [] : [["unit-1", restedMs]]),
  );
  expect(wrong.length).toBe(said === "" ? 0 : 1);
  expect(wrong.join()).toContain(said);
});

const model = (id: number, values: Record<string, number>): DecodedModel => ({ id, length: 10, values, blocks: [] });
const rating = { capacityWh: 3.9e6, dischargeWMax: 1.9e6, chargeWMax: 1.9e6 };
const goodUnit = [
  model(701, { W: 0, Hz: 50, LNV: 400, TmpCab: 25 }),
  model(702, { WDisChaRteMaxRtg: 1.9e6, WChaRteMaxRtg: 1.9e6, VAMaxRtg: 2.4e6 }),
  model(704, { WSetRvrtTms: 10 }),
  model(713, { SoC: 55, WHRtg: 3.9e6 }),
  model(802, { V: 1_200 }),
];
const changed = (id: number, values: Record<string, number>) =>
  goodUnit.map((one) => (one.id === id ? model(id, { ...one.values, ...values } as Record<string, number>) : one));

test.each([
  ["nothing", goodUnit, ""],
  ["swapped words in the charge", changed(713, { SoC: 3_604_480 }), "713 SoC is 3604480, which cannot be"],
  ["no power at all", [model(701, { Hz: 50 }), ...goodUnit.slice(1)], "701 W is not implemented"],
  ["a frequency in tenths", changed(701, { Hz: 500 }), "701 Hz is 500"],
  ["another capacity than in the file", changed(713, { WHRtg: 2.6e6 }), "capacityKWh 3900.0 kWh"],
  [
    "a smaller nameplate than the file asks for",
    changed(702, { WDisChaRteMaxRtg: 1e6 }),
    "asks for dischargeKW 1900.0 kW",
  ],
])("lint finds %s", (_, models, said) => {
  const findings = lintModels("unit", models, rating);
  expect(findings.length).toBe(said === "" ? 0 : 1);
  expect(findings.join()).toContain(said);
});

test("a draft from what was found is a configuration the edge takes, with nameplates as ratings", () => {
  const at = (port: number) => ({ host: "10.0.7.13", port });
  const text = draftConfig(
    [
      { ...at(502), kind: "unit", driver: "sunspec-storage", models: goodUnit },
      { ...at(503), kind: "meter", driver: "sunspec-meter", models: [] },
      { ...at(4840), kind: "plant", driver: "opc-ua-plant", models: [] },
    ],
    { site: "park", exportLimitMW: 2, importLimitMW: 1, folder: "/var/lib/penstock" },
  );
  const parsed = parseSiteConfig(text, { file: "park.yaml", folder });
  if (!parsed.ok) throw new Error(parsed.error.text);
  expect(parsed.value).toMatchObject({
    units: [{ id: "unit-1", rating: { dischargeWMax: 1.9e6, apparentVAMax: 2.4e6, capacityWh: 3.9e6 } }],
    control: {
      connection: { exportWMax: 2e6, importWMax: 1e6 },
      fallback: { onCloudLoss: { action: "ramp-to-zero" } },
    },
    cloud: undefined,
  });
});

test("a commissioning goes on where it stopped, and another site's file is refused", () => {
  const file = join(folder, "park.commissioning.json");
  const begun = loadState(file, "park", 1);
  if (!begun.ok) throw new Error(begun.error.code);
  const result = {
    step: "identity",
    verdict: "passed",
    timeMs: 2,
    by: "ann",
    findings: ["unit-1: there"],
    measured: {},
  } as const;
  saveState(file, { ...begun.value, results: [result] });
  expect(loadState(file, "park", 9)).toMatchObject({ value: { startedMs: 1, results: [{ step: "identity" }] } });
  expect(loadState(file, "feeder", 9)).toMatchObject({ error: { code: "commissioning.another-site" } });
  writeFileSync(file, "{");
  expect(loadState(file, "park", 9)).toMatchObject({ error: { code: "commissioning.unreadable" } });
});

test("a report is passed only when every step is, and nobody improves it after it was signed", () => {
  const results = commissioningSteps.map(({ name }, index) => ({
    step: name,
    verdict: "passed" as const,
    timeMs: index,
    by: "ann",
    findings: ["measured 10.4 s"],
    measured: {},
  }));
  const state = { version: 1 as const, site: "park", startedMs: 0, results };
  expect(makeReport({ ...state, results: results.slice(1) }, "ann", 9)).toMatchObject({
    passed: false,
    notRun: ["identity"],
  });
  const failed = { ...(results[0] as (typeof results)[number]), verdict: "failed" as const };
  expect(makeReport({ ...state, results: [...results, failed] }, "ann", 9).passed).toBe(false);
  const signed = signReport(makeReport(state, "ann", 9), privateKeyFromSeed(new Uint8Array(32).fill(7)));
  const verified = verifyReport(JSON.stringify(signed));
  if (!verified.ok) throw new Error(verified.error.code);
  expect(verified.value.report.passed).toBe(true);
  expect(reportText(verified.value.report, verified.value.fingerprint)).toMatch(/^Commissioning report: park\nPASSED/);
  const improved = { ...signed, report: signed.report.replaceAll("10.4", "9.4") };
  expect(verifyReport(JSON.stringify(improved))).toMatchObject({ error: { code: "commissioning.altered" } });
  expect(verifyReport("x")).toMatchObject({ error: { code: "commissioning.unreadable" } });
  const [first, second] = [reportKey(join(folder, "key")), reportKey(join(folder, "key"))];
  expect(first.ok && second.ok && first.value.equals(second.value)).toBe(true);
  expect(readFileSync(join(folder, "key"), "utf8")).toContain("PRIVATE KEY");
});

test.each([
  "step-test",
  "watchdog",
])("%s that is ended at any moment puts the mode back, and asks for nothing after", async (name) => {
  const step = commissioningSteps.find((each) => each.name === name);
  for (let endsAfterWaits = 0; endsAfterWaits < 12; endsAfterWaits++) {
    const modes: string[] = [];
    let [waits, nowMs, batteryPowerW] = [0, 0, 0];
    const unit = {
      id: "unit-1",
      rating: { dischargeWMax: 1e6, chargeWMax: 1e6 },
      revertAfterMs: 10_000,
      safePowerW: 0,
    };
    const { site, interrupt } = interruptible({
      by: "ann",
      say: () => {},
      nowMs: () => nowMs,
      async waitMs(durationMs) {
        nowMs += durationMs;
        if (waits++ === endsAfterWaits) interrupt();
      },
      async ask({ op, mode, powerW }) {
        if (op === "mode") {
          modes.push(String(mode));
          batteryPowerW = Number(powerW);
        }
        const latches = { mode: "maintenance", manualPowerW: 0 };
        const status = { latches, targetW: batteryPowerW, batteryPowerW, gridPowerW: batteryPowerW };
        const units = [{ ...unit, powerW: { value: batteryPowerW }, setpointW: { value: batteryPowerW } }];
        return { ok: true, value: op === "status" ? status : { units } };
      },
    });
    await expect(step?.run(site)).rejects.toBeInstanceOf(Interrupted);
    expect(modes.length).toBeGreaterThanOrEqual(2);
    expect(modes.slice(0, -1).every((mode) => mode === "manual")).toBe(true);
    expect(modes.at(-1)).toBe("maintenance");
  }
});
