import type { PowerInterval, SiteImage } from "../image.ts";
import { narrow } from "../interval.ts";
import { isLive } from "../live-grants.ts";
import type { Grant } from "../step-types.ts";
import { inWords } from "../words.ts";
import { type LimitContext, paced, type SiteLimit } from "./limit.ts";

/** What the cloud asks the site to stay within. Of two that contradict each other the one of higher priority holds. */
export const leaseLimit: SiteLimit = {
  name: "lease-limit",
  rank: "market",

  interval(image, context) {
    if (context.grants.length === 0) return undefined;
    let interval: PowerInterval | undefined;
    for (const { limitW } of liveLimits(image, context)) {
      if (limitW !== undefined) interval = interval === undefined ? limitW : narrow(interval, limitW);
    }
    return interval === undefined ? undefined : paced(interval, "ramped");
  },

  text(image, context) {
    const texts = liveLimits(image, context).map(({ leaseId, limitW, reason }) => {
      const [min, max] = [inWords(limitW?.powerWMin ?? -Infinity), inWords(limitW?.powerWMax ?? Infinity)];
      return `lease ${leaseId} allows ${min} to ${max}: ${reason}`;
    });
    return texts.join("; ");
  },
};

const none: readonly Grant[] = [];

function liveLimits({ monotonicMs }: SiteImage, { grants }: LimitContext): readonly Grant[] {
  if (!grants.some((grant) => grant.kind === "limit")) return none;
  return grants
    .filter((grant) => grant.kind === "limit" && isLive(grant, monotonicMs))
    .sort((a, b) => b.priority - a.priority || b.sequence - a.sequence);
}
