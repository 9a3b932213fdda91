/**
 * Chance, handed in. A generator is a seed and a path of names, so that a part which draws more or fewer
 * numbers than yesterday does not shift what every other part draws.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand, a few nanoseconds a draw.
 */
export class Rng {
  readonly #path: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    this.#path = String(seed);
    const hash = hashText(this.#path);
    this.#a = hash[0];
    this.#b = hash[1];
    this.#c = hash[2];
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** An independent generator for one purpose. The same name from the same parent is the same stream. */
  fork(name: string): Rng {
    return new Rng(`${this.#path}/${name}`);
  }

  /** 0 ≤ n < 2³². */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** 0 ≤ x < 1, 32 bits of it. */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** min ≤ x < max. */
  between(min: number, max: number): number {
    return min + (max - min) * this.uniform();
  }

  /** An integer, min ≤ n < max. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.uniform() * (max - min));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("nothing to pick from");
    return items[this.integer(0, items.length)] as T;
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Exponential with the given mean: the waiting time between independent events. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) bytes[at] = this.uint32();
    return bytes;
  }
}

/** Three 32-bit words from a text (FNV-1a with three offsets, each finished by a murmur3 mix). */
function hashText(text: string): [number, number, number] {
  return [0x811c9dc5, 0x9e3779b9, 0x85ebca6b].map((offset) => {
    let hash = offset;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }) as [number, number, number];
}
