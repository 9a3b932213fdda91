import { Hz, minutes, seconds } from "@penstock/protocol/units";
import type { CurveRule } from "./rule.ts";

/** Frequency containment reserve of continental Europe: nothing within 10 mHz, everything at 200 mHz, full in 30 s. */
export const fcr: CurveRule = {
  title: "Frequency Containment Reserve",
  sources: [{ document: "EU SO GL / FCR cooperation: ±10 mHz, ±200 mHz, 30 s, 15 to 30 min", evidence: "unverified" }],
  nominalHz: Hz(50),
  curve: [
    [-0.2, 1],
    [-0.01, 0],
    [0.01, 0],
    [0.2, -1],
  ],
  response: {
    delayMs: { min: seconds(0), max: seconds(2) },
    fullByMs: seconds(30),
    shape: { form: "ramp", fullInMs: seconds(10) },
  },
  durationMs: minutes(30),
  recovery: 0.25,
};
