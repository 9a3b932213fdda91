import fc from "fast-check";
import { expect, test } from "vitest";
import { perUnitAt } from "./curve.ts";
import {
  aemoDroop,
  droopCurve,
  ercotDroop,
  fcasDelayedLower,
  fcasFastRaise,
  fcasSlowRaise,
  fcasVeryFastRaise,
  fcr,
  ieee1547Droop,
  nesoDcHigh,
  nesoDcLow,
  nesoDmHigh,
  nesoDmLow,
  nesoDrHigh,
  nesoDrLow,
} from "./index.ts";
import type { CurveRule } from "./rule.ts";

test.each<[string, CurveRule, number, number]>([
  // service                 frequency   part of the contract
  ["DC low", nesoDcLow, 50, 0],
  ["DC low", nesoDcLow, 49.985, 0],
  ["DC low", nesoDcLow, 49.8, 0.05],
  ["DC low", nesoDcLow, 49.65, 0.525],
  ["DC low", nesoDcLow, 49.5, 1],
  ["DC low", nesoDcLow, 49.2, 1],
  ["DC low", nesoDcLow, 50.5, 0],
  ["DC high", nesoDcHigh, 50.015, 0],
  ["DC high", nesoDcHigh, 50.2, -0.05],
  ["DC high", nesoDcHigh, 50.5, -1],
  ["DC high", nesoDcHigh, 49.5, 0],
  ["DM low", nesoDmLow, 49.9, 0.05],
  ["DM low", nesoDmLow, 49.8, 1],
  ["DM high", nesoDmHigh, 50.15, -0.525],
  ["DR low", nesoDrLow, 49.985, 0],
  ["DR low", nesoDrLow, 49.8925, 0.5],
  ["DR low", nesoDrLow, 49.8, 1],
  ["DR high", nesoDrHigh, 50.2, -1],
  ["FCR", fcr, 49.99, 0],
  ["FCR", fcr, 49.8, 1],
  ["FCR", fcr, 50.2, -1],
  ["FCAS very fast raise", fcasVeryFastRaise, 49.985, 0],
  ["FCAS fast raise", fcasFastRaise, 49.5, 1],
  ["FCAS slow raise", fcasSlowRaise, 50.4, 0],
  ["FCAS delayed lower", fcasDelayedLower, 50.5, -1],
])("%s at %d Hz: %d of the contract", (_name, rule, hz, pu) => {
  expect(perUnitAt(rule.curve, hz - rule.nominalHz)).toBeCloseTo(pu, 9);
});

test.each([
  // droop              frequency   part of the rating
  ["IEEE 1547", ieee1547Droop, 60.036, 0],
  ["IEEE 1547", ieee1547Droop, 58.464, 0.5], // (60 − 0.036 − 58.464) / (60 × 0.05)
  ["IEEE 1547", ieee1547Droop, 60.336, -0.1],
  ["AEMO", aemoDroop, 49.985, 0],
  ["AEMO", aemoDroop, 49.135, 1], // 1.7 %: everything 0.85 Hz beyond the deadband
  ["ERCOT", ercotDroop, 59.983, 0],
  ["ERCOT", ercotDroop, 59.683, 0.1],
])("%s droop at %d Hz: %d of the rating", (_name, settings, hz, pu) => {
  expect(perUnitAt(droopCurve(settings), hz - settings.nominalHz)).toBeCloseTo(pu, 9);
});

const rules: readonly CurveRule[] = [
  nesoDcLow,
  nesoDcHigh,
  nesoDmLow,
  nesoDmHigh,
  nesoDrLow,
  nesoDrHigh,
  fcr,
  fcasFastRaise,
  fcasDelayedLower,
];
const hertz = fc.double({ min: -3, max: 3, noNaN: true });

test("every curve is bounded, and never gives more power at a higher frequency", () => {
  for (const { curve } of rules) {
    fc.assert(
      fc.property(hertz, hertz, (a, b) => {
        const [lower, higher] = a < b ? [a, b] : [b, a];
        expect(perUnitAt(curve, higher)).toBeLessThanOrEqual(perUnitAt(curve, lower));
        expect(Math.abs(perUnitAt(curve, a))).toBeLessThanOrEqual(1);
      }),
    );
  }
});

test.each([
  ["DC", nesoDcLow, nesoDcHigh],
  ["DM", nesoDmLow, nesoDmHigh],
  ["DR", nesoDrLow, nesoDrHigh],
])("%s high is low in a mirror", (_name, low, high) => {
  fc.assert(
    fc.property(hertz, (hz) => {
      expect(perUnitAt(high.curve, -hz) + perUnitAt(low.curve, hz)).toBeCloseTo(0, 12);
    }),
  );
});

test("an unknown frequency is no point of a curve", () => {
  expect(perUnitAt(nesoDcLow.curve, Number.NaN)).toBeNaN();
});
