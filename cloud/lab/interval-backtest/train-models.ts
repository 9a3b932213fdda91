import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { Worker } from "node:worker_threads";
import { codeVersion } from "../../models/code-version.ts";
import type { Battery } from "../../optimise/battery.ts";
import type { ValueModel } from "../../strategies/learned/value-model.ts";
import type { MarketTable } from "./market-table.ts";

export interface TrainWish {
  readonly table: MarketTable;
  readonly battery: Battery;
  /** One model for each: it learns from the intervals below. Ascending. */
  readonly lengths: readonly number[];
  readonly workers: number;
  /** Where finished models are kept, so that an interrupted run goes on; nowhere when absent. */
  readonly folder?: string;
  readonly onModel?: (done: number, of: number) => void;
}

/** Trains every model, from disk where it is there and else in worker threads. The number of workers changes nothing else. */
export async function trainModels(wish: TrainWish): Promise<ReadonlyMap<number, ValueModel>> {
  const { table, battery, lengths, workers, folder, onModel } = wish;
  const made = new Map<number, ValueModel>();
  const pathOf = folder === undefined ? undefined : modelPath(wish, folder);
  const waiting = lengths.filter((length) => {
    const held = pathOf === undefined ? undefined : readModel(pathOf(length));
    if (held !== undefined) made.set(length, held);
    return held === undefined;
  });
  const serve = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let current: number | undefined;
      const next = (): void => {
        current = waiting.shift();
        if (current === undefined) resolve();
        else worker.postMessage(current);
      };
      worker.on("error", reject);
      worker.on("message", (model: ValueModel) => {
        made.set(current as number, model);
        if (pathOf !== undefined) writeModel(pathOf(current as number), model);
        onModel?.(made.size, lengths.length);
        next();
      });
      next();
    });
  const threads = Array.from(
    { length: Math.min(workers, waiting.length) },
    () => new Worker(new URL("./train-worker.ts", import.meta.url), { workerData: { table, battery } }),
  );
  try {
    await Promise.all(threads.map(serve));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return made;
}

/** Named for all a model depends on: the prices it saw, the battery, and the code that made it. */
function modelPath({ table, battery }: TrainWish, folder: string): (length: number) => string {
  const code = codeVersion(new URL("../../strategies/learned/value-learner.ts", import.meta.url).pathname);
  mkdirSync(folder, { recursive: true });
  const { prices, measured, published, ...clock } = table;
  return (length) => {
    const hash = createHash("sha256").update(code).update(JSON.stringify({ battery, clock, length }));
    const seen = [prices, ...measured.map(({ values }) => values)].map((values) => values.subarray(0, length));
    for (const values of [...seen, ...published.map((series) => series.values)])
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return join(folder, `${hash.digest("hex").slice(0, 24)}.nets`);
  };
}

function readModel(path: string): ValueModel | undefined {
  try {
    return deserialize(readFileSync(path)) as ValueModel;
  } catch {
    return undefined; // Not made yet, or cut off while it was written: it is made again.
  }
}

function writeModel(path: string, model: ValueModel): void {
  writeFileSync(`${path}.part`, serialize(model));
  renameSync(`${path}.part`, path);
}
