import type { Ms, UtcMs } from "@penstock/protocol/units";

/** State of charge of one site over time. Reported by exception: a value holds until the next one. */
export class SocBook {
  readonly #keepMs: Ms;
  readonly #samples: { readonly atMs: UtcMs; readonly soc: number }[] = [];

  constructor(keepMs: Ms) {
    this.#keepMs = keepMs;
  }

  add(atMs: UtcMs, soc: number): void {
    let index = this.#samples.length;
    while (index > 0 && (this.#samples[index - 1]?.atMs ?? 0) > atMs) index--;
    if (this.#samples[index - 1]?.atMs === atMs) return;
    this.#samples.splice(index, 0, { atMs, soc });
    const newestMs = this.#samples.at(-1)?.atMs ?? atMs;
    while ((this.#samples[1]?.atMs ?? newestMs) < newestMs - this.#keepMs) this.#samples.shift();
  }

  /** The value in force at an instant; the first one there is for an instant before it. Undefined when there is none. */
  at(atMs: UtcMs): number | undefined {
    const inForce = this.#samples.findLast((sample) => sample.atMs <= atMs);
    return (inForce ?? this.#samples[0])?.soc;
  }
}
