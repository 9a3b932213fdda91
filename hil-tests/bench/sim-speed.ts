import { createSite } from "@penstock/firmware-sims/sites/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { hours, Ms, minutes, seconds } from "@penstock/protocol/units";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { VirtualWorld } from "../harness/virtual-world.ts";
import { type Benchmark, median, rounded, timed } from "./bench.ts";

const SITE = "park";
const MEASURED_MS = minutes(20);

/**
 * How many times faster than real time one site runs on the virtual clock, with everything production has: physics,
 * registers on the wire, a 100 ms control loop, store, Sparkplug, ingest, market and leases. The anchor steps the same
 * plant's physics alone.
 */
export const simSpeed: Benchmark = {
  name: "sim-speed",
  text: "the virtual world with one 10-unit site against real time",
  async run({ repeats, progress }) {
    const whole: number[] = [];
    const wholeCpu: number[] = [];
    const physics: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const seed = repeat + 1;
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
      world.advance(minutes(10));
      const cpuFrom = process.threadCpuUsage();
      const wholeMs = timed(() => world.advance(MEASURED_MS));
      const cpu = process.threadCpuUsage(cpuFrom);
      whole.push(MEASURED_MS / wholeMs);
      wholeCpu.push(MEASURED_MS / ((cpu.user + cpu.system) / 1e3));
      physics.push(MEASURED_MS / physicsAlone(seed));
      progress(`run ${repeat + 1} of ${repeats}: ${rounded(whole[repeat] ?? 0)} times real time`);
    }
    return {
      site: SITE,
      periodMs: 100,
      simulatedMinutes: MEASURED_MS / 60e3,
      timesRealTime: rounded(median(whole)),
      // By the processor time of its one thread: what the clock on the wall would say on a machine left alone.
      timesRealTimeOfCpu: rounded(median(wholeCpu)),
      anchor: "the plant's physics alone",
      anchorTimesRealTime: rounded(median(physics)),
      ratio: rounded(median(whole) / median(physics)),
    };
  },
};

function physicsAlone(seed: number): number {
  const site = createSite(SITE, { rng: new Rng(seed), startMs: SIM_START_MS });
  for (let stepMs = 0; stepMs < seconds(30); stepMs += 50) site.step(50);
  return timed(() => {
    for (let stepMs = 0; stepMs < MEASURED_MS; stepMs += 50) site.step(Ms(50));
  });
}
