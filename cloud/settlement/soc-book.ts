import type { Ms, UtcMs } from "@penstock/protocol/units";

const closeMs = 2_500;

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
    const after = this.#samples.findIndex((sample) => sample.atMs > atMs);
    const inForce = this.#samples.at(after < 0 ? -1 : Math.max(0, after - 1));
    const next = after < 1 ? undefined : this.#samples[after];
    // Between two close reports it moved; a report long after its predecessor says it stood still until then.
    if (inForce === undefined || next === undefined || next.atMs - inForce.atMs > closeMs) return inForce?.soc;
    return inForce.soc + ((next.soc - inForce.soc) * (atMs - inForce.atMs)) / (next.atMs - inForce.atMs);
  }
}
