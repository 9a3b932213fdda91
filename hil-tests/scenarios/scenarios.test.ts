import { hours, Ms } from "@penstock/protocol/units";
import { describe, test } from "vitest";
import { type SiteName, type Stage, stageOf } from "../harness/scene.ts";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { virtualStory } from "../harness/virtual-story.ts";
import { VirtualWorld } from "../harness/virtual-world.ts";
import { scenarios } from "./index.ts";
import { lacksData } from "./scenario.ts";

describe("on the virtual clock", () => {
  // By %s, which writes a name out where $name cuts it short.
  test.for(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    "%s",
    // Hours of a story take a minute of a machine that has nothing else to do.
    { timeout: 180_000 },
    async ([, scenario], { skip }) => {
      skip(lacksData(scenario), `needs ${scenario.needs}`);
      const world = new VirtualWorld({
        seed: 11,
        sites: scenario.sites,
        services: scenario.services,
        startMs: scenario.virtualFromMs ?? SIM_START_MS,
        prices: generatedPrices(11, hours(4)),
        marketSpeed: scenario.marketSpeed ?? 1,
        faults: "none",
        durationMs: hours(4),
        ...(scenario.virtualFromMs !== undefined && atLeisure),
      });
      world.start();
      await scenario.run(virtualStory(world));
    },
  );
});

/** Hours are told with half a second to a cycle. */
const atLeisure = {
  physicsStepMs: Ms(250),
  freshness: { unitS: 2, meterS: 2, plantS: 5 },
  stageOf: (name: SiteName): Stage => ({ ...stageOf(name), control: { periodMs: 500 } }),
};
