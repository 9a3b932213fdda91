import { kW, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { PowerInterval } from "../control/image.ts";
import { limitWrite } from "./limit-write.ts";

const OPEN = Number.POSITIVE_INFINITY;
const limit = (minKW: number, maxKW: number): PowerInterval => ({ powerWMin: kW(minKW), powerWMax: kW(maxKW) });
const both = ["export", "import"] as const;

test.each<[story: string, node: string, value: unknown, held: PowerInterval | undefined, then: unknown]>([
  ["a figure is in force", "ExportLimit", 500_000, undefined, { limitW: limit(-OPEN, 500) }],
  ["none at all is a limit too", "ExportLimit", 0, undefined, { limitW: limit(-OPEN, 0) }],
  ["a figure keeps the other side", "ImportLimit", 300_000, limit(-OPEN, 500), { limitW: limit(-300, 500) }],
  ["a wider figure widens its own side", "ExportLimit", 900_000, limit(-300, 500), { limitW: limit(-300, 900) }],
  ["false lifts one side", "ExportLimitActive", false, limit(-300, 500), { limitW: limit(-300, OPEN) }],
  ["false lifts the last", "ImportLimitActive", false, limit(-300, OPEN), { limitW: undefined }],
  ["false where there is none", "ExportLimitActive", false, undefined, { limitW: undefined }],
  ["true while it is so", "ExportLimitActive", true, limit(-OPEN, 500), { limitW: limit(-OPEN, 500) }],
  ["true without a figure", "ExportLimitActive", true, limit(-300, OPEN), "BadInvalidState"],
  ["below nothing", "ExportLimit", -1, undefined, "BadOutOfRange"],
  ["beyond the connection", "ExportLimit", 1_000_001, undefined, "BadOutOfRange"],
  ["not a number", "ExportLimit", Number.NaN, undefined, "BadOutOfRange"],
  ["a text", "ExportLimit", "500", undefined, "BadOutOfRange"],
  ["another node", "ExportLimitText", 5, undefined, "BadNotWritable"],
])("%s", (_, node, value, limitW, then) => {
  const context = { limitW, grantLimits: both, exportWMax: W(1e6), importWMax: W(1e6) };
  expect(limitWrite(`Site/GridOperator/${node}`, value, context)).toEqual(then);
});

test("a side that is not granted is not written, whatever the value", () => {
  const context = { limitW: undefined, grantLimits: ["import"] as const, exportWMax: W(1e6), importWMax: W(1e6) };
  expect(limitWrite("Site/GridOperator/ExportLimit", 0, context)).toBe("BadNotWritable");
  expect(limitWrite("Site/GridOperator/ExportLimitActive", false, context)).toBe("BadNotWritable");
  expect(limitWrite("Site/GridOperator/ImportLimit", 0, context)).toEqual({ limitW: limit(0, OPEN) });
});
