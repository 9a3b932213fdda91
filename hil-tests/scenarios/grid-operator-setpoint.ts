import { MW } from "@penstock/protocol/units";
import { scenes } from "../harness/scene.ts";
import type { SiteHandle, World } from "../harness/world.ts";
import { expectNoViolations, expectThat, grant, type Scenario, settle, until, watch } from "./scenario.ts";

/** The grid operator commands: the meter follows it and not the lease, inside every limit; when it falls silent the lease rules again. */
export const gridOperatorSetpoint: Scenario = {
  name: "the grid operator's set-point goes before the lease, and ends with its last fresh word",
  sites: ["park"],
  async run(world) {
    const park = world.site("park");
    await settle(world, park);
    await grant(world, "park", { powerW: MW(5) });
    await until(world, "the park gives 5 MW", 30_000, async () => (await park.truth()).gridPowerW > 4.8e6);

    await park.commandByGridOperator(-3e6);
    await untilMeter(world, park, -3e6);
    const why = await park.why();
    expectThat(why?.source === "grid-operator", `the wish is the ${why?.source}'s`);

    await park.commandByGridOperator(60e6);
    const connectionW = (await park.truth()).connectionLimitW.max;
    await world.pass(15_000);
    const limited = await park.why();
    expectThat(limited?.source === "grid-operator", `the wish is the ${limited?.source}'s`);
    expectThat((limited?.limits.length ?? 0) > 0, "a command beyond the connection is told as limited");
    expectThat((await park.truth()).gridPowerW <= connectionW, "a command beyond the connection stays inside it");

    await grant(world, "park", { powerW: MW(5) });
    await park.commandByGridOperator(undefined);
    const powers = await watch(world, 8_000, async () => (await park.truth()).batteryPowerW);
    const rampW = scenes.park.rampKWPerS * 1e3;
    const steepestW = Math.max(...powers.slice(1).map((powerW, index) => Math.abs(powerW - (powers[index] ?? powerW))));
    expectThat(steepestW <= rampW, `the hand-over back moved ${steepestW / 1e6} MW between two looks`);
    await untilMeter(world, park, 5e6, 500_000);
    expectThat((await park.why())?.source === "lease", "the lease rules again");

    await park.commandByGridOperator(2e6);
    await untilMeter(world, park, 2e6);
    await park.fault("plant-1", { kind: "silent" });
    await until(world, "a command that is not fresh is none any more", 20_000, async () => {
      return (await park.why())?.source !== "grid-operator";
    });
    await expectNoViolations(park);
  },
};

const untilMeter = (world: World, park: SiteHandle, powerW: number, withinW = 100_000): Promise<number> =>
  until(world, `the meter shows ${powerW / 1e6} MW`, 30_000, async () => {
    return Math.abs((await park.truth()).gridPowerW - powerW) < withinW;
  });
