import { Hz, minutes, seconds } from "@penstock/protocol/units";
import type { SwitchedRule } from "./rule.ts";

/** The Nordic choices: the deeper the trigger, the quicker the whole answer must be there. */
export const nordicFfrFullBy = [
  { activationHz: Hz(49.5), fullByMs: seconds(0.7) },
  { activationHz: Hz(49.6), fullByMs: seconds(1) },
  { activationHz: Hz(49.7), fullByMs: seconds(1.3) },
] as const;

/** Nordic fast frequency reserve: short support of 5 s or long of 30 s, then released at 20 % a second and armed again. */
export const nordicFfr = (
  activationHz: (typeof nordicFfrFullBy)[number]["activationHz"],
  support: "short" | "long",
): SwitchedRule => ({
  title: `Fast Frequency Reserve at ${activationHz} Hz, ${support} support`,
  sources: [
    {
      document: "Nordic FFR: activation 0.7 / 1.0 / 1.3 s, support 5 or 30 s (OpenEMS controller)",
      evidence: "verified",
    },
    { document: "Nordic FFR: release at 20 %/s, ready again after recovery", evidence: "unverified" },
  ],
  nominalHz: Hz(50),
  triggerHz: activationHz - 50,
  response: {
    delayMs: { min: seconds(0), max: seconds(0.5) },
    fullByMs: nordicFfrFullBy.find((one) => one.activationHz === activationHz)?.fullByMs ?? seconds(0.7),
    shape: { form: "ramp", fullInMs: seconds(0.1) },
  },
  supportMs: support === "short" ? seconds(5) : seconds(30),
  releaseInMs: seconds(5),
  rearm: { withinHz: 0.1, afterMs: minutes(3) },
  durationMs: support === "short" ? seconds(10) : seconds(35),
  recovery: 0,
});

/**
 * ERCOT responsive reserve from fast frequency response: 59.85 Hz, everything within 15 cycles, kept up for 15 min.
 * A quarter of a second leaves no room for a site loop of 100 ms: the loader refuses it where the site is slower.
 */
export const ercotFfr: SwitchedRule = {
  title: "Responsive Reserve, fast frequency response",
  sources: [
    { document: "ERCOT NPRR863: within 15 cycles, 15 min", evidence: "verified" },
    { document: "ERCOT protocols: trigger 59.85 Hz", evidence: "unverified" },
  ],
  nominalHz: Hz(60),
  triggerHz: -0.15,
  response: {
    delayMs: { min: seconds(0), max: seconds(0.2) },
    fullByMs: seconds(0.25),
    shape: { form: "ramp", fullInMs: seconds(0.02) },
  },
  supportMs: minutes(15),
  releaseInMs: seconds(60),
  rearm: { withinHz: 0.036, afterMs: minutes(3) },
  durationMs: minutes(15),
  recovery: 0,
};
