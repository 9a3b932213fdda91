import { clamp, type MonotonicMs, type Ms, W } from "@penstock/protocol/units";
import type { AgcSignal, Reading } from "../image.ts";
import type { CoreAlarm } from "../step-types.ts";
import { inWords } from "../words.ts";
import type { Answer } from "./follow-frequency.ts";
import type { AgcService } from "./service.ts";

export interface AgcMemory {
  readonly type: "agc";
  readonly powerW: number;
  /** The signal's own counter when last seen, and when and to what it last changed; no change seen yet: undefined. */
  readonly sequence: number | undefined;
  readonly renewed: { readonly atMonotonicMs: MonotonicMs; readonly powerW: number } | undefined;
}

export interface AgcAnswer extends Answer<AgcMemory> {
  readonly alarm: CoreAlarm | undefined;
}

/**
 * Follows the operator's set-point at the service's ramp. What counts is that the signal is renewed, not that it can
 * be read: a master that has died leaves its last value standing. That value is held until it is stale and then
 * released to 0; and what is found at a start is no command before it has been renewed once.
 */
export function followAgc(
  service: AgcService,
  before: AgcMemory | undefined,
  signal: Reading<AgcSignal>,
  monotonicMs: MonotonicMs,
  elapsedMs: Ms,
): AgcAnswer {
  const seen = see(service, before ?? unseen, signal, monotonicMs);
  const { renewed } = seen;
  const ageMs = renewed === undefined ? Number.POSITIVE_INFINITY : monotonicMs - renewed.atMonotonicMs;
  const isFresh = ageMs <= service.staleAfterMs;
  const targetW = isFresh ? (renewed?.powerW ?? 0) : 0;
  const stepW = (service.rampWPerS * elapsedMs) / 1e3;
  const powerW = clamp(targetW, seen.powerW - stepW, seen.powerW + stepW) + 0;
  return {
    memory: { ...seen, powerW },
    powerW: W(powerW),
    text: isFresh ? `regulation set-point ${inWords(targetW)}, ${(ageMs / 1e3).toFixed(1)} s old` : "",
    alarm: isFresh ? undefined : { code: "service-agc-stale", text: staleInWords(service, ageMs, signal) },
  };
}

const unseen: AgcMemory = { type: "agc", powerW: 0, sequence: undefined, renewed: undefined };

function see(service: AgcService, before: AgcMemory, signal: Reading<AgcSignal>, monotonicMs: MonotonicMs): AgcMemory {
  if (signal.quality !== "good") return before;
  const { sequence, powerW } = signal.value;
  if (sequence === before.sequence || !Number.isFinite(powerW)) return before;
  if (before.sequence === undefined) return { ...before, sequence };
  const renewed = { atMonotonicMs: monotonicMs, powerW: clamp(powerW, -service.contractedW, service.contractedW) };
  return { ...before, sequence, renewed };
}

function staleInWords({ name, staleAfterMs }: AgcService, ageMs: number, signal: Reading<AgcSignal>): string {
  const cause = signal.quality === "good" ? "" : ` (${signal.cause})`;
  return Number.isFinite(ageMs)
    ? `${name}: the set-point was not renewed for ${(staleAfterMs / 1e3).toFixed(0)} s${cause}: released`
    : `${name}: no set-point has been renewed yet${cause}`;
}
