import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Battery, perfectForesight, storedEnergyMoves } from "@penstock/cloud/optimise/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { MW, MWh, minutes, W } from "@penstock/protocol/units";
import { compileAnchor } from "./anchors/compile.ts";
import { type Benchmark, median, rounded, timed } from "./bench.ts";

const STEPS = 288;
const SOLVES = 60;

/** A day of five-minute prices for one site: the exact dynamic program beside the same question as a linear program in C. */
export const optimise: Benchmark = {
  name: "optimise",
  text: `the best schedule of one site over ${STEPS} steps, against GLPK's simplex in C`,
  async run({ repeats, progress }) {
    const anchor = compileAnchor({
      source: "storage-lp-anchor.c",
      packages: ["libglpk-dev", "libglpk40", "libamd2", "libcolamd2", "libsuitesparseconfig5", "libltdl7", "libgmp10"],
      libraries: ["glpk"],
    });
    if (!anchor.ok) return { skipped: anchor.error.text };
    const ours: number[] = [];
    const theirs: number[] = [];
    let objectiveGap = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const prices = pricesOf(new Rng(`optimise-${repeat}`));
      const solve = () => perfectForesight({ battery, intervalMs: minutes(5), prices, socStart: 0.5 }).revenue;
      for (let warm = 0; warm < 10; warm++) solve();
      let revenue = 0;
      const tookMs = Float64Array.from({ length: SOLVES }, () =>
        timed(() => {
          revenue = solve();
        }),
      );
      const said = askAnchor(anchor.value, prices);
      if (said === undefined) return { skipped: "the anchor did not solve it" };
      objectiveGap = Math.max(objectiveGap, Math.abs(said.objective - revenue) / said.objective);
      ours.push(median(tookMs));
      theirs.push(median(said.tookMs));
      progress(
        `run ${repeat + 1} of ${repeats}: ${rounded(ours.at(-1) ?? 0)} ms, GLPK ${rounded(theirs.at(-1) ?? 0)} ms`,
      );
    }
    return {
      steps: STEPS,
      p50Ms: rounded(median(ours)),
      anchor: "GLPK simplex, presolved, model building included",
      anchorP50Ms: rounded(median(theirs)),
      ratio: rounded(median(ours) / median(theirs)),
      objectiveGap: rounded(objectiveGap),
    };
  },
};

const battery: Battery = {
  capacityWh: MWh(200),
  socMin: 0,
  socMax: 1,
  powerWMaxCharge: MW(100),
  powerWMaxDischarge: MW(100),
  efficiencyCharge: 0.92,
  efficiencyDischarge: 0.92,
  costPerMWh: 10,
  auxiliaryW: W(0),
};

/** A dip at noon, a peak in the evening, noise and a spike; none below zero, where a linear program is wrong. */
const pricesOf = (rng: Rng): Float64Array =>
  Float64Array.from({ length: STEPS }, (_, step) => {
    const hour = step / 12;
    const shape = 80 - 60 * Math.exp(-((hour - 12) ** 2) / 8) + 70 * Math.exp(-((hour - 18.5) ** 2) / 3);
    return Math.max(0, shape + 15 * rng.normal() + (rng.chance(0.01) ? 500 : 0));
  });

function askAnchor(program: string, prices: Float64Array) {
  const { inMWhMax, outMWhMax } = storedEnergyMoves(battery, minutes(5));
  const given = [STEPS, SOLVES, 0.92, battery.costPerMWh, inMWhMax, outMWhMax, battery.capacityWh / 1e6, 100];
  // GLPK's own libraries lie beside it, where only the loader's path reaches.
  const base = join(dirname(program), "debian/usr/lib");
  const folders = readdirSync(base).map((name) => join(base, name));
  const env = { ...process.env, LD_LIBRARY_PATH: folders.join(":") };
  const done = spawnSync(program, { input: [...given, ...prices].join(" "), encoding: "utf8", env });
  const [objective, ...tookMs] = done.stdout.trim().split("\n").map(Number);
  return done.status === 0 && objective !== undefined ? { objective, tookMs } : undefined;
}
