import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HOURS } from "../../forecast/day-ahead/day-ahead-market.ts";

/** The days a model learns and forecasts in one go, from scratch at the first: what a worker does and a file holds. */
export interface Block {
  readonly model: string;
  readonly firstDay: number;
  readonly days: number;
}

export const BLOCK_DAYS = 112;

/** Blocks that end with the last day; the first begins on or before `firstDay` where the market's youth allows. */
export function blocksOf(model: string, firstDay: number, endDay: number, daysMin: number): readonly Block[] {
  const blocks: Block[] = [];
  for (let end = endDay; end > firstDay; end -= BLOCK_DAYS) {
    const from = Math.max(end - BLOCK_DAYS, firstDay, daysMin);
    if (from < end) blocks.unshift({ model, firstDay: from, days: end - from });
  }
  return blocks;
}

/** Finished blocks on disk, so that what was interrupted goes on where it was. One folder a dataset. */
export class BlockStore {
  readonly #folder: string;
  readonly #versionOf: (model: string) => string;
  readonly #versions = new Map<string, string>();

  /** `versionOf` is asked once a model: what is edited during a run is not what runs. */
  constructor(folder: string, versionOf: (model: string) => string) {
    this.#folder = folder;
    this.#versionOf = versionOf;
  }

  read(block: Block): Float64Array | undefined {
    try {
      const bytes = readFileSync(this.#pathOf(block));
      if (bytes.length !== block.days * HOURS * 8) return undefined;
      return new Float64Array(new Uint8Array(bytes).buffer);
    } catch {
      return undefined; // Not made yet.
    }
  }

  write(block: Block, forecasts: Float64Array): void {
    const path = this.#pathOf(block);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, new Uint8Array(forecasts.buffer, forecasts.byteOffset, forecasts.byteLength));
    renameSync(`${path}.part`, path);
  }

  #pathOf({ model, firstDay, days }: Block): string {
    const version = this.#versions.get(model) ?? this.#versionOf(model);
    this.#versions.set(model, version);
    return join(this.#folder, `${model}-${version}`, `${firstDay}-${days}.f64`);
  }
}
