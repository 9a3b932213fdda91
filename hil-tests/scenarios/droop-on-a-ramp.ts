import { serviceTerms } from "../response/service-terms.ts";
import { answers } from "./answers.ts";
import { expectNoViolations, type Scenario, settle } from "./scenario.ts";

/** A generator is lost somewhere: 1 Hz in eight seconds, as AEMO's standard ramp. */
export const droopOnARamp: Scenario = {
  name: "a droop follows a falling frequency within its response time",
  sites: ["park"],
  services: { park: [{ kind: "ieee1547Droop", nominalHz: 50, ratingMW: 10 }] },
  async run(world) {
    const park = world.site("park");
    await park.moveFrequency(50);
    await settle(world, park);
    const calm = async () => {
      await park.moveFrequency(50);
      await world.pass(15_000);
    };
    const event = () => park.moveFrequency(49, 8_000);
    await answers(world, park, { contractedW: 10e6, terms: serviceTerms["droop"], event, forMs: 14_000, calm });
    await expectNoViolations(park);
  },
};
