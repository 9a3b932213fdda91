import { hours } from "@penstock/protocol/units";
import { describe, test } from "vitest";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { virtualStory } from "../harness/virtual-story.ts";
import { VirtualWorld } from "../harness/virtual-world.ts";
import { scenarios } from "./index.ts";
import { lacksData } from "./scenario.ts";

describe("on the virtual clock", () => {
  // By %s, which writes a name out where $name cuts it short.
  test.for(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", async ([, scenario], { skip }) => {
    skip(lacksData(scenario), `needs ${scenario.needs}`);
    const world = new VirtualWorld({
      seed: 11,
      sites: scenario.sites,
      services: scenario.services,
      startMs: SIM_START_MS,
      prices: generatedPrices(11, hours(4)),
      marketSpeed: 1,
      faults: "none",
      durationMs: hours(4),
    });
    world.start();
    await scenario.run(virtualStory(world));
  });
});
