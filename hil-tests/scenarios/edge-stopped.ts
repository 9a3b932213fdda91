import { Ms, MW } from "@penstock/protocol/units";
import type { World } from "../harness/world.ts";
import { expectNoViolations, expectThat, grant, type Scenario, settle, until, watch } from "./scenario.ts";

/** How long the process stands still. Real seconds are dear: over sockets only the two that differ in kind. */
const pausesS = (world: World): readonly number[] => (world.kind === "virtual" ? [1, 2, 5, 15, 30, 60, 600] : [2, 15]);
const LEASE_S = 8;

/**
 * SIGSTOP: a process that stands still while its lease ends must not act on it when it goes on, nor on anything else it
 * knew; the units' own timers have brought them to rest meanwhile. One that outlives its pause goes on without a bump.
 */
export const edgeStopped: Scenario = {
  name: "an edge that is stopped voids the leases it outlived, and goes on from what is measured",
  sites: ["park"],
  async run(world) {
    const park = world.site("park");
    await settle(world, park);
    for (const pauseS of pausesS(world)) {
      const isOutlived = pauseS > LEASE_S;
      const leaseId = await grant(world, "park", { powerW: MW(5), ttlMs: Ms((isOutlived ? LEASE_S : 60) * 1e3) });
      await until(world, "the park gives 5 MW", 20_000, async () => (await park.truth()).batteryPowerW > 4.9e6);
      // The one before may still rule, at the same power: it is this one that is to be outlived.
      await until(world, "the lease is followed", 10_000, async () => (await park.why())?.leaseId === leaseId);
      await park.stopEdge();
      await world.pass(pauseS * 1e3);
      const stillW = (await park.truth()).batteryPowerW;
      await park.continueEdge();
      const seen = await watch(world, 4_000, async () => {
        const why = await park.why();
        const isAnother = why?.source === "lease" && why.leaseId !== leaseId;
        return { batteryW: (await park.truth()).batteryPowerW, isAnother };
      });
      if (isOutlived) {
        const isVoid = async () => {
          const why = await park.why();
          return why?.source !== "lease" || why.leaseId !== leaseId;
        };
        await until(world, `the lease outlived by a pause of ${pauseS} s is void`, 6_000, isVoid);
        // After a long pause the market may soon have another: what it wishes is nothing of the past.
        const another = seen.findIndex(({ isAnother }) => isAnother);
        const most = Math.max(
          stillW,
          ...seen.slice(0, another < 0 ? seen.length : another).map(({ batteryW }) => batteryW),
        );
        expectThat(most <= stillW + 50e3, `after ${pauseS} s the battery rose from ${stillW} to ${most} W`);
      } else {
        const least = Math.min(...seen.map(({ batteryW }) => batteryW));
        expectThat(least > 4.8e6, `after ${pauseS} s the battery fell to ${least} W though the lease goes on`);
      }
      await until(world, "the park is under control", 20_000, async () => {
        const status = await park.status();
        return status?.link?.state === "online" && status.devices.every(({ state }) => state === "ready");
      });
    }
    await expectNoViolations(park);
  },
};
