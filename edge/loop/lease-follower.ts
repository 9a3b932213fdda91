import { type MonotonicMs, W } from "@penstock/protocol/units";
import type { SiteImage } from "../control/image.ts";
import type { Explanation, Grant } from "../control/step-types.ts";
import type { LeaseProgress } from "./loop-types.ts";
import { ReadBackWatch, type UnitReadBack } from "./read-back-watch.ts";
import { knownSum } from "./site-metrics.ts";

/**
 * How each lease fares, each stage said once: `applied` in the first cycle it is the wish, `clamped` in the
 * first in which limits give it less, `read-back` when the units have shown all that it had written, `measured` when
 * the units' own meters have shown for two seconds what was left of it, `expired` when its time is over. `powerW` is the battery's, + discharge.
 */
export class LeaseFollower {
  readonly #said = new Map<string, Set<LeaseProgress["state"]>>();
  readonly #readBack = new ReadBackWatch();
  #steady: Steady | undefined;

  /** `readBacks` are of the cycle before: the units cannot yet have shown what this one has just written. */
  progress(
    image: SiteImage,
    explanation: Explanation,
    grants: readonly Grant[],
    readBacks: readonly UnitReadBack[],
  ): LeaseProgress[] {
    const reached: LeaseProgress[] = [];
    const say = (grant: Grant, state: LeaseProgress["state"], powerW: number) => {
      if (!this.#isNew(grant.leaseId, state)) return;
      const because = explanation.because.map((one) => one.limit);
      const { leaseId, sequence } = grant;
      reached.push({ leaseId, sequence, state, powerW: W(powerW), because, atMs: image.nowMs });
    };

    for (const grant of grants) if (isExpired(grant, image.monotonicMs)) say(grant, "expired", explanation.targetW);
    const shown = this.#readBack.shown(readBacks);
    if (shown !== undefined && this.#isNew(shown.leaseId, "read-back")) reached.push({ state: "read-back", ...shown });
    const followed = grants.find((grant) => grant.leaseId === explanation.leaseId);
    if (followed === undefined || explanation.source !== "lease") {
      this.#readBack.forget();
      return reached;
    }
    const isFirst = this.#said.get(followed.leaseId)?.has("applied") !== true;
    say(followed, "applied", explanation.targetW);
    this.#readBack.written({ grant: followed, isFirst, image, explanation, readBacks });
    const leftW = leftOfWish(explanation);
    if (Math.abs(leftW - explanation.wishW) > 1) say(followed, "clamped", leftW);
    if (this.#said.get(followed.leaseId)?.has("measured")) return reached;
    const measuredW = knownSum(image.units.map((unit) => unit.powerW));
    if (measuredW !== null && this.#isSteady(followed.leaseId, explanation.clampedW, measuredW, image)) {
      say(followed, "measured", measuredW);
    }
    return reached;
  }

  /** Forgets leases that are no longer held, so that the memory stays as small as they are few. */
  keepOnly(grants: readonly Grant[]): void {
    // Without any the next cycles' set-points are nobody's lease.
    if (grants.length === 0) this.#readBack.forget();
    for (const leaseId of this.#said.keys()) {
      if (!grants.some((grant) => grant.leaseId === leaseId)) this.#said.delete(leaseId);
    }
  }

  #isNew(leaseId: string, state: LeaseProgress["state"]): boolean {
    const said = this.#said.get(leaseId) ?? new Set();
    if (said.has(state)) return false;
    this.#said.set(leaseId, said.add(state));
    return true;
  }

  /** Whether what is measured has been what was left of this lease, and that has not moved, for long enough. */
  #isSteady(leaseId: string, clampedW: number, measuredW: number, image: SiteImage): boolean {
    const toleranceW = toleranceOf(image);
    const before = this.#steady;
    if (Math.abs(measuredW - clampedW) > toleranceW) this.#steady = undefined;
    else if (before?.leaseId !== leaseId || Math.abs(before.clampedW - clampedW) > toleranceW) {
      this.#steady = { leaseId, clampedW, sinceMs: image.monotonicMs };
    }
    return this.#steady !== undefined && image.monotonicMs - this.#steady.sinceMs >= STEADY_MS;
  }
}

/**
 * What the limits leave of the wish itself. What the site's services put on top is no part of it: a site that answers
 * frequency does all it was asked for, and nobody has to take over from it.
 */
const leftOfWish = ({ clampedW, services }: Explanation): number =>
  services.reduce((leftW, { deliveredW }) => leftW - deliveredW, clampedW as number);

interface Steady {
  readonly leaseId: string;
  readonly clampedW: number;
  readonly sinceMs: MonotonicMs;
}

const STEADY_MS = 2_000;

export const isExpired = (grant: Grant, nowMs: MonotonicMs): boolean => nowMs >= grant.expiresMonotonicMs;

/** A hundredth of what the site's units can do: the resolution of their own meters. */
const toleranceOf = (image: SiteImage): number =>
  image.units.reduce((sum, unit) => sum + Math.max(unit.rating.chargeWMax, unit.rating.dischargeWMax), 0) / 100;
