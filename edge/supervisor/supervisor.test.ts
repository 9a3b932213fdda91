import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { SystemClock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { afterEach, expect, test } from "vitest";
import { SupervisorHandle } from "./supervisor-handle.ts";

const clock = new SystemClock();
const handles: SupervisorHandle[] = [];
afterEach(() => {
  for (const handle of handles.splice(0)) handle.stop();
});

/** A loop of 100 ms that is watched; it counts until it is told to stand still. */
function watchedLoop() {
  const handle = new SupervisorHandle(clock, Ms(100));
  handles.push(handle);
  let cycles = 0;
  const timer = setInterval(() => handle.report(++cycles, clock.monotonicMs()), 100);
  return { handle, standStill: () => clearInterval(timer) };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50));
}

test("a running loop is permitted, one that stands still is not any more", async () => {
  const { handle, standStill } = watchedLoop();
  expect(handle.mayCommand(clock.monotonicMs())).toBe(false);
  await until(() => handle.mayCommand(clock.monotonicMs()));
  standStill();
  await until(() => !handle.mayCommand(clock.monotonicMs()));
});

test("a supervisor that hangs permits nothing; one that is killed is started again", async () => {
  const { handle, standStill } = watchedLoop();
  await until(() => handle.mayCommand(clock.monotonicMs()));
  const first = handle.pid ?? 0;
  process.kill(first, "SIGSTOP");
  await until(() => !handle.mayCommand(clock.monotonicMs()));
  process.kill(first, "SIGKILL");
  await until(() => handle.mayCommand(clock.monotonicMs()));
  expect(handle.pid).not.toBe(first);
  standStill();
});

test("the supervisor cannot write: nothing it is made of knows a device, a transport or a set-point", () => {
  const edge = resolve(import.meta.dirname, "..");
  const seen = new Set<string>();
  const read = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const imports = readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g);
    for (const [, to = ""] of imports) if (to.startsWith(".")) read(resolve(dirname(file), to));
  };
  read(join(import.meta.dirname, "supervisor.ts"));
  expect([...seen].map((file) => relative(edge, file)).toSorted()).toEqual([
    "supervisor/deadline-watch.ts",
    "supervisor/notify-systemd.ts",
    "supervisor/supervisor.ts",
  ]);
});
