import { MW, minutes, UtcMs } from "@penstock/protocol/units";
import type { SiteHandle, World } from "../harness/world.ts";
import { expectNoViolations, expectThat, grant, type Scenario, settle } from "./scenario.ts";

/**
 * 4 MW of Dynamic Regulation, low: 4 MWh. Frequency stays at 49.8 Hz for 40 minutes. The declared baseline goes on, the
 * energy is asked back half hour by half hour with notice, and a baseline that pays it back keeps the site whole.
 */
export const energyIsWonBack: Scenario = {
  name: "a long response uses its energy without stopping the baseline, and wins it back half hour by half hour",
  sites: ["feeder"],
  services: { feeder: [{ kind: "nesoDrLow", contractedMW: 4 }] },
  virtualFromMs: UtcMs(Date.parse("2026-01-14T14:58:00Z")),
  async run(world) {
    const feeder = world.site("feeder");
    await feeder.moveFrequency(50);
    await settle(world, feeder);
    await baseline(world, feeder, 1.5, "15:02");
    await feeder.moveFrequency(49.8);
    await baseline(world, feeder, 1.5, "15:29");
    await expectPower(feeder, 5.5);
    expectThat(
      !(await alarmsOf(feeder)).has("service-recovery-due"),
      "nothing is settled before the half hour is over",
    );
    await baseline(world, feeder, 1.5, "15:42");
    await feeder.moveFrequency(50);
    const noticed = (await alarmsOf(feeder)).get("service-recovery-due");
    expectThat(noticed?.includes("0.80 MWh in store from 17:00 UTC") ?? false, `told ahead: ${noticed}`);

    // Less is in store than was contracted, and no more is required than that: the baseline stays as it was declared.
    await baseline(world, feeder, 1.5, "16:25");
    await expectPower(feeder, 1.5);
    const storedMWh = await storedAboveWindow(feeder);
    expectThat(storedMWh < 4, `${storedMWh} MWh in store are no test of it`);
    expectThat(!(await alarmsOf(feeder)).has("service-energy-short"), "what the response used is not missing");

    await baseline(world, feeder, 1.5, "17:00");
    await baseline(world, feeder, -2, "17:31");
    const alarms = await alarmsOf(feeder);
    expectThat(!alarms.has("service-energy-short"), `won back: ${alarms.get("service-energy-short")}`);
    await expectNoViolations(feeder);
  },
};

/** Holds a set-point by leases renewed in time until the clock of the world shows an hour of the day. */
async function baseline(world: World, site: SiteHandle, powerMW: number, until: string): Promise<void> {
  const untilMs = Date.parse(`2026-01-14T${until}:00Z`);
  for (let leftMs = untilMs - world.wallMs(); leftMs > 0; leftMs = untilMs - world.wallMs()) {
    const expiresAtMs = UtcMs(world.wallMs() + minutes(5));
    await grant(world, site.name, { powerW: MW(powerMW), ttlMs: minutes(5), expiresAtMs });
    await world.pass(Math.min(leftMs, minutes(4)));
  }
}

async function expectPower(site: SiteHandle, powerMW: number): Promise<void> {
  const { batteryPowerW } = await site.truth();
  expectThat(Math.abs(batteryPowerW - powerMW * 1e6) < 0.1e6, `the batteries give ${batteryPowerW / 1e6} MW`);
}

const alarmsOf = async (site: SiteHandle): Promise<ReadonlyMap<string, string>> =>
  new Map(((await site.why())?.alarms ?? []).map(({ code, text }) => [code, text]));

/** As the plant's cells have it, above the window's 5 %. */
async function storedAboveWindow(site: SiteHandle): Promise<number> {
  const { units } = await site.truth();
  return units.reduce((sum, { energyWh, soc }) => sum + (energyWh * (soc - 0.05)) / soc, 0) / 1e6;
}
