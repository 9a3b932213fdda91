import { badLeases } from "./bad-leases.ts";
import { cloudKilled } from "./cloud-killed.ts";
import { containmentWithoutCloud } from "./containment-without-cloud.ts";
import { droopOnARamp } from "./droop-on-a-ramp.ts";
import { edgeKilled } from "./edge-killed.ts";
import { edgeStopped } from "./edge-stopped.ts";
import { energyIsWonBack } from "./energy-is-won-back.ts";
import { gridOperatorLimit } from "./grid-operator-limit.ts";
import { gridOperatorSetpoint } from "./grid-operator-setpoint.ts";
import { iberianBlackout } from "./iberian-blackout.ts";
import { regulationFallsSilent } from "./regulation-falls-silent.ts";
import { reserveKeepsItsWord } from "./reserve-keeps-its-word.ts";
import type { Scenario } from "./scenario.ts";
import { siteController } from "./site-controller.ts";
import { soldAndDelivered } from "./sold-and-delivered.ts";
import { staleMeter } from "./stale-meter.ts";
import { twoFeeders } from "./two-feeders.ts";

/** The shelf: one story a line. */
export const scenarios: readonly Scenario[] = [
  edgeKilled,
  edgeStopped,
  cloudKilled,
  gridOperatorLimit,
  gridOperatorSetpoint,
  badLeases,
  staleMeter,
  containmentWithoutCloud,
  reserveKeepsItsWord,
  droopOnARamp,
  iberianBlackout,
  regulationFallsSilent,
  siteController,
  twoFeeders,
  energyIsWonBack,
  soldAndDelivered,
];
