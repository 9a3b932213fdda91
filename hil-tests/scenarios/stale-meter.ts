import { MW } from "@penstock/protocol/units";
import { expectNoViolations, expectThat, grant, type Scenario, settle, until, watch } from "./scenario.ts";

/** A meter that goes stale tightens the limit; it never widens it. */
export const staleMeter: Scenario = {
  name: "a meter that falls silent tightens the limits and never widens them",
  sites: ["feeder"],
  async run(world) {
    const feeder = world.site("feeder");
    await settle(world, feeder);
    await grant(world, "feeder", { powerW: MW(5) });
    await until(world, "the feeder exports", 20_000, async () => (await feeder.truth()).batteryPowerW > 2.5e6);
    await world.pass(5_000);
    const width = async () => {
      const why = await feeder.why();
      return (why?.powerWMax ?? 0) - (why?.powerWMin ?? 0);
    };
    // The rest of the site moves a little by itself, and with it what is left for the batteries.
    const widthBefore = 1.005 * Math.max(...(await watch(world, 2_000, width)));

    await feeder.fault("meter-1", { kind: "silent" });
    await world.pass(600);
    const widths = await watch(world, 8_000, width);
    const widest = Math.max(...widths);
    expectThat(widest <= widthBefore + 1, `the interval grew from ${widthBefore / 1e6} to ${widest / 1e6} MW`);
    const narrowest = Math.min(...widths);
    expectThat(narrowest < widthBefore, `the interval stayed at ${widthBefore / 1e6} MW without a meter`);
    const withoutMeterW = (await feeder.truth()).batteryPowerW;
    expectThat(Math.abs(withoutMeterW) <= 1.05e6, `${withoutMeterW / 1e6} MW without a meter`);

    await feeder.clearFaults("meter-1");
    await until(world, "the feeder exports again", 20_000, async () => (await feeder.truth()).batteryPowerW > 2.5e6);
    await expectNoViolations(feeder);
  },
};
