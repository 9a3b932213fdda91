import { Hz, type Ms, minutes, seconds } from "@penstock/protocol/units";
import { type Curve, mirrored } from "./curve.ts";
import type { CurveRule, Source, SwitchedRule } from "./rule.ts";

/**
 * AEMO's contingency services from a proportional controller: the quantity is what the droop gives at the raise or
 * lower reference frequency, 49.5 or 50.5 Hz. Very fast, fast, slow and delayed are the same megawatts at different
 * times (MASS v8 took the multiplier away), so those of one direction are a family.
 */
const quantity: Source = {
  document: "AEMO MASS v8.2 (3 June 2024) with public descriptions: quantity at 49.5 / 50.5 Hz, deadband ±0.015 Hz",
  evidence: "second-hand",
};
const holding: Source = {
  document: "AEMO MASS v8.2 table 8: how long each service is kept up",
  evidence: "unverified",
};

const raise: Curve = [
  [-0.5, 1],
  [-0.015, 0],
];
const lower = mirrored(raise);

const contingency = (title: string, curve: Curve, family: string, fullByMs: Ms, durationMs: Ms): CurveRule => ({
  title,
  sources: [quantity, holding],
  nominalHz: Hz(50),
  curve,
  response: {
    delayMs: { min: seconds(0), max: seconds(0.5) },
    fullByMs,
    // All follow the curve as closely as the fastest: the slower ones are measured on means of the same power.
    shape: { form: "ramp", fullInMs: seconds(0.2) },
  },
  durationMs,
  recovery: 0,
  family,
});

const RAISE = "FCAS raise";
const LOWER = "FCAS lower";

export const fcasVeryFastRaise = contingency("FCAS very fast raise", raise, RAISE, seconds(1), seconds(6));
export const fcasVeryFastLower = contingency("FCAS very fast lower", lower, LOWER, seconds(1), seconds(6));
export const fcasFastRaise = contingency("FCAS fast raise", raise, RAISE, seconds(6), seconds(60));
export const fcasFastLower = contingency("FCAS fast lower", lower, LOWER, seconds(6), seconds(60));
export const fcasSlowRaise = contingency("FCAS slow raise", raise, RAISE, seconds(60), minutes(5));
export const fcasSlowLower = contingency("FCAS slow lower", lower, LOWER, seconds(60), minutes(5));
export const fcasDelayedRaise = contingency("FCAS delayed raise", raise, RAISE, minutes(5), minutes(10));
export const fcasDelayedLower = contingency("FCAS delayed lower", lower, LOWER, minutes(5), minutes(10));

/** The switched alternative: everything at a trigger in the 49.65 to 49.75 Hz region. */
export const fcasSwitchedRaise = (triggerHz: Hz): SwitchedRule => ({
  title: "FCAS raise, switched",
  sources: [{ document: "AEMO MASS v8.2: switched controller, trigger 49.65 to 49.75 Hz", evidence: "unverified" }],
  nominalHz: Hz(50),
  triggerHz: triggerHz - 50,
  response: {
    delayMs: { min: seconds(0), max: seconds(0.5) },
    fullByMs: seconds(1),
    shape: { form: "ramp", fullInMs: seconds(0.2) },
  },
  supportMs: minutes(10),
  releaseInMs: seconds(60),
  rearm: { withinHz: 0.15, afterMs: seconds(60) },
  durationMs: minutes(10),
  recovery: 0,
  family: RAISE,
});
