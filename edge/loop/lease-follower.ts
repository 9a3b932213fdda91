import { type MonotonicMs, type UtcMs, W } from "@penstock/protocol/units";
import type { SiteImage } from "../control/image.ts";
import type { Explanation, Grant } from "../control/step-types.ts";
import type { LeaseProgress } from "./loop-types.ts";
import { knownSum } from "./site-metrics.ts";

/**
 * How each lease fares, each stage said once: `applied` in the first cycle it is the wish, `clamped` in the
 * first in which limits give it less, `measured` when the units' own meters show what was left of it,
 * `expired` when its time is over.
 */
export class LeaseFollower {
  readonly #said = new Map<string, Set<LeaseProgress["state"]>>();

  progress(image: SiteImage, explanation: Explanation, grants: readonly Grant[]): LeaseProgress[] {
    const reached: LeaseProgress[] = [];
    for (const grant of grants) {
      if (isExpired(grant, image.monotonicMs))
        this.#say(reached, grant, "expired", explanation.targetW, explanation, image.nowMs);
    }
    const followed = grants.find((grant) => grant.leaseId === explanation.leaseId);
    if (followed === undefined || explanation.source !== "lease") return reached;
    this.#say(reached, followed, "applied", explanation.targetW, explanation, image.nowMs);
    if (Math.abs(explanation.clampedW - explanation.wishW) > 1) {
      this.#say(reached, followed, "clamped", explanation.clampedW, explanation, image.nowMs);
    }
    const measuredW = knownSum(image.units.map((unit) => unit.powerW));
    if (measuredW !== null && Math.abs(measuredW - explanation.clampedW) <= toleranceW(image)) {
      this.#say(reached, followed, "measured", measuredW, explanation, image.nowMs);
    }
    return reached;
  }

  /** Forgets leases that are no longer held, so that the memory stays as small as they are few. */
  keepOnly(grants: readonly Grant[]): void {
    for (const leaseId of this.#said.keys()) {
      if (!grants.some((grant) => grant.leaseId === leaseId)) this.#said.delete(leaseId);
    }
  }

  #say(
    reached: LeaseProgress[],
    grant: Grant,
    state: LeaseProgress["state"],
    powerW: number,
    explanation: Explanation,
    atMs: UtcMs,
  ): void {
    const said = this.#said.get(grant.leaseId) ?? new Set();
    if (said.has(state)) return;
    this.#said.set(grant.leaseId, said.add(state));
    const because = explanation.because.map((one) => one.limit);
    reached.push({ leaseId: grant.leaseId, sequence: grant.sequence, state, powerW: W(powerW), because, atMs });
  }
}

export const isExpired = (grant: Grant, nowMs: MonotonicMs): boolean => nowMs >= grant.expiresMonotonicMs;

/** A hundredth of what the site's units can do: the resolution of their own meters. */
const toleranceW = (image: SiteImage): number =>
  image.units.reduce((sum, unit) => sum + Math.max(unit.rating.chargeWMax, unit.rating.dischargeWMax), 0) / 100;
