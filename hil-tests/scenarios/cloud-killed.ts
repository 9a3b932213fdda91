import { Ms, MW, UtcMs } from "@penstock/protocol/units";
import { expectNothingLost, expectNoViolations, expectThat, grant, type Scenario, settle, until } from "./scenario.ts";

const LEASE_MS = 12_000;

/**
 * kill -9 the aggregator: the site follows its lease to the end, then falls back as its profile says; when the
 * cloud is back all stored telemetry arrives, flagged as history, live data first.
 */
export const cloudKilled: Scenario = {
  name: "the cloud is killed: the lease is followed to its end, and nothing measured meanwhile is lost",
  sites: ["feeder"],
  async run(world) {
    const feeder = world.site("feeder");
    await settle(world, feeder);
    const grantedMs = world.nowMs();
    await grant(world, "feeder", {
      powerW: MW(2),
      ttlMs: Ms(LEASE_MS),
      expiresAtMs: UtcMs(world.wallMs() + LEASE_MS),
    });
    await until(world, "the feeder gives 2 MW", 10_000, async () => (await feeder.truth()).batteryPowerW > 1.95e6);
    await world.cloud.kill();

    await world.pass(Math.max(0, grantedMs + LEASE_MS - 1_500 - world.nowMs()));
    const nearEnd = (await feeder.truth()).batteryPowerW;
    expectThat(nearEnd > 1.95e6, `gave ${nearEnd / 1e6} MW before its lease had ended`);
    await until(world, "the feeder comes to rest after its lease", 12_000, async () => {
      return Math.abs((await feeder.truth()).batteryPowerW) < 20e3;
    });
    const why = await feeder.why();
    expectThat(why !== undefined && why.source !== "lease", `still says its wish comes from ${why?.source}`);

    await world.pass(20_000);
    const unsent = await feeder.stored();
    const waiting = (unsent.streams["telemetry"]?.lastSequence ?? 0) - (unsent.streams["telemetry"]?.acknowledged ?? 0);
    expectThat(waiting > 10, `only ${waiting} records wait: was the cloud away at all?`);

    await world.cloud.start();
    await until(
      world,
      "the feeder is online again",
      90_000,
      async () => (await feeder.status())?.link?.state === "online",
    );
    await expectNothingLost(world, feeder, 90_000);
    await expectNoViolations(feeder);
  },
};
