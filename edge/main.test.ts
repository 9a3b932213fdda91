import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askSite } from "./cli/ask-site.ts";

let folder = "";
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "penstock-edge-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function start(config: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), "--config", config], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let err = "";
  child.stderr.on("data", (text) => {
    err += String(text);
  });
  const ended = new Promise<{ code: number | null; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, err })),
  );
  return { child, ended };
}

/** A site whose devices and broker are all unreachable. */
function lonelySite(changes: (text: string) => string = (text) => text): string {
  const file = join(folder, "site.yaml");
  const example = readFileSync(join(import.meta.dirname, "config", "examples", "feeder.yaml"), "utf8");
  const text = example.replace(/\nplant:\n(?: .*\n)+/, "\n").replaceAll(/port: 51(\d\d)/g, "port: 1$1");
  writeFileSync(file, changes(text));
  return file;
}

async function answer(op: "status" | "alarms"): Promise<Record<string, unknown>> {
  for (;;) {
    const result = await askSite(join(folder, "feeder.sock"), { op });
    if (result.ok && result.value["loop"] !== null) return result.value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a configuration that is wrong is one clear sentence and exit 1", async () => {
  const file = lonelySite((text) => text.replace("exportLimitMW", "exportLimitGW"));
  const { code, err } = await start(file).ended;
  expect(code).toBe(1);
  expect(err).toMatch(/^.*site\.yaml:\d+:\d+: control\.connection\.exportLimitGW unknown key/);
  expect(err).toContain('did you mean "exportLimitMW"?');
});

test("with no network at all the site starts, answers, and ends in good order", async () => {
  const { child, ended } = start(lonelySite());
  const status = await answer("status");
  expect(status).toMatchObject({ site: "feeder", store: { storing: true }, link: { state: "connecting" } });
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
});

test("without a disk the loop runs all the same", async () => {
  const { child, ended } = start(
    lonelySite((text) => text.replace("file: feeder.sqlite", "file: no/such/folder.sqlite")),
  );
  const status = await answer("status");
  expect(status).toMatchObject({ store: { storing: false } });
  expect(status["loop"]).not.toBeNull();
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
});

test("a second agent for the same site is refused", async () => {
  const file = lonelySite();
  start(file);
  await answer("status");
  const { code, err } = await start(file).ended;
  expect(code).toBe(1);
  expect(err).toContain("already running");
});
