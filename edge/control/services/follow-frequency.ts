import { type MonotonicMs, Ms, W } from "@penstock/protocol/units";
import { inWords } from "../words.ts";
import { perUnitAt } from "./curve.ts";
import { type FrequencyMemory, frequencyBefore, LOST_HOLD_MS, LOST_RELEASE_MS, lostForMs } from "./frequency-memory.ts";
import { follow } from "./response.ts";
import type { CurveService } from "./service.ts";

export interface CurveMemory {
  readonly type: "curve";
  /** The answer of the last cycle, a part of the contract. */
  readonly pu: number;
}

/** What a service sees of one cycle. */
export interface FrequencyMoment {
  readonly frequency: FrequencyMemory;
  readonly monotonicMs: MonotonicMs;
  readonly elapsedMs: Ms;
  /** What the site itself needs from a command to the first watt. */
  readonly actuationMs: Ms;
}

export interface Answer<M> {
  readonly memory: M;
  readonly powerW: W;
  readonly text: string;
}

/**
 * Power by the curve, in the rule's own time. A rule that forbids an early answer is given a frequency old enough
 * that with the site's own actuation nothing moves before its time. Without a fresh frequency the last answer is
 * held for a second, then released within ten: it never grows on a number that is not known to be so.
 */
export function followFrequency(
  service: CurveService,
  before: CurveMemory | undefined,
  moment: FrequencyMoment,
): Answer<CurveMemory> {
  const { rule } = service;
  const fromPu = before?.pu ?? 0;
  const released = withoutFrequency(fromPu, moment);
  if (released !== undefined) return answer(service, released, "without a fresh frequency");
  const hz = frequencyBefore(moment.frequency, moment.monotonicMs, heldBackMs(rule.response.delayMs.min, moment));
  if (hz === undefined) return answer(service, fromPu, "waiting for a first frequency");
  const wantedPu = perUnitAt(rule.curve, hz - rule.nominalHz);
  const pu = settled(follow(fromPu, wantedPu, rule.response.shape, moment.elapsedMs), wantedPu);
  return answer(service, pu, pu === 0 && wantedPu === 0 ? "" : `${hz.toFixed(3)} Hz asks for ${percent(wantedPu)}`);
}

/** How old a frequency must be at least, so that an answer to it shows no earlier than the rule allows. */
export const heldBackMs = (delayMsMin: Ms, { actuationMs }: Pick<FrequencyMoment, "actuationMs">): Ms =>
  Ms(Math.max(0, delayMsMin - actuationMs));

/** What is left of an answer while frequency is lost; undefined while it is not. */
export function withoutFrequency(
  fromPu: number,
  { frequency, monotonicMs, elapsedMs }: FrequencyMoment,
): number | undefined {
  const forMs = lostForMs(frequency, monotonicMs);
  if (forMs === undefined) return undefined;
  return forMs < LOST_HOLD_MS ? fromPu : follow(fromPu, 0, { form: "ramp", fullInMs: LOST_RELEASE_MS }, elapsedMs);
}

/** A first-order answer never quite arrives; a ten-thousandth of the contract is arrived. */
const settled = (pu: number, wantedPu: number): number => (Math.abs(pu - wantedPu) < 1e-4 ? wantedPu : pu);

const answer = (service: CurveService, pu: number, what: string): Answer<CurveMemory> => ({
  memory: { type: "curve", pu },
  powerW: W(pu * service.contractedW + 0),
  text: what === "" ? "" : `${what}, ${percent(pu)} of ${inWords(service.contractedW)} now`,
});

export const percent = (pu: number): string => `${(100 * pu).toFixed(0)} %`;
