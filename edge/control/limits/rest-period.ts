import type { SiteImage } from "../image.ts";
import { zeroOnly } from "../interval.ts";
import { type LimitContext, paced, type SiteLimit } from "./limit.ts";

/** After so many cycles the battery rests for a while, as some warranties ask. A pause of that length counts whenever it comes. */
export const restPeriod: SiteLimit = {
  name: "rest-period",
  rank: "owner",

  interval: (image, context) => (isRestDue(image, context) ? paced(zeroOnly, "ramped") : undefined),

  text(_image, { config: { owner }, ledger }) {
    if (owner?.rest === undefined || ledger === undefined) return "no rest is agreed";
    const minutes = (ms: number) => (ms / 60e3).toFixed(0);
    const { afterCycles, forMs } = owner.rest;
    return `${minutes(forMs)} min of rest are due after ${afterCycles} cycles: ${minutes(ledger.restedMs)} min are over`;
  },
};

function isRestDue({ units }: SiteImage, { config, ledger }: LimitContext): boolean {
  const rest = config.owner?.rest;
  if (rest === undefined || ledger === undefined) return false;
  let capacityWh = 0;
  for (const { rating } of units) capacityWh += rating.capacityWh;
  return ledger.dischargedSinceRestWh >= rest.afterCycles * capacityWh;
}
