import { Worker } from "node:worker_threads";
import type { DayAheadMarket } from "../../forecast/day-ahead/index.ts";
import type { Block, BlockStore } from "./blocks.ts";

export interface BlockRun {
  readonly market: DayAheadMarket;
  readonly blocks: readonly Block[];
  readonly store: BlockStore;
  readonly workers: number;
  readonly onProgress: (done: number, of: number, block: Block) => void;
}

/** Every block, from disk where it is there and else from a worker thread. The number of workers changes nothing else. */
export async function runBlocks({
  market,
  blocks,
  store,
  workers,
  onProgress,
}: BlockRun): Promise<Map<Block, Float64Array>> {
  const results = new Map<Block, Float64Array>();
  const waiting: Block[] = [];
  for (const block of blocks) {
    const held = store.read(block);
    if (held === undefined) waiting.push(block);
    else results.set(block, held);
  }
  const work = waiting.length;
  let begun = 0;
  const serve = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let current: Block | undefined;
      const next = (): void => {
        current = waiting[begun++];
        if (current === undefined) resolve();
        else worker.postMessage(current);
      };
      worker.on("error", reject);
      worker.on("message", ({ forecasts }: { readonly forecasts: Float64Array }) => {
        const block = current as Block;
        store.write(block, forecasts);
        results.set(block, forecasts);
        onProgress(results.size - (blocks.length - work), work, block);
        next();
      });
      next();
    });
  const threads = Array.from(
    { length: Math.min(workers, work) },
    () => new Worker(new URL("./block-worker.ts", import.meta.url), { workerData: market }),
  );
  try {
    await Promise.all(threads.map(serve));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return results;
}
