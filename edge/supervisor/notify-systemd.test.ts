import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { notifySystemd } from "./notify-systemd.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "penstock-notify-"));
  // Stands where systemd's own would, and writes down what it is told.
  writeFileSync(join(folder, "systemd-notify"), `#!/bin/sh\necho "$@" >> ${folder}/said\n`);
  chmodSync(join(folder, "systemd-notify"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const said = () => {
  try {
    return readFileSync(join(folder, "said"), "utf8").trim().split("\n");
  } catch {
    return [];
  }
};

test("ready once, then alive at a third of the watchdog's time", async () => {
  const systemd = notifySystemd({ NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "9000000" });
  systemd.alive(1_000);
  await vi.waitUntil(() => said().length === 1, 10_000);
  systemd.alive(3_900);
  systemd.alive(4_000);
  await vi.waitUntil(() => said().length === 2, 10_000);
  expect(said()).toEqual(["READY=1 WATCHDOG=1", "WATCHDOG=1"]);
});

test("without a watchdog it is only said to be ready; without systemd nothing is said", async () => {
  const systemd = notifySystemd({ NOTIFY_SOCKET: "/run/systemd/notify" });
  for (const nowMs of [0, 1e6, 2e6]) systemd.alive(nowMs);
  notifySystemd({}).alive(0);
  await vi.waitUntil(() => said().length === 1, 10_000);
  expect(said()).toEqual(["READY=1 WATCHDOG=1"]);
});
