import { badLeases } from "./bad-leases.ts";
import { cloudKilled } from "./cloud-killed.ts";
import { edgeKilled } from "./edge-killed.ts";
import { gridOperatorLimit } from "./grid-operator-limit.ts";
import type { Scenario } from "./scenario.ts";
import { staleMeter } from "./stale-meter.ts";

/** The shelf: one story a line. */
export const scenarios: readonly Scenario[] = [edgeKilled, cloudKilled, gridOperatorLimit, badLeases, staleMeter];
