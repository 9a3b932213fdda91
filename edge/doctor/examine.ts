import { type Check, type Diagnosis, type DoctorFacts, unknown } from "./check.ts";
import { boxChecks } from "./checks/box-checks.ts";
import { cloudChecks } from "./checks/cloud-checks.ts";
import { controlChecks } from "./checks/control-checks.ts";
import { deviceChecks } from "./checks/device-checks.ts";
import { storeChecks } from "./checks/store-checks.ts";

export interface Finding extends Diagnosis {
  readonly check: string;
  readonly why: string;
  readonly fix: string;
}

/** The shelf, in the order a technician would look: does it run, does it see, does it keep, does it reach. */
export const checks: readonly Check[] = [
  ...controlChecks,
  ...deviceChecks,
  ...storeChecks,
  ...cloudChecks,
  ...boxChecks,
];

/** Every check with what it found. A check that fails itself has found nothing out, and says so. */
export const examine = (facts: DoctorFacts): readonly Finding[] =>
  checks.map((check) => ({ check: check.name, why: check.why, fix: check.fix, ...lookSafely(check, facts) }));

/** The doctor is called when things are not as they should be: no report of a broken site may break it. */
function lookSafely(check: Check, facts: DoctorFacts): Diagnosis {
  try {
    return check.look(facts);
  } catch (cause) {
    return unknown(`could not be looked at: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
