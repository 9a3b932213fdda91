import type { MonotonicMs } from "@penstock/protocol/units";
import type { Grant, ScheduledPower } from "./step-types.ts";

/** In its time: from its not-before on, and not any more at its end. */
export const isLive = (grant: Grant, monotonicMs: MonotonicMs): boolean =>
  grant.notBeforeMonotonicMs <= monotonicMs && monotonicMs < grant.expiresMonotonicMs;

/** The live grant of a kind with the highest priority; among equals the newest. */
export function strongest(grants: readonly Grant[], kind: Grant["kind"], monotonicMs: MonotonicMs): Grant | undefined {
  let found: Grant | undefined;
  for (const grant of grants) {
    if (grant.kind !== kind || !isLive(grant, monotonicMs)) continue;
    if (
      found === undefined ||
      grant.priority > found.priority ||
      (grant.priority === found.priority && grant.sequence > found.sequence)
    ) {
      found = grant;
    }
  }
  return found;
}

/** What the strongest stored schedule says about now; undefined where none says anything. */
export function scheduledNow(
  grants: readonly Grant[],
  monotonicMs: MonotonicMs,
): { readonly grant: Grant; readonly entry: ScheduledPower } | undefined {
  const grant = strongest(grants, "schedule", monotonicMs);
  const entry = grant?.schedule?.find(
    ({ startMonotonicMs, endMonotonicMs }) => startMonotonicMs <= monotonicMs && monotonicMs < endMonotonicMs,
  );
  return grant === undefined || entry === undefined ? undefined : { grant, entry };
}
