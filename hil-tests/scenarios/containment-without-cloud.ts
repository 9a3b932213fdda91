import { MW, minutes, UtcMs } from "@penstock/protocol/units";
import { serviceTerms } from "../response/service-terms.ts";
import { answers } from "./answers.ts";
import { expectNoViolations, expectThat, grant, type Scenario, settle, until } from "./scenario.ts";

/** Frequency falls to 49.5 Hz, and later rises to 50.5 Hz, while the site sells 3 MW and its cloud is dead. */
export const containmentWithoutCloud: Scenario = {
  name: "Dynamic Containment answers a step both ways in its time, on top of a lease and without the cloud",
  sites: ["park"],
  services: {
    park: [
      { kind: "nesoDcLow", contractedMW: 5 },
      { kind: "nesoDcHigh", contractedMW: 5 },
    ],
  },
  async run(world) {
    const park = world.site("park");
    await park.moveFrequency(50);
    await settle(world, park);
    await grant(world, "park", { powerW: MW(3), ttlMs: minutes(5), expiresAtMs: UtcMs(world.wallMs() + minutes(5)) });
    await until(world, "the park gives 3 MW", 20_000, async () => (await park.truth()).batteryPowerW > 2.99e6);
    await world.cloud.kill();

    const calm = async () => {
      await park.moveFrequency(50);
      await world.pass(3_000);
    };
    const step = { contractedW: 5e6, forMs: 3_000, calm };
    await answers(world, park, { ...step, terms: serviceTerms["dc-low"], event: () => park.moveFrequency(49.5) });
    const services = (await park.why())?.services ?? [];
    const named = services.find(({ service }) => service === "nesoDcLow");
    expectThat(
      named?.contractedW === 5e6 && named.wantedW === 5e6 && named.deliveredW === 5e6,
      `why tells of ${JSON.stringify(services)}`,
    );
    await calm();
    await answers(world, park, { ...step, terms: serviceTerms["dc-high"], event: () => park.moveFrequency(50.5) });
    await expectNoViolations(park);
  },
};
