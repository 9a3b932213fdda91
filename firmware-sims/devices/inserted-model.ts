import type { RegisterImage } from "./register-image.ts";

/**
 * A model of the maker's own that new firmware has put behind model 1: all that follows moves up by its registers, and every
 * address goes on answering, with something else.
 */
export class InsertedModel {
  readonly #image: RegisterImage;
  readonly #from: number;
  readonly #words: Uint16Array;

  /** `registers` with its ID and length, at least 3. */
  constructor(image: RegisterImage, registers: number) {
    const [first] = image.models;
    this.#image = image;
    this.#from = first === undefined ? image.base : first.address + first.length + 2;
    this.#words = new Uint16Array(registers);
    this.#words.set([MAKERS_MODEL, registers - 2]);
  }

  /** Undefined where some of it is not there. */
  read(address: number, count: number): Uint16Array | undefined {
    const { length } = this.#words;
    const end = address + count;
    const before = Math.max(0, Math.min(end, this.#from) - address);
    const after = Math.max(0, end - Math.max(address, this.#from + length));
    const words = new Uint16Array(count);
    if (before > 0) {
      if (!this.#image.covers(address, before)) return undefined;
      words.set(this.#image.read(address, before));
    }
    for (let at = before; at < count - after; at++) words[at] = this.#words[address + at - this.#from] ?? 0;
    if (after > 0) {
      const moved = end - after - length;
      if (!this.#image.covers(moved, after)) return undefined;
      words.set(this.#image.read(moved, after), count - after);
    }
    return words;
  }

  /** Where a write to this address lands in the map as it was; undefined where it lands in the new model or across its edge. */
  landsAt(address: number, count: number): number | undefined {
    if (address + count <= this.#from) return address;
    return address >= this.#from + this.#words.length ? address - this.#words.length : undefined;
  }
}

/** SunSpec leaves ids from 64,000 on to makers. */
const MAKERS_MODEL = 64_900;
