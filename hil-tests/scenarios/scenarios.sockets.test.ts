import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { SIM_START_MS } from "../harness/simulation.ts";
import { socketStory } from "../harness/socket-story.ts";
import { SocketWorld } from "../harness/socket-world.ts";
import { scenarios } from "./index.ts";
import { lacksData, NotJudged } from "./scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-stories-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("over sockets, with real processes", () => {
  // By %s, which writes a name out where $name cuts it short.
  const inRealTime = scenarios.filter(({ virtualFromMs }) => virtualFromMs === undefined);
  test.for(inRealTime.map((scenario) => [scenario.name, scenario] as const))("%s", async ([, scenario], { skip }) => {
    skip(lacksData(scenario), `needs ${scenario.needs}`);
    const world = new SocketWorld({
      runFolder: join(folder, String(scenarios.indexOf(scenario))),
      sites: scenario.sites,
      services: scenario.services,
      seed: 11,
      marketSpeed: scenario.marketSpeed ?? 1,
      marketStartMs: SIM_START_MS,
      region: "NSW1",
      prices: { seed: 11, days: 2, from: new Date(SIM_START_MS).toISOString() },
      httpPort: 0,
      mqttPort: 0,
    });
    try {
      await world.start();
      await scenario.run(socketStory(world));
    } catch (error) {
      if (!(error instanceof NotJudged)) throw error;
      skip(true, error.message);
    } finally {
      await world.stop();
    }
  });
});
