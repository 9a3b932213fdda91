import { MW } from "@penstock/protocol/units";
import type { SiteHandle } from "../harness/world.ts";
import { expectNoViolations, expectThat, grant, type Scenario, settle, until, watch } from "./scenario.ts";

/** Two cables of 2 and 2.9 MW, the first shared with a works; each with a meter of its own. */
export const twoFeeders: Scenario = {
  name: "each of two feeders carries what it may, its load counted; one whose meter is lost comes down alone",
  sites: ["yard"],
  async run(world) {
    const yard = world.site("yard");
    await settle(world, yard);
    await grant(world, "yard", { powerW: MW(7.5) });
    // The works takes some of what the northern units give before it reaches the cable: they may give that much more.
    await until(world, "both cables are as full as they may be", 30_000, () => carries(yard, [2, 2.9]));
    const [north, south] = (await yard.truth()).branches;
    expectThat(north !== undefined && south !== undefined, "the yard has two branches");
    expectThat(north.loadW > 0.3e6, `a works of ${north.loadW} W tries nothing`);
    expectThat((await limitsOf(yard)).includes("feeder"), "why names the feeders");

    await yard.fault("north-meter", { kind: "silent" });
    await until(world, "the north comes down to what it may do unseen", 30_000, async () => {
      return Math.abs((await unitsMW(yard, 0, 2)) - 0.5) < 0.02;
    });
    const souths = await watch(world, 2_000, () => unitsMW(yard, 2, 4));
    expectThat(Math.min(...souths) > 2.8, `the south has its own meter and stays: ${Math.min(...souths)} MW`);
    const alarms = (await yard.why())?.alarms.map(({ code }) => code) ?? [];
    expectThat(alarms.includes("feeder-meter-missing"), `somebody is told: ${alarms.join(", ")}`);
    await yard.clearFaults("north-meter");
    await grant(world, "yard", { powerW: MW(7.5) });
    await until(world, "and up again", 30_000, () => carries(yard, [2, 2.9]));

    // The other way the works is in the way: what it takes is room that the units have not.
    await grant(world, "yard", { powerW: MW(-7.5) });
    await until(world, "both cables are as full as they may be inwards", 40_000, () => carries(yard, [-2, -2.9]));
    const { loadW = 0 } = (await yard.truth()).branches[0] ?? {};
    const chargesMW = -(await unitsMW(yard, 0, 2));
    expectThat(chargesMW < 2 - 0.9 * (loadW / 1e6), `the north charges with ${chargesMW} MW beside ${loadW} W`);
    await expectNoViolations(yard);
  },
};

async function carries(site: SiteHandle, megawatts: readonly number[]): Promise<boolean> {
  const { branches } = await site.truth();
  return megawatts.every((mw, index) => Math.abs((branches[index]?.powerW ?? 0) / 1e6 - mw) < 0.05);
}

async function unitsMW(site: SiteHandle, from: number, to: number): Promise<number> {
  const { units } = await site.truth();
  return units.slice(from, to).reduce((sum, { powerW }) => sum + powerW / 1e6, 0);
}

const limitsOf = async (site: SiteHandle): Promise<readonly string[]> =>
  ((await site.why())?.limits ?? []).map(({ limit }) => limit);
