import type { SiteConfig } from "../config/site-config.ts";
import type { Grant, Latches } from "../control/step-types.ts";

/** What the loop's thread is started with. Plain data: it is copied. */
export interface LoopThreadData {
  readonly config: SiteConfig;
  readonly initialLatches: Latches;
  readonly initialGrants: readonly Grant[];
  /** For benches and demos: the plant controller's certificate is trusted when first seen. */
  readonly trustPlantOnFirstUse: boolean;
}
