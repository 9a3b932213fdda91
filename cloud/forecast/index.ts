import { blend } from "./blend.ts";
import type { Forecaster } from "./forecaster.ts";

/** The shelf: every forecaster, by its name. */
export const forecasters: Readonly<Record<string, Forecaster>> = { blend };

export * from "./forecaster.ts";
export { blend };
