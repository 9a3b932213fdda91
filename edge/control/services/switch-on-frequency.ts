import { type MonotonicMs, W } from "@penstock/protocol/units";
import { inWords } from "../words.ts";
import { type Answer, type FrequencyMoment, heldBackMs, percent, withoutFrequency } from "./follow-frequency.ts";
import { frequencyBefore } from "./frequency-memory.ts";
import { follow } from "./response.ts";
import type { SwitchedRule } from "./rule.ts";
import type { SwitchedService } from "./service.ts";

export interface SwitchedMemory {
  readonly type: "switched";
  readonly pu: number;
  readonly phase: "armed" | "supporting" | "releasing" | "calming";
  /** When the phase began; in `calming`, since when frequency has been calm, undefined while it is not. */
  readonly sinceMonotonicMs: MonotonicMs | undefined;
}

const armed: SwitchedMemory = { type: "switched", pu: 0, phase: "armed", sinceMonotonicMs: undefined };

/**
 * Everything at the trigger, latched: kept up for the rule's support time whatever frequency does then, released at
 * the rule's rate, and armed again only after frequency has been calm for a while. A trigger that has been pulled
 * needs no frequency any more; one that has not is never pulled by a lost one.
 */
export function switchOnFrequency(
  service: SwitchedService,
  before: SwitchedMemory | undefined,
  moment: FrequencyMoment,
): Answer<SwitchedMemory> {
  const { rule, contractedW } = service;
  const memory = nextPhase(rule, before ?? armed, moment);
  const direction = rule.triggerHz < 0 ? 1 : -1;
  const pu =
    memory.phase === "supporting"
      ? follow(memory.pu, direction, rule.response.shape, moment.elapsedMs)
      : follow(memory.pu, 0, { form: "ramp", fullInMs: rule.releaseInMs }, moment.elapsedMs);
  return {
    memory: { ...memory, pu },
    powerW: W(pu * contractedW + 0),
    text: memory.phase === "armed" ? "" : `${phaseWords[memory.phase]}, ${percent(pu)} of ${inWords(contractedW)} now`,
  };
}

const phaseWords = {
  supporting: "triggered and kept up",
  releasing: "support is over, releasing",
  calming: "waiting for a calm frequency before it is armed again",
} as const;

function nextPhase(rule: SwitchedRule, before: SwitchedMemory, moment: FrequencyMoment): SwitchedMemory {
  const { monotonicMs } = moment;
  const sinceMs = monotonicMs - (before.sinceMonotonicMs ?? monotonicMs);
  switch (before.phase) {
    case "armed":
      return isTriggered(rule, moment) ? { ...before, phase: "supporting", sinceMonotonicMs: monotonicMs } : before;
    case "supporting":
      return sinceMs < rule.supportMs ? before : { ...before, phase: "releasing", sinceMonotonicMs: monotonicMs };
    case "releasing":
      return before.pu !== 0 ? before : { ...before, phase: "calming", sinceMonotonicMs: undefined };
    case "calming": {
      if (!isCalm(rule, moment)) return { ...before, sinceMonotonicMs: undefined };
      if (before.sinceMonotonicMs === undefined) return { ...before, sinceMonotonicMs: monotonicMs };
      return sinceMs >= rule.rearm.afterMs ? armed : before;
    }
  }
}

function isTriggered(rule: SwitchedRule, moment: FrequencyMoment): boolean {
  if (withoutFrequency(0, moment) !== undefined) return false;
  const hz = frequencyBefore(moment.frequency, moment.monotonicMs, heldBackMs(rule.response.delayMs.min, moment));
  if (hz === undefined) return false;
  const deviationHz = hz - rule.nominalHz;
  return rule.triggerHz < 0 ? deviationHz <= rule.triggerHz : deviationHz >= rule.triggerHz;
}

function isCalm(rule: SwitchedRule, { frequency }: FrequencyMoment): boolean {
  const hz = frequency.samples.at(-1)?.hz;
  return frequency.lost === undefined && hz !== undefined && Math.abs(hz - rule.nominalHz) <= rule.rearm.withinHz;
}
