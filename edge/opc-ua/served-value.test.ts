import { expect, test } from "vitest";
import type { NodeSample } from "../northbound/server-link.ts";
import { servedStatus } from "./served-value.ts";

const good: NodeSample = { quality: "good", value: 5, timeMs: 0 };
const stale: NodeSample = { quality: "stale", value: 5, timeMs: 0 };
const missing: NodeSample = { quality: "missing", timeMs: 0 };

test.each<[story: string, sample: NodeSample | undefined, silentForMs: number, status: string]>([
  ["a good reading", good, 900, "Good"],
  ["a stale one", stale, 0, "UncertainLastUsableValue"],
  ["none", missing, 0, "BadNoData"],
  ["a good one the loop has not confirmed for 3 s", good, 3_001, "UncertainLastUsableValue"],
  ["none, and a loop that is silent", missing, 3_001, "BadNoData"],
  ["anything after a minute of silence", good, 60_001, "BadNoCommunication"],
  ["nothing before the loop has spoken", undefined, 0, "BadWaitingForInitialData"],
])("%s is shown for what it is", (_, sample, silentForMs, status) => {
  expect(servedStatus(sample, silentForMs)).toBe(status);
});
