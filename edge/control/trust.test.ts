import { Ms } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { reading } from "./trust.ts";

test.each<[string, number | undefined, number, string]>([
  ["just read", 5, 0, "good"],
  ["as old as may be", 5, 500, "good"],
  ["a little older", 5, 501, "stale"],
  ["three times as old", 5, 1500, "stale"],
  ["older than that", 5, 1501, "missing"],
  ["a sentinel the driver took out", undefined, 0, "missing"],
  ["not a number", Number.NaN, 0, "missing"],
  ["below its range", -1, 0, "missing"],
  ["above its range", 11, 0, "missing"],
  ["at the edge of its range", 10, 0, "good"],
  ["read in the future", 5, -1, "missing"],
  ["of an age nobody knows", 5, Number.NaN, "missing"],
])("a value %s", (_what, value, ageMs, quality) => {
  expect(reading(value, Ms(ageMs), Ms(500), { min: 0, max: 10 }).quality).toBe(quality);
});

test("a reading keeps its value and age, and says why it is not good", () => {
  expect(reading("running", Ms(20), Ms(500))).toEqual({ quality: "good", value: "running", ageMs: 20 });
  expect(reading(true, Ms(600), Ms(500))).toMatchObject({ value: true, ageMs: 600, cause: "no new value for 600 ms" });
});
