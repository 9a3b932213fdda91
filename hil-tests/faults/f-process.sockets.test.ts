import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MW } from "@penstock/protocol/units";
import { afterAll, describe, expect, test } from "vitest";
import { SIM_START_MS } from "../harness/simulation.ts";
import { socketStory } from "../harness/socket-story.ts";
import { SocketWorld } from "../harness/socket-world.ts";
import { grant, settle, until } from "../scenarios/scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-limits-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Devices an edge is rated for, and the handles a Linux process has unless somebody gave it more. */
const RATED_DEVICES = 64;
const USUAL_HANDLES = 1_024;
const PARK_DEVICES = 12;

const handlesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
const residentMB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1e3;
const allow = (pid: number, handles: number): boolean =>
  spawnSync("prlimit", ["--pid", String(pid), `--nofile=${handles}:${USUAL_HANDLES}`]).status === 0;

describe("F", () => {
  test("63: without one more file handle the edge goes on controlling; with twice its rated devices half of them are left", async ({
    skip,
  }) => {
    const world = new SocketWorld({
      runFolder: folder,
      sites: ["park"],
      seed: 11,
      marketSpeed: 1,
      marketStartMs: SIM_START_MS,
      region: "NSW1",
      prices: { seed: 11, days: 2, from: new Date(SIM_START_MS).toISOString() },
      httpPort: 0,
      mqttPort: 0,
    });
    const callers: Socket[] = [];
    try {
      await world.start();
      const story = socketStory(world);
      const park = story.site("park");
      await settle(story, park);
      await grant(story, "park", { powerW: MW(5) });
      await until(story, "the park gives 5 MW", 20_000, async () => (await park.truth()).batteryPowerW > 4.9e6);

      const { pid } = world.edge("park");
      const handles = handlesOf(pid);
      // A connection a device, and as much again while one is being replaced.
      expect(handles + 2 * (2 * RATED_DEVICES - PARK_DEVICES)).toBeLessThanOrEqual(USUAL_HANDLES / 2);
      expect(residentMB(pid)).toBeLessThan(400);

      // People who ask and never hang up: a door has so many places and no more.
      for (let caller = 0; caller < 300; caller++) {
        const socket = connect(world.edge("park").socket);
        socket.on("error", () => {});
        callers.push(socket);
      }
      await story.pass(2_000);
      expect(handlesOf(pid) - handles).toBeLessThan(100);
      for (const socket of callers.splice(0)) socket.destroy();
      await until(story, "their places are free again", 10_000, () => handlesOf(pid) <= handles + 5);

      skip(!allow(pid, handles), "prlimit is not there, or may not");
      // More of them, and a device whose connection has to be made anew.
      for (let caller = 0; caller < 50; caller++) {
        const socket = connect(world.edge("park").socket);
        socket.on("error", () => {});
        callers.push(socket);
      }
      await park.fault("unit-1", { kind: "rebooting", durationMs: 4_000 });
      await story.pass(10_000);
      await grant(story, "park", { powerW: MW(5) });
      await story.pass(5_000);
      expect(world.edge("park").pid).toBe(pid);
      expect(world.edge("park").isRunning).toBe(true);
      expect((await park.truth()).batteryPowerW).toBeGreaterThan(4.8e6);

      for (const socket of callers) socket.destroy();
      allow(pid, USUAL_HANDLES);
      await until(story, "it answers again, every device with it", 30_000, async () => {
        return (await park.status())?.devices.every(({ state }) => state === "ready") ?? false;
      });
      expect(await park.violations()).toEqual([]);
    } finally {
      for (const socket of callers) socket.destroy();
      await world.stop();
    }
  });
});
