import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { serveSite } from "@penstock/firmware-sims/servers/index.ts";
import { createSite } from "@penstock/firmware-sims/sites/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { UtcMs } from "@penstock/protocol/units";
import { afterAll, expect, test } from "vitest";
import { Child, patiently } from "../harness/child-process.ts";
import { askJson } from "../harness/json-lines.ts";

/**
 * From a blank box to a controlled site, as a technician types it: twenty home batteries answer on the network, a
 * configuration is drafted from what they say, the edge starts with it, every step of the commissioning is run, and the
 * report is signed. Judged by the plant where power moves.
 */
const folder = mkdtempSync(join(tmpdir(), "penstock-blank-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ports = { modbusPortBase: 16_220, opcUaPort: 16_251, controlPort: 16_252 };

function sitectl(...words: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const file = resolve(import.meta.dirname, "../../edge/bin/sitectl.mjs");
  const child = spawn(process.execPath, [file, ...words], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, PENSTOCK_RUN_DIR: join(folder, "run") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => {
    out += String(text);
  });
  child.stderr.on("data", (text) => {
    err += String(text);
  });
  return new Promise((done) => child.on("close", (code) => done({ code, out, err })));
}

const result = (out: string) => JSON.parse(out.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;

test("from a blank configuration to twenty units under control, proven and signed", { timeout: 300_000 }, async () => {
  const site = createSite("street", { rng: new Rng(4), startMs: UtcMs(Date.UTC(2026, 0, 15)) });
  const served = await serveSite({
    site,
    clock: new SystemClock(),
    stepMs: 50,
    pkiFolder: join(folder, "sim-pki"),
    acceptsUnknownOpcUaClients: true,
    ...ports,
  });
  const truth = async () => (await askJson(served.addresses.control, { op: "truth" }))["truth"] as PlantTruth;
  let edge: Child | undefined;
  try {
    const draft = await sitectl(
      ...["commission", "draft", "127.0.0.1", "--ports", "16220-16251", "--name", "street"],
      ...["--export-mw", "0.12", "--import-mw", "0.12", "--out", "street.yaml", "--json"],
    );
    expect([draft.code, draft.err]).toEqual([0, expect.stringContaining("found 22")]);
    expect(result(draft.out)).toMatchObject({ site: "street", units: 20 });
    // A machine that many share needs more patience than a site of its own.
    const file = join(folder, "street.yaml");
    const drafted = readFileSync(file, "utf8");
    writeFileSync(
      file,
      drafted.replace("periodMs: 100", "periodMs: 500").replace("unitS: 2, meterS: 1", "unitS: 5, meterS: 5"),
    );

    edge = new Child({
      name: "the edge",
      script: "edge/main.ts",
      args: ["--config", file, "--trust-plant-on-first-use"],
      logFile: join(folder, "edge.log"),
    });
    await patiently("twenty units and a meter", 60_000, async () => {
      const { code, out } = await sitectl("devices", "ls", "--json");
      const devices = code === 0 ? (result(out)["devices"] as Device[]) : [];
      return devices.filter(({ talk }) => talk?.state === "ready").length === 21 ? true : undefined;
    });

    const dry = await sitectl("commission", "step-test");
    expect([dry.code, dry.err]).toEqual([5, expect.stringContaining("--confirm street")]);

    let isMoving = false;
    const watching = setInterval(
      () =>
        void truth().then(
          (now) => {
            isMoving ||= now.batteryPowerW > 15_000;
          },
          () => {},
        ),
      500,
    );
    const run = await sitectl("commission", "--confirm", "street", "--by", "ann", "--json");
    clearInterval(watching);
    expect([run.code, run.err]).toEqual([0, expect.stringContaining("✓ watchdog")]);
    expect(result(run.out)).toMatchObject({ passed: true });
    expect(isMoving).toBe(true); // By the plant's own word, not the edge's.

    const again = await sitectl("commission", "--json");
    expect([again.code, again.err]).toEqual([0, expect.stringContaining("✓ step-test: passed at")]);

    const report = await sitectl("commission", "report", "--json");
    expect(result(report.out)).toMatchObject({ passed: true, by: expect.any(String), notRun: [] });
    const signed = "street.commissioning.json.report.json";
    expect((await sitectl("commission", "report", "--verify", signed)).code).toBe(0);
    const text = readFileSync(join(folder, signed), "utf8");
    writeFileSync(join(folder, signed), text.replace("came to rest after", "came to rest before"));
    expect((await sitectl("commission", "report", "--verify", signed)).code).toBe(1);
    expect(readFileSync(join(folder, "street.commissioning.json.report.txt"), "utf8")).toContain("PASSED");

    const held = await sitectl(
      "mode",
      "manual",
      "--power-mw",
      "0.02",
      "--reason",
      "handed over",
      "--confirm",
      "street",
    );
    expect(held.code).toBe(0);
    await patiently("20 kW at the plant", 30_000, async () =>
      Math.abs((await truth()).batteryPowerW - 20_000) < 2_000 ? true : undefined,
    );
  } finally {
    await edge?.stop();
    await served.close();
  }
});

interface PlantTruth {
  readonly batteryPowerW: number;
}

interface Device {
  readonly talk: { readonly state: string } | null;
}
