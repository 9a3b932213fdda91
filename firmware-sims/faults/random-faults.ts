import type { Rng } from "@penstock/protocol/rng";
import { seconds } from "@penstock/protocol/units";
import type { Fault, FaultEvent } from "./fault.ts";

/** How rough a life is: roughly how often something goes wrong on a site. */
export type FaultLevel = "none" | "light" | "heavy";

export interface FaultScene {
  readonly unitIds: readonly string[];
  readonly meterId: string;
  readonly plantId: string;
  readonly durationMs: number;
}

/**
 * A schedule drawn from a seed. The kinds are chosen by what can happen in a plant: most often a device that
 * is silent or slow, now and then one that reboots, rarely one that lies or forgets.
 */
export function randomFaults(rng: Rng, level: FaultLevel, scene: FaultScene): FaultEvent[] {
  const meanGapMs = meanGap[level];
  const events: FaultEvent[] = [];
  if (!Number.isFinite(meanGapMs)) return events;
  for (let atMs = rng.exponential(meanGapMs); atMs < scene.durationMs; atMs += rng.exponential(meanGapMs)) {
    const who = rng.uniform();
    if (who < 0.65) events.push({ atMs, deviceId: rng.pick(scene.unitIds), fault: unitFault(rng) });
    else if (who < 0.9) events.push({ atMs, deviceId: scene.meterId, fault: meterFault(rng) });
    else events.push({ atMs, deviceId: scene.plantId, fault: { kind: "silent", durationMs: lasting(rng) } });
  }
  return events;
}

const meanGap: Readonly<Record<FaultLevel, number>> = {
  none: Number.POSITIVE_INFINITY,
  light: seconds(4 * 3600),
  heavy: seconds(600),
};

function unitFault(rng: Rng): Fault {
  const durationMs = lasting(rng);
  const what = rng.uniform();
  if (what < 0.3) return { kind: "silent", durationMs };
  if (what < 0.5) return { kind: "slow", delayMs: Math.round(rng.between(30, 600)), durationMs };
  if (what < 0.65) return { kind: "rebooting", durationMs };
  if (what < 0.75) return { kind: "frozen", durationMs };
  if (what < 0.87) return { kind: "refusing", exception: rng.chance(0.5) ? 6 : 4, durationMs };
  if (what < 0.95) return { kind: "forgetting", durationMs };
  return { kind: "lying", point: "713.SoC", offset: rng.between(-8, 8), durationMs };
}

function meterFault(rng: Rng): Fault {
  const durationMs = lasting(rng);
  const what = rng.uniform();
  if (what < 0.45) return { kind: "silent", durationMs };
  if (what < 0.65) return { kind: "slow", delayMs: Math.round(rng.between(30, 600)), durationMs };
  return { kind: "meter-stale", durationMs };
}

/** A few seconds as a rule, sometimes minutes. */
const lasting = (rng: Rng): number =>
  Math.round(rng.chance(0.8) ? rng.between(1000, 20_000) : rng.between(60_000, 600_000));
