import { blend } from "./blend.ts";
import type { Forecaster } from "./forecaster.ts";
import { meanProfile } from "./mean-profile.ts";
import { persistence } from "./persistence.ts";
import { yesterday } from "./yesterday.ts";

/** The shelf: every forecaster, by its name. The first is the default. */
export const forecasters: Readonly<Record<string, Forecaster>> = {
  [blend.name]: blend,
  [meanProfile.name]: meanProfile,
  [yesterday.name]: yesterday,
  [persistence.name]: persistence,
};

export * from "./forecaster.ts";
export { blend, meanProfile, persistence, yesterday };
