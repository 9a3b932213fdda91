import { activation } from "./activation.ts";
import { load } from "./load.ts";
import type { SeriesForecaster } from "./series-forecaster.ts";
import { solar } from "./solar.ts";

/** The shelf of what sites measure: by name. */
export const seriesForecasters: Readonly<Record<string, SeriesForecaster>> = {
  [load.name]: load,
  [solar.name]: solar,
  [activation.name]: activation,
};

export * from "./activation.ts";
export * from "./series-forecaster.ts";
export * from "./series-history.ts";
