import { expect, test } from "vitest";
import { isSigned, reviewBid } from "./review-bid.ts";
import { approver, trader } from "./testing/desk-world.ts";

const band = { pricePerMWhMin: -100, pricePerMWhMax: 1_000, offeredMWMax: 20 };
const algorithm = { type: "algorithm" } as const;
const person = { type: "person", name: "trader-1" } as const;
const steps = (...pairs: (readonly [pricePerMWh: number, volumeMW: number])[]) =>
  pairs.map(([pricePerMWh, volumeMW]) => ({ pricePerMWh, volumeMW }));

test.each([
  // author      gate         what is offered                       signatures
  [algorithm, "auto", steps([50, 10]), 0],
  [algorithm, "approve", steps([50, 10]), 1],
  [person, "auto", steps([50, 10]), 1],
  [person, "manual", steps([-100, -20], [1_000, 20]), 1],
  [algorithm, "auto", steps([-101, 10]), 2], // sold for less than nothing
  [algorithm, "auto", steps([1_001, -10]), 2], // bought at any price
  [algorithm, "approve", steps([50, 15], [60, 6]), 2], // 21 MW in all
  [person, "auto", steps([50, -21]), 2],
  [person, "auto", steps([Number.NaN, 1]), 2],
  [person, "auto", steps([50, Number.NaN]), 2],
  [algorithm, "auto", [], 0],
] as const)("%j at the gate %s with %j takes %d signatures", (author, gate, offered, signatures) => {
  expect(reviewBid(offered, author, gate, band).signaturesNeeded).toBe(signatures);
});

test("without a band no bid is beyond it", () => {
  expect(reviewBid(steps([15_500, 500]), algorithm, "auto", undefined)).toEqual({
    signaturesNeeded: 0,
    beyondBand: [],
  });
});

test.each([
  // needed   signed by                                                      enough
  [0, [], true],
  [1, [], false],
  [1, [trader], true],
  [2, [trader, trader], false],
  [2, [trader, { name: "trader-2", role: "trader" }], false],
  [2, [trader, approver], true],
  [2, [approver, { name: "approver-1", role: "approver" }], false],
] as const)("of %d, with %j: %s", (signaturesNeeded, signatures, enough) => {
  expect(isSigned({ signaturesNeeded, beyondBand: [] }, signatures)).toBe(enough);
});
