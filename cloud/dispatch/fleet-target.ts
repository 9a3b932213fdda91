import type { MonotonicMs, UtcMs, W } from "@penstock/protocol/units";

/** A system operator's automatic generation control: what a unit should do now, until the next one. */
export interface AgcSignal {
  readonly kind: "agc";
  readonly unitId: string;
  /** Positive out. */
  readonly powerW: W;
  /** The operator's own count: an older one is not followed. */
  readonly sequence: number;
  readonly sentAtMs: UtcMs;
}

/** An operator's instruction by hand: a band to stay in; a set-point is a band of no width. */
export interface OperatorInstruction {
  readonly kind: "instruction";
  readonly id: string;
  readonly unitId: string;
  readonly powerWMin: W;
  readonly powerWMax: W;
  /** Wall clock. An instruction of the same id that is already over takes it back. */
  readonly untilMs: UtcMs;
}

export type OperatorWish = AgcSignal | OperatorInstruction;

export interface HeardSignal {
  readonly signal: AgcSignal;
  /** When it stops to count. */
  readonly untilMonotonicMs: MonotonicMs;
}

export interface TargetInputs {
  /** Of the award in force. */
  readonly awardW: W;
  readonly signal: HeardSignal | undefined;
  /** In the order they were heard. */
  readonly instructions: readonly OperatorInstruction[];
  readonly nowMs: UtcMs;
  readonly monotonicMs: MonotonicMs;
}

export interface FleetTarget {
  readonly powerW: W;
  /** What decided it, most pressing last: `award`, `agc`, the ids of instructions. */
  readonly source: "award" | "agc" | "instruction";
  readonly because: readonly string[];
}

/**
 * What a unit should do: its award, unless a fresh signal says otherwise, and always within the instructions in force.
 * Instructions narrow one another in the order they came; one that contradicts those before it is not followed and is
 * named. A signal that stopped coming counts no longer: the award stands again.
 */
export function fleetTarget({ awardW, signal, instructions, nowMs, monotonicMs }: TargetInputs): FleetTarget {
  const isFresh = signal !== undefined && monotonicMs < signal.untilMonotonicMs;
  const wantedW = isFresh ? signal.signal.powerW : awardW;
  const because: string[] = [isFresh ? "agc" : "award"];
  let [minW, maxW] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { id, powerWMin, powerWMax, untilMs } of instructions) {
    if (untilMs <= nowMs) continue;
    const [nextMinW, nextMaxW] = [Math.max(minW, powerWMin), Math.min(maxW, powerWMax)];
    if (nextMinW > nextMaxW) because.push(`${id} contradicts an earlier instruction`);
    else {
      [minW, maxW] = [nextMinW, nextMaxW];
      if (wantedW < powerWMin || wantedW > powerWMax) because.push(id);
    }
  }
  const powerW = Math.min(Math.max(wantedW, minW), maxW) as W;
  const source = powerW !== wantedW ? "instruction" : isFresh ? "agc" : "award";
  return { powerW, source, because };
}
