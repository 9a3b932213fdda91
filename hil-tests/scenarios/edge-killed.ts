import { MW } from "@penstock/protocol/units";
import {
  expectNothingLost,
  expectNoViolations,
  expectThat,
  grant,
  type Scenario,
  settle,
  until,
  watch,
} from "./scenario.ts";

/** kill -9 an edge in mid-run: back in control within 10 s, bumpless, nothing acknowledged lost, nothing counted twice. */
export const edgeKilled: Scenario = {
  name: "an edge is killed in mid-run and takes over again without a bump",
  sites: ["park"],
  async run(world) {
    const park = world.site("park");
    await settle(world, park);
    await grant(world, "park", { powerW: MW(10) });
    await until(world, "the park gives 10 MW", 20_000, async () => (await park.truth()).batteryPowerW > 9.9e6);
    const before = await park.stored();

    await park.killEdge();
    const [seen, backAfterMs] = await Promise.all([
      watch(world, 9_000, async () => (await park.truth()).batteryPowerW),
      (async () => {
        await world.pass(200);
        await park.startEdge();
        return until(world, "the edge controls again", 10_000, async () => {
          const why = await park.why();
          return why?.source === "lease" && why.targetW === 10e6;
        });
      })(),
    ]);
    expectThat(backAfterMs <= 10_000, `back after ${backAfterMs} ms`);
    const lowestW = Math.min(...seen);
    expectThat(lowestW > 9.5e6, `the battery fell to ${lowestW / 1e6} MW while the edge was away`);

    await world.pass(3_000);
    await settle(world, park);
    const after = await park.stored();
    for (const [stream, { lastSequence }] of Object.entries(before.streams)) {
      const now = after.streams[stream]?.lastSequence ?? 0;
      expectThat(now >= lastSequence, `${stream} went back from ${lastSequence} to ${now}`);
    }
    await expectNothingLost(world, park);
    await expectNoViolations(park);
  },
};
