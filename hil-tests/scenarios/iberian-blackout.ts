import { readFileSync } from "node:fs";
import { readFrequencyFile } from "../response/read-frequency-file.ts";
import { serviceTerms } from "../response/service-terms.ts";
import { answers } from "./answers.ts";
import { expectNoViolations, expectThat, type Scenario, settle } from "./scenario.ts";

const recording = new URL("../../../shared/data/frequency/iberian_blackout_toledo_2s_20250428.csv", import.meta.url)
  .pathname;

/** 28 April 2025, 12:33 in Toledo, as it was measured: 49.9 Hz, and four seconds later 47.4. */
export const iberianBlackout: Scenario = {
  name: "Dynamic Containment through the recorded minute of the Iberian blackout",
  sites: ["park"],
  services: { park: [{ kind: "nesoDcLow", contractedMW: 5 }] },
  needs: recording,
  async run(world) {
    const read = readFrequencyFile(readFileSync(recording, "utf8"), "12:33:00", 50_000);
    expectThat(read.ok, "the recording can be read");
    const park = world.site("park");
    await park.moveFrequency(read.value.samplesHz[0]);
    await settle(world, park);
    await answers(
      world,
      park,
      5e6,
      serviceTerms["dc-low"],
      () => park.playFrequency(read.value.samplesHz, read.value.intervalMs),
      49_000,
    );
    await expectNoViolations(park);
  },
};
