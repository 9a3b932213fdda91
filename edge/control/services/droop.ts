import { Hz, Ms, seconds } from "@penstock/protocol/units";
import type { Curve } from "./curve.ts";
import type { Response } from "./response.ts";
import type { CurveRule, Source } from "./rule.ts";

/** What a grid code leaves to be set. */
export interface DroopSettings {
  readonly nominalHz: Hz;
  /** No answer within it, either way. */
  readonly deadbandHz: number;
  /** Part of nominal frequency, beyond the deadband, for the whole of the rating: 0.05 is 5 %. */
  readonly droop: number;
  readonly response: Response;
}

/** `P = P0 − (Δf ∓ deadband) / (nominal × droop)`, in parts of the rating, both ways alike. */
export function droopCurve({ nominalHz, deadbandHz, droop }: Omit<DroopSettings, "response">): Curve {
  const fullHz = deadbandHz + nominalHz * droop;
  return [
    [-fullHz, 1],
    [-deadbandHz, 0],
    [deadbandHz, 0],
    [fullHz, -1],
  ];
}

/** The contracted power of a droop is the rating its per-unit counts on. */
export const droopRule = (title: string, sources: readonly Source[], settings: DroopSettings): CurveRule => ({
  title,
  sources,
  nominalHz: settings.nominalHz,
  curve: droopCurve(settings),
  response: settings.response,
  // An obligation while there is room, not a product with a duration.
  durationMs: seconds(0),
  recovery: 0,
});

const within = (reactionMs: Ms, fullByMs: Ms, shape: Response["shape"]): Response => ({
  delayMs: { min: seconds(0), max: reactionMs },
  fullByMs,
  shape,
});

/**
 * First order, nine tenths of a change at the meter in `openLoopMs`: the site's own reaction is within it, so the
 * lag is a tenth shorter. Ninety-nine hundredths take twice that.
 */
export const openLoop = (openLoopMs: Ms): Response =>
  within(openLoopMs, Ms(2 * openLoopMs), { form: "lag", openLoopMs: Ms(0.9 * openLoopMs) });

/** IEEE 1547-2018 defaults: deadband 0.036 Hz, k 0.05, open-loop response time 5 s; range to 0.017 Hz / 0.02 / 0.2 s. */
export const ieee1547Droop: DroopSettings = {
  nominalHz: Hz(60),
  deadbandHz: 0.036,
  droop: 0.05,
  response: openLoop(seconds(5)),
};
export const ieee1547Sources: readonly Source[] = [
  { document: "IEEE 1547-2018 frequency droop defaults, from UL 1741 SB test code dd11a39", evidence: "second-hand" },
];

/** AEMO primary frequency response: deadband 0.015 Hz, droop ≤ 5 %; grid batteries usually 1.7 %. */
export const aemoDroop: DroopSettings = {
  nominalHz: Hz(50),
  deadbandHz: 0.015,
  droop: 0.017,
  response: within(seconds(2), seconds(10), { form: "ramp", fullInMs: seconds(2) }),
};
export const aemoDroopSources: readonly Source[] = [
  {
    document: "AEMO MASS v8.2 and BESS guide v4.0 as described publicly: deadband, usual droop",
    evidence: "second-hand",
  },
  { document: "AEMO primary frequency response requirements: 10 s", evidence: "unverified" },
];

/** ERCOT: deadband 0.017 Hz, droop ≤ 5 %, whole answer within 16 s. */
export const ercotDroop: DroopSettings = {
  nominalHz: Hz(60),
  deadbandHz: 0.017,
  droop: 0.05,
  response: within(seconds(2), seconds(16), { form: "ramp", fullInMs: seconds(4) }),
};
export const ercotDroopSources: readonly Source[] = [
  { document: "ERCOT NPRR667 draft: full primary response within 16 s", evidence: "verified" },
  { document: "BAL-001-TRE: deadband 0.017 Hz, droop 5 %", evidence: "unverified" },
];
