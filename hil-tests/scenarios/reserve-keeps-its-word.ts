import { serviceTerms } from "../response/service-terms.ts";
import { answers } from "./answers.ts";
import { expectNoViolations, type Scenario, settle } from "./scenario.ts";

/** A dip of one second below the trigger: everything at once, and kept up long after frequency is well again. */
export const reserveKeepsItsWord: Scenario = {
  name: "a fast reserve that was triggered is full in its time and kept up after frequency has recovered",
  sites: ["park"],
  services: { park: [{ kind: "nordicFfr", contractedMW: 5, activationHz: 49.6, support: "long" }] },
  async run(world) {
    const park = world.site("park");
    await park.moveFrequency(50);
    await settle(world, park);
    const dip = async () => {
      await park.moveFrequency(49.55);
      await world.pass(1_000);
      await park.moveFrequency(50);
    };
    await answers(world, park, { contractedW: 5e6, terms: serviceTerms["ffr"], event: dip, forMs: 15_000 });
    await expectNoViolations(park);
  },
};
