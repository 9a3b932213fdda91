import { unreachable } from "../result/index.ts";
import type { Lease, LeaseKind } from "./lease.ts";

/** What the site knows when it is asked; what it does not know is taken as the graver case. */
export interface Circumstances {
  /** False when the offered limit lies inside the one now in force: {@link widensLimit}. */
  readonly widensLimit?: boolean;
  /** An emergency stop is latched, and a release would clear it. */
  readonly estopHeld?: boolean;
}

/**
 * How many distinct people must have signed (two-person rule, IEC 62443-3-3 SR 2.1 RE 4). Making a site safer
 * never waits for a second person; widening what it may do, or ending an emergency stop, does.
 */
export function approvalsRequired(kind: LeaseKind, circumstances: Circumstances = {}): 1 | 2 {
  switch (kind) {
    case "estop":
    case "setpoint":
    case "schedule":
      return 1;
    case "limit":
      return circumstances.widensLimit === false ? 1 : 2;
    case "release":
      // A release is everyday business unless a stop is latched; a site always knows whether one is.
      return circumstances.estopHeld === true ? 2 : 1;
    default:
      return unreachable(kind);
  }
}

type Limit = Pick<Lease, "powerWMin" | "powerWMax">;

/** True when the offered limit allows any power the held one forbids. An absent bound allows everything. */
export function widensLimit(offered: Limit, held: Limit): boolean {
  return (
    (offered.powerWMin ?? Number.NEGATIVE_INFINITY) < (held.powerWMin ?? Number.NEGATIVE_INFINITY) ||
    (offered.powerWMax ?? Number.POSITIVE_INFINITY) > (held.powerWMax ?? Number.POSITIVE_INFINITY)
  );
}
