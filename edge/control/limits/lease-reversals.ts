import { W } from "@penstock/protocol/units";
import { unbounded } from "../interval.ts";
import { isFromCloud, mayReverse } from "../reversals.ts";
import { paced, type SiteLimit } from "./limit.ts";

/**
 * Bounds a cloud that was taken over: it cannot swing the site to and fro faster than the site agreed to. Once it has
 * changed sides too often it may go on where it is, or come to rest, and turn round only when time has passed.
 */
export const leaseReversals: SiteLimit = {
  name: "lease-reversals",
  rank: "market",
  yields: true,

  interval(image, { config, state: { reversals }, wish }) {
    if (reversals.side === 0 || !isFromCloud(wish.source)) return undefined;
    if (mayReverse(reversals, image.monotonicMs, config)) return undefined;
    const { powerWMin, powerWMax } = unbounded;
    return paced(reversals.side > 0 ? { powerWMin: W(0), powerWMax } : { powerWMin, powerWMax: W(0) }, "ramped");
  },

  text(_image, { config, state: { reversals } }) {
    const { max, withinMs } = config.leaseReversals ?? { max: 0, withinMs: 0 };
    const side = reversals.side > 0 ? "discharging" : "charging";
    return `the cloud has turned the site round ${max} times in ${(withinMs / 1e3).toFixed(0)} s, as often as it may: only ${side} until that is past`;
  },
};
