import { createSite } from "@penstock/firmware-sims/sites/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { hours, Ms, minutes, seconds } from "@penstock/protocol/units";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { VirtualWorld } from "../harness/virtual-world.ts";
import { type Benchmark, median, rounded, timed } from "./bench.ts";
import { HostedSite } from "./hosted-site.ts";

const SITE = "park";
const WARM_UP_MS = minutes(10);
const MEASURED_MS = minutes(20);

/**
 * How many times faster than real time a 10-unit site with a 100 ms loop runs on the virtual clock, on one thread:
 * the site with its physics, judges, wire and host alone (`timesRealTime`), and the whole world with market, desk,
 * dispatch and fleet (`wholeWorldTimesRealTime`). The anchor steps the same plant's physics alone.
 */
export const simSpeed: Benchmark = {
  name: "sim-speed",
  text: "a 10-unit site on the virtual clock, and the whole world with it, against real time",
  async run({ repeats, progress }) {
    const site: Pace[] = [];
    const world: Pace[] = [];
    const physics: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const seed = repeat + 1;
      const hosted = new HostedSite(SITE, seed);
      hosted.start();
      site.push(paceOf(hosted));
      hosted.expectWorking();
      world.push(paceOf(startedWorld(seed)));
      physics.push(MEASURED_MS / physicsAlone(seed));
      const [siteNow, worldNow] = [site[repeat], world[repeat]].map((pace) => rounded(pace?.timesRealTime ?? 0));
      progress(`run ${repeat + 1} of ${repeats}: site ${siteNow}, whole world ${worldNow} times real time`);
    }
    return {
      site: SITE,
      periodMs: 100,
      simulatedMinutes: MEASURED_MS / 60e3,
      timesRealTimeIs:
        "site: physics, judges, registers, control, store, Sparkplug, host that commits and acknowledges",
      timesRealTime: medianOf(site, "timesRealTime"),
      timesRealTimeOfCpu: medianOf(site, "timesRealTimeOfCpu"),
      wholeWorldIs: "the site, and market, forecasts, desk, dispatch, settlement, fleet view",
      wholeWorldTimesRealTime: medianOf(world, "timesRealTime"),
      wholeWorldTimesRealTimeOfCpu: medianOf(world, "timesRealTimeOfCpu"),
      anchor: "the plant's physics alone",
      anchorTimesRealTime: rounded(median(physics)),
      ratio: rounded(medianOf(site, "timesRealTime") / median(physics)),
      wholeWorldRatio: rounded(medianOf(world, "timesRealTime") / median(physics)),
    };
  },
};

interface Pace {
  readonly timesRealTime: number;
  /** By the processor time of its one thread: what the clock on the wall would say on a machine left alone. */
  readonly timesRealTimeOfCpu: number;
}

const medianOf = (paces: readonly Pace[], figure: keyof Pace): number =>
  rounded(median(paces.map((pace) => pace[figure])));

function paceOf(simulated: { advance(durationMs: Ms): void }): Pace {
  simulated.advance(WARM_UP_MS);
  const cpuFrom = process.threadCpuUsage();
  const wallMs = timed(() => simulated.advance(MEASURED_MS));
  const { user, system } = process.threadCpuUsage(cpuFrom);
  return { timesRealTime: MEASURED_MS / wallMs, timesRealTimeOfCpu: MEASURED_MS / ((user + system) / 1e3) };
}

function startedWorld(seed: number): VirtualWorld {
  const world = new VirtualWorld({
    seed,
    sites: [SITE],
    startMs: SIM_START_MS,
    prices: generatedPrices(seed, hours(2)),
    marketSpeed: 1,
    faults: "none",
    durationMs: hours(2),
  });
  world.start();
  return world;
}

function physicsAlone(seed: number): number {
  const site = createSite(SITE, { rng: new Rng(seed), startMs: SIM_START_MS });
  for (let stepMs = 0; stepMs < seconds(30); stepMs += 50) site.step(50);
  return timed(() => {
    for (let stepMs = 0; stepMs < MEASURED_MS; stepMs += 50) site.step(Ms(50));
  });
}
