import { W } from "@penstock/protocol/units";
import type { Explanation } from "../control/step-types.ts";

/** What there is to say before the first decision. */
export const NOT_DECIDED: Explanation = {
  source: "site-default",
  wishW: W(0),
  wishText: "nothing is commanded before every device was read or has failed to answer",
  leaseId: undefined,
  services: [],
  reactive: [],
  clampedW: W(0),
  targetW: W(0),
  interval: { powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax: W(Number.POSITIVE_INFINITY) },
  because: [],
  units: [],
  alarms: [],
};
