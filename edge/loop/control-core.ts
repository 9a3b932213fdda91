import { guard } from "../control/guard.ts";
import { initialState, step } from "../control/step.ts";

/** All the thought of a cycle, as the loop sees it: pure functions of what they are given. */
export interface ControlCore {
  /** Bumpless: begins from what is measured. */
  readonly begin: typeof initialState;
  readonly step: typeof step;
  /** The second look at the final writes: it may stop, never raise. */
  readonly guard: typeof guard;
}

/** The real one. Its guard looks at what is written, whether a cycle or the end of the loop wants to write it. */
export const siteCore: ControlCore = { begin: initialState, step, guard };
