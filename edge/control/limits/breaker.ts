import type { PlantImage, SiteImage } from "../image.ts";
import { noFurtherThan, zeroOnly } from "../interval.ts";
import { type LimitContext, paced, type SiteLimit } from "./limit.ts";

/**
 * No power into an open breaker, at once. An unknown one is taken as open, approached at the site's ramp: an
 * outage of the plant controller's network is no reason for a step of the whole site. While the reading is only
 * stale, or has not yet come after a start, power may not grow.
 */
export const breaker: SiteLimit = {
  name: "breaker",
  rank: "hardware",

  interval(image, context) {
    if (image.plant === undefined) return undefined;
    switch (condition(image.plant, image, context)) {
      case "closed":
        return undefined;
      case "open":
        return paced(zeroOnly, "at-once");
      case "unsure":
        return paced(noFurtherThan(context.state.targetW), "ramped");
      case "unknown":
        return paced(zeroOnly, "ramped");
    }
  },

  text(image, context) {
    if (image.plant === undefined) return "the site has no plant controller";
    const { breakerClosed } = image.plant;
    const cause = breakerClosed.quality === "good" ? "" : ` (${breakerClosed.cause})`;
    switch (condition(image.plant, image, context)) {
      case "closed":
        return "breaker is closed";
      case "open":
        return "breaker is open";
      case "unsure":
        return `breaker position is ${breakerClosed.quality}${cause}: power may not grow`;
      case "unknown":
        return `breaker position is unknown${cause}: taken as open`;
    }
  },
};

function condition(
  { breakerClosed }: PlantImage,
  image: SiteImage,
  { config, state }: LimitContext,
): "closed" | "open" | "unsure" | "unknown" {
  if (breakerClosed.quality !== "missing") {
    if (!breakerClosed.value) return "open";
    return breakerClosed.quality === "good" ? "closed" : "unsure";
  }
  const sinceStartMs = image.monotonicMs - state.startedMonotonicMs;
  // After a start the first reading gets as long to come as a lost one gets to be missed.
  return !state.plantWasRead && sinceStartMs < 3 * config.freshness.plantMs ? "unsure" : "unknown";
}
