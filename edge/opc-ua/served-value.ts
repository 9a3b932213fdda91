import type { NodeSample } from "../northbound/server-link.ts";

/** OPC UA's own names for how far a value can be trusted. */
export type ServedStatus =
  | "Good"
  | "UncertainLastUsableValue"
  | "BadNoData"
  | "BadWaitingForInitialData"
  | "BadNoCommunication";

/**
 * How a sample is shown once the site has been silent for `silentForMs`. Stale is uncertain, missing is no data, and
 * what the loop has not confirmed for three seconds is not shown as now, nor for a minute as anything: a value never looks
 * better than what is known of it.
 */
export function servedStatus(sample: NodeSample | undefined, silentForMs: number): ServedStatus {
  if (sample === undefined) return "BadWaitingForInitialData";
  if (silentForMs > GONE_MS) return "BadNoCommunication";
  if (sample.quality === "missing") return "BadNoData";
  return sample.quality === "stale" || silentForMs > FRESH_MS ? "UncertainLastUsableValue" : "Good";
}

const FRESH_MS = 3_000;
const GONE_MS = 60_000;
