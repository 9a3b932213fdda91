import type { Rng } from "@penstock/protocol/rng";

/** A quantity that wanders around zero and comes back: the Ornstein-Uhlenbeck process, exact for any step. */
export interface Wander {
  readonly rng: Rng;
  readonly deviation: number;
  readonly timeConstantMs: number;
  value: number;
  decayDtMs: number;
  decay: number;
  kick: number;
}

export function createWander(rng: Rng, deviation: number, timeConstantMs: number): Wander {
  return {
    rng,
    deviation,
    timeConstantMs,
    value: deviation * rng.normal(),
    decayDtMs: Number.NaN,
    decay: 0,
    kick: 0,
  };
}

export function stepWander(wander: Wander, dtMs: number): number {
  if (dtMs !== wander.decayDtMs) {
    wander.decayDtMs = dtMs;
    wander.decay = Math.exp(-dtMs / wander.timeConstantMs);
    wander.kick = wander.deviation * Math.sqrt(1 - wander.decay * wander.decay);
  }
  wander.value = wander.value * wander.decay + wander.kick * wander.rng.normal();
  return wander.value;
}
