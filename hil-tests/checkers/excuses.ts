import type { ActiveFault } from "@penstock/firmware-sims/faults/index.ts";

/**
 * What no site could know is not held against it: while an instrument that it steers by tells a plausible lie, or another
 * master steers, the promises that hang on it wait, and for a while after, until the site has come back inside. Every
 * other promise is judged on.
 */
export class Excuses {
  readonly #untilMs = new Map<string, number>();

  /** Looks at what lies on the site's devices just now. */
  note(active: readonly ActiveFault[], unitIds: readonly string[], nowMs: number): void {
    for (const fault of active) {
      for (const checker of blinded(fault, unitIds.includes(fault.deviceId))) {
        this.#untilMs.set(checker, nowMs + COMING_BACK_MS);
      }
    }
  }

  cover(checker: string, nowMs: number): boolean {
    return nowMs < (this.#untilMs.get(checker) ?? Number.NEGATIVE_INFINITY);
  }
}

/** The slowest ramp anybody draws takes a site from one end of its range to the other in 40 s. */
const COMING_BACK_MS = 45_000;

const AT_THE_CONNECTION = ["grid-connection", "grid-operator", "feeder"];
const NOTHING: readonly string[] = [];

/** The judges whose promise cannot be kept under this fault. */
function blinded({ fault }: ActiveFault, isUnit: boolean): readonly string[] {
  switch (fault.kind) {
    case "stuck":
      return isUnit ? [...AT_THE_CONNECTION, "soc-window"] : AT_THE_CONNECTION;
    case "lying":
      return fault.point.endsWith(".SoC") ? ["soc-window"] : AT_THE_CONNECTION;
    case "second-master":
      return [...AT_THE_CONNECTION, "soc-window"];
    default:
      return NOTHING;
  }
}
