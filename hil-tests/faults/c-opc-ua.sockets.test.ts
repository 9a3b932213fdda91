import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MW } from "@penstock/protocol/units";
import { afterAll, describe, expect, test } from "vitest";
import { SIM_START_MS } from "../harness/simulation.ts";
import { socketStory } from "../harness/socket-story.ts";
import { SocketWorld } from "../harness/socket-world.ts";
import { grant, settle, until } from "../scenarios/scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-asleep-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Longer than a session or a secure channel is kept for. */
const ASLEEP_MS = 20_000;

describe("C", () => {
  test("39: a plant controller that slept for 20 s in the middle of its sessions is heard again within ten seconds", async () => {
    const world = new SocketWorld({
      runFolder: folder,
      sites: ["feeder"],
      seed: 39,
      marketSpeed: 1,
      marketStartMs: SIM_START_MS,
      region: "NSW1",
      prices: { seed: 39, days: 2, from: new Date(SIM_START_MS).toISOString() },
      httpPort: 0,
      mqttPort: 0,
    });
    try {
      await world.start();
      const story = socketStory(world);
      const feeder = story.site("feeder");
      await settle(story, feeder);
      const { pid } = world.edge("feeder");

      world.plant("feeder").signal("SIGSTOP");
      // By our own deadline, long before the library gives up.
      await until(story, "it is known to be silent", 6_000, async () => (await plantState(world)) !== "ready");
      await story.pass(ASLEEP_MS);
      // Whether the breaker is closed nobody knows any more: until it is known nothing may flow.
      expect((await feeder.why())?.powerWMax).toBe(0);
      world.plant("feeder").signal("SIGCONT");
      await until(story, "the plant is heard again", 10_000, async () => ((await feeder.why())?.powerWMax ?? 0) > 0);

      // What it says now is what is so now.
      await feeder.limitByGridOperator(-300e3, 300e3);
      await until(story, "its limit is in force", 5_000, async () => {
        return (await feeder.why())?.limits.some(({ limit }) => limit === "grid-operator") ?? false;
      });
      await feeder.liftGridOperatorLimit();
      await settle(story, feeder);
      await grant(story, "feeder", { powerW: MW(1) });
      await until(story, "the feeder gives 1 MW", 20_000, async () => (await feeder.truth()).batteryPowerW > 0.9e6);
      expect(world.edge("feeder").pid).toBe(pid);
      expect(await feeder.violations()).toEqual([]);
    } finally {
      world.plant("feeder").signal("SIGCONT");
      await world.stop();
    }
  });
});

async function plantState(world: SocketWorld): Promise<string | undefined> {
  const { devices } = (await world.edge("feeder").ask({ op: "devices" })) as {
    devices: readonly { readonly id: string; readonly talk: { readonly state: string } | null }[];
  };
  return devices.find(({ id }) => id === "plant-1")?.talk?.state;
}
