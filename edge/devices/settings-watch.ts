import { hex } from "./control-writer.ts";
import type { Block, ReadPlan, Watched } from "./driver.ts";

export interface ForeignChange {
  readonly name: string;
  /** Absolute address of the first register that changed. */
  readonly register: number;
  readonly before: string;
  readonly after: string;
}

/**
 * Watches the settings of a device that we read and never write. A device does not change them by itself: when one
 * does change, another master, a technician at the panel or an intruder has written it.
 */
export class SettingsWatch {
  readonly #watched: readonly Watched[];
  readonly #known: (Uint16Array | undefined)[];
  /** Blocks that hold any of it. */
  readonly #blocks: readonly number[];

  constructor(watched: readonly Watched[]) {
    this.#watched = watched;
    this.#known = watched.map(() => undefined);
    this.#blocks = [...new Set(watched.map(({ block }) => block))];
  }

  /** After a device was away its settings are taken as they are. */
  forget(): void {
    this.#known.fill(undefined);
  }

  /** What changed in this block since it was last read; `hasMoved`: any register of it did. */
  compare(blockIndex: number, { registers }: Block, hasMoved: boolean, plan: ReadPlan): ForeignChange | undefined {
    if (!this.#blocks.includes(blockIndex)) return undefined;
    let change: ForeignChange | undefined;
    for (let i = 0; i < this.#watched.length; i++) {
      const one = this.#watched[i];
      if (one === undefined || one.block !== blockIndex) continue;
      const known = this.#known[i];
      if (known !== undefined && !hasMoved) continue;
      const at = known === undefined ? -1 : firstDifference(known, registers, one.blockOffset);
      if (known !== undefined && at < 0) continue;
      const now = registers.slice(one.blockOffset, one.blockOffset + one.count);
      if (known !== undefined) {
        const register = plan.address + one.blockOffset + at;
        change ??= { name: one.name, register, before: hex(known.subarray(at)), after: hex(now.subarray(at)) };
      }
      this.#known[i] = now;
    }
    return change;
  }
}

function firstDifference(known: Uint16Array, registers: Uint16Array, offset: number): number {
  for (let i = 0; i < known.length; i++) if (known[i] !== registers[offset + i]) return i;
  return -1;
}
