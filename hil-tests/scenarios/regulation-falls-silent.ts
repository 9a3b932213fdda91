import { expectNoViolations, expectThat, type Scenario, settle, until } from "./scenario.ts";

/** A grid operator regulates every four seconds, and then its master dies with 4 MW standing on the wire. */
export const regulationFallsSilent: Scenario = {
  name: "regulation is followed every four seconds, and let go when it is no longer renewed",
  sites: ["park"],
  services: { park: [{ kind: "agc", contractedMW: 5, fullInS: 5, staleAfterS: 12 }] },
  async run(world) {
    const park = world.site("park");
    await settle(world, park);
    const reaches = (powerW: number, withinMs: number) =>
      until(world, `the park regulates at ${powerW / 1e6} MW`, withinMs, async () => {
        return Math.abs((await park.truth()).batteryPowerW - powerW) < 60e3;
      });
    // The first one only tells a live master from one that has stood still since before the start.
    for (const powerW of [0, 2e6, -3e6, 4e6]) {
      await park.regulate(powerW);
      await world.pass(4_000);
    }
    await reaches(4e6, 8_000);
    await park.regulate(9e6);
    await reaches(5e6, 8_000);
    await world.pass(4_000);
    expectThat((await park.truth()).batteryPowerW > 4.9e6, "a set-point is held while it is not stale");
    await reaches(0, 20_000);
    const alarms = (await park.why())?.alarms ?? [];
    expectThat(
      alarms.some(({ code }) => code === "service-agc-stale"),
      `alarms are ${alarms.map(({ code }) => code).join(", ") || "none"}`,
    );
    await expectNoViolations(park);
  },
};
