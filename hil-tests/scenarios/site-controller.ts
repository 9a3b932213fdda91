import { MW, Var } from "@penstock/protocol/units";
import { expectNoViolations, expectThat, grant, type Scenario, settle, until } from "./scenario.ts";

/**
 * A whole park behind one device that a map file describes and no driver of ours knows: commanded, one of its blocks lost,
 * the edge killed. The controller then expires the command by itself, for the heartbeat has stopped.
 */
export const siteController: Scenario = {
  name: "a park behind an illustrative site controller follows, shares, and rests when nobody beats",
  sites: ["controller"],
  async run(world) {
    const park = world.site("controller");
    await settle(world, park);
    await grant(world, "controller", { powerW: MW(6), reactiveVar: Var(600_000) });
    const gives = (powerW: number) => async () => Math.abs((await park.truth()).batteryPowerW - powerW) < 0.03e6;
    await until(world, "the park gives 6 MW", 30_000, gives(6e6));
    await until(world, "and 0.6 Mvar", 10_000, async () => {
      const { units } = await park.truth();
      return Math.abs(units.reduce((sum, unit) => sum + unit.reactivePowerVar, 0) - 600_000) < 20_000;
    });
    expectThat(
      (await park.truth()).units.every(({ powerW }) => powerW > 0.8e6 && powerW < 1.2e6),
      "each of the six blocks has its share",
    );

    await park.fault("unit-2", { kind: "tripped" });
    await until(world, "five blocks carry what six did", 15_000, async () => {
      const { units, batteryPowerW } = await park.truth();
      return Math.abs(batteryPowerW - 6e6) < 0.05e6 && Math.abs(units[1]?.powerW ?? 1) < 1;
    });
    await park.clearFaults("unit-2");

    await grant(world, "controller", { powerW: MW(-4) });
    await until(world, "the park takes 4 MW", 30_000, gives(-4e6));
    await park.killEdge();
    const tookMs = await until(world, "nobody beats: every block rests", 20_000, async () =>
      (await park.truth()).units.every(({ powerW }) => Math.abs(powerW) < 10_000),
    );
    expectThat(tookMs > 7_000, `the command outlives its last heartbeat by its timeout, not by ${tookMs} ms`);
    await park.startEdge();
    await settle(world, park);
    await grant(world, "controller", { powerW: MW(3) });
    await until(world, "the park gives 3 MW", 30_000, gives(3e6));
    await expectNoViolations(park);
  },
};
