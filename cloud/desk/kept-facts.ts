import type { Journal } from "./journal.ts";

/** Facts of the journal, read once: nobody else writes them while this process runs, and a thousand gates are asked often. */
export class KeptFacts {
  readonly #journal: Journal;
  readonly #read = new Map<string, unknown>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get(key: string): unknown {
    if (!this.#read.has(key)) this.#read.set(key, this.#journal.fact(key));
    return this.#read.get(key);
  }

  /** On disk first, then here. */
  put(key: string, value: unknown): void {
    this.#journal.putFact(key, value);
    this.#read.set(key, value);
  }
}
