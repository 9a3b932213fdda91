import { clamp, type Ms } from "@penstock/protocol/units";

/** When a service's answer must show at the meter, counted from the change, and how it gets there. */
export interface Response {
  /** First movement: never before `min` (a rule may forbid it), not later than `max`. */
  readonly delayMs: { readonly min: Ms; readonly max: Ms };
  /** A step is answered in full. */
  readonly fullByMs: Ms;
  readonly shape: ResponseShape;
}

export type ResponseShape =
  /** Straight: nothing to everything in `fullInMs`. */
  | { readonly form: "ramp"; readonly fullInMs: Ms }
  /** First order: nine tenths of a change in `openLoopMs` (IEEE 1547 open-loop response time). */
  | { readonly form: "lag"; readonly openLoopMs: Ms };

/** How far an answer gets from `fromPu` towards `wantedPu` in `elapsedMs`. It never overshoots. */
export function follow(fromPu: number, wantedPu: number, shape: ResponseShape, elapsedMs: Ms): number {
  switch (shape.form) {
    case "ramp": {
      const step = elapsedMs / shape.fullInMs;
      return clamp(wantedPu, fromPu - step, fromPu + step);
    }
    case "lag": {
      const left = Math.exp((-Math.LN10 * elapsedMs) / shape.openLoopMs);
      return wantedPu + (fromPu - wantedPu) * left;
    }
  }
}
