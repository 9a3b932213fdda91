import type { Solver } from "../program/plan-dispatch.ts";
import { planWindow, type WindowPlan, type WindowView } from "./plan-window.ts";

export interface RollingHorizon {
  /** First interval, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** How far each plan reaches; what lies beyond is a value of what is left. */
  readonly windowIntervals: number;
  readonly solve: Solver;
  /** How the site stands at the start of an interval and what is known then: asked anew each time, never carried on. */
  readonly see: (interval: number) => WindowView;
  /** Does it. What became of it shows in the next look. */
  readonly act: (interval: number, plan: WindowPlan) => void;
  readonly isStopped?: () => boolean;
}

/** Plans, does the first interval of the plan, looks at what really happened, and plans again. */
export async function rollHorizon(roll: RollingHorizon): Promise<void> {
  const { from, to, windowIntervals, solve, see, act, isStopped = () => false } = roll;
  for (let interval = from; interval < to && !isStopped(); interval++) {
    act(interval, await planWindow(see(interval), windowIntervals, solve));
  }
}
