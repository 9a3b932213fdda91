import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { type Benchmark, median, rounded } from "./bench.ts";
import type { BidFleetTask } from "./bid-fleet-worker.ts";

const SITES = 1_000;
const WORKERS = 2;

/** Every site of a large fleet for one five-minute interval: forecast, value function, curve, bid, every rule, file. */
export const bidFleet: Benchmark = {
  name: "bid-fleet",
  text: `${SITES} sites of a five-minute market from forecasts to checked bid files, two threads`,
  async run({ repeats, progress }) {
    const share = SITES / WORKERS;
    const workers = Array.from(
      { length: WORKERS },
      (_, index) =>
        new Worker(new URL("./bid-fleet-worker.ts", import.meta.url), {
          workerData: { firstSite: index * share, sites: share } satisfies BidFleetTask,
        }),
    );
    const seconds: number[] = [];
    let bids = 0;
    let bytes = 0;
    let broken = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const startedMs = performance.now();
      const answers = await Promise.all(
        workers.map(async (worker) => {
          const answer = once(worker, "message");
          worker.postMessage("go");
          return (await answer)[0] as { readonly bids: number; readonly bytes: number; readonly broken: number };
        }),
      );
      seconds.push((performance.now() - startedMs) / 1000);
      bids = answers.reduce((sum, answer) => sum + answer.bids, 0);
      bytes = answers.reduce((sum, answer) => sum + answer.bytes, 0);
      broken = answers.reduce((sum, answer) => sum + answer.broken, 0);
      progress(`run ${repeat + 1} of ${repeats}: ${rounded(seconds.at(-1) ?? 0)} s`);
    }
    await Promise.all(workers.map((worker) => worker.terminate()));
    return {
      sites: SITES,
      seconds: rounded(median(seconds)),
      bids,
      rulesBroken: broken,
      fileBytes: bytes,
      workers: WORKERS,
    };
  },
};
