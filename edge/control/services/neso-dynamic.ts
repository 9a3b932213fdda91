import { Hz, hours, type Ms, minutes, seconds } from "@penstock/protocol/units";
import { type Curve, lowering, raising } from "./curve.ts";
import type { Response } from "./response.ts";
import type { CurveRule, EnergyRule, Source } from "./rule.ts";

/**
 * NESO's dynamic services: Containment, Moderation and Regulation, each sold low (discharge on low frequency) and
 * high (charge on high frequency) separately.
 */
const timing: Source = { document: "NESO service page: times to start and to full, durations", evidence: "verified" };
const table: Source = {
  document: "NESO Response Service Terms effective 31 July 2026 (doc 384606), table 1: curves; not before 0.25 s",
  evidence: "second-hand",
};

const energyTerms: Source = {
  document:
    "NESO Response Service Terms (doc 384606), Procurement Rules v5 (378246), SOE guidance v2 (347241): energy by half hour",
  evidence: "second-hand",
};

/** Energy is required by block of the electricity forward agreements (the first at 23:00) and settled by half hour. */
const energy: EnergyRule = {
  zone: "Europe/London",
  blockMs: hours(4),
  firstBlockAtMs: hours(23),
  periodMs: minutes(30),
  recoveryShare: 0.2,
  noticePeriods: 3,
};

const symmetric = (...low: Curve): Curve => [...low, ...low.map(([hz, pu]) => [-hz, -pu] as const).toReversed()];

const containment = symmetric([-0.5, 1], [-0.2, 0.05], [-0.015, 0]);
const moderation = symmetric([-0.2, 1], [-0.1, 0.05], [-0.015, 0]);
const regulation = symmetric([-0.2, 1], [-0.015, 0]);

const postFault: Response = {
  delayMs: { min: seconds(0.25), max: seconds(0.5) },
  fullByMs: seconds(1),
  shape: { form: "ramp", fullInMs: seconds(0.2) },
};
const preFault: Response = {
  delayMs: { min: seconds(0), max: seconds(2) },
  fullByMs: seconds(10),
  shape: { form: "ramp", fullInMs: seconds(5) },
};

const dynamic = (title: string, curve: Curve, response: Response, durationMs: Ms): CurveRule => ({
  title,
  sources: [timing, table, energyTerms],
  nominalHz: Hz(50),
  curve,
  response,
  durationMs,
  // Free in the opposite direction: duration × 20 % × 2 an hour, that is 10, 20 and 40 % of the contract.
  energy,
  recovery: (durationMs / minutes(60)) * 0.4,
});

export const nesoDcLow = dynamic("Dynamic Containment, low", raising(containment), postFault, minutes(15));
export const nesoDcHigh = dynamic("Dynamic Containment, high", lowering(containment), postFault, minutes(15));
export const nesoDmLow = dynamic("Dynamic Moderation, low", raising(moderation), postFault, minutes(30));
export const nesoDmHigh = dynamic("Dynamic Moderation, high", lowering(moderation), postFault, minutes(30));
export const nesoDrLow = dynamic("Dynamic Regulation, low", raising(regulation), preFault, minutes(60));
export const nesoDrHigh = dynamic("Dynamic Regulation, high", lowering(regulation), preFault, minutes(60));
