import { readFileSync } from "node:fs";
import { readFrequencyFile } from "../response/read-frequency-file.ts";
import { serviceTerms } from "../response/service-terms.ts";
import { answers } from "./answers.ts";
import { expectNoViolations, expectThat, type Scenario, settle } from "./scenario.ts";

const recording = new URL("../../../shared/data/frequency/iberian_blackout_toledo_2s_20250428.csv", import.meta.url)
  .pathname;

/** From ten seconds before the collapse to twenty after. */
const FOR_MS = 30_000;

/** 28 April 2025, 12:33 in Toledo, as it was measured: 49.9 Hz, and four seconds later 47.4. */
export const iberianBlackout: Scenario = {
  name: "Dynamic Containment through the recorded minute of the Iberian blackout",
  sites: ["park"],
  services: { park: [{ kind: "nesoDcLow", contractedMW: 5 }] },
  needs: recording,
  async run(world) {
    const read = readFrequencyFile(readFileSync(recording, "utf8"), "12:33:10", FOR_MS);
    expectThat(read.ok, "the recording can be read");
    const park = world.site("park");
    const { samplesHz, intervalMs } = read.value;
    const calm = async () => {
      await park.moveFrequency(samplesHz[0]);
      await world.pass(3_000);
    };
    await park.moveFrequency(samplesHz[0]);
    await settle(world, park);
    const event = () => park.playFrequency(samplesHz, intervalMs);
    await answers(world, park, { contractedW: 5e6, terms: serviceTerms["dc-low"], event, forMs: FOR_MS - 1_000, calm });
    await expectNoViolations(park);
  },
};
