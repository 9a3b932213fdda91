import type { CommissioningStep } from "../site-access.ts";
import { alarmRoundTrip } from "./alarm-round-trip.ts";
import { identity } from "./identity.ts";
import { mapLint } from "./map-lint.ts";
import { stepTest } from "./step-test.ts";
import { watchdog } from "./watchdog.ts";

/** The shelf, in the order they are run: nothing moves before it is known who is there. */
export const commissioningSteps: readonly CommissioningStep[] = [identity, mapLint, stepTest, watchdog, alarmRoundTrip];
