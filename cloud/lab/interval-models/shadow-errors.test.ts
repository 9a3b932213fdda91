import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { DocumentEntry } from "../../store/index.ts";
import type { StoreReader } from "../../store/store-reader.ts";
import { recordedShadowErrors } from "./shadow-errors.ts";

const DAY_MS = 86_400_000;
const entry = (kind: string, startMs: number, body: object): DocumentEntry => ({
  ...{ kind, id: `${kind}.${startMs}`, knownAtMs: UtcMs(startMs), intervalStartMs: UtcMs(startMs), body },
});
const said = (kind: string, startMs: number, forecaster: string, price: number): DocumentEntry =>
  entry(kind, startMs, { forecaster, asOfMs: startMs, mean: 0, quantiles: [{ p: 0.5, price }] });
const cleared = (startMs: number, pricePerMWh: number): DocumentEntry =>
  entry("award", startMs, { interval: { startMs, endMs: startMs + 300_000 }, pricePerMWh, awards: [] });

test("what a desk wrote down is compared where both spoke and the price came; the first word counts", () => {
  const entries = [
    said("forecast", 0, "blend#1", 50),
    said("shadow-forecast", 0, "trees#2", 58),
    said("shadow-forecast", 0, "trees#2", 60),
    cleared(0, 60),
    // Of these only one has spoken, or no price has come.
    said("shadow-forecast", 300_000, "trees#2", 58),
    cleared(300_000, 60),
    said("forecast", 600_000, "blend#1", 50),
    said("shadow-forecast", 600_000, "trees#2", 58),
    // Another champion's word is not this one's.
    said("forecast", DAY_MS, "yesterday#9", 0),
    said("forecast", DAY_MS, "blend#1", 20),
    said("shadow-forecast", DAY_MS, "trees#2", 29),
    cleared(DAY_MS, 30),
    entry("shadow-forecast", DAY_MS, { forecaster: "trees#3", error: { code: "model.broken" } }),
  ];
  const documents: StoreReader["documents"] = (kind) => entries.filter((each) => each.kind === kind);
  const errors = recordedShadowErrors({ documents } as StoreReader, "blend#1", ["trees#2", "trees#3"]);
  expect(errors.get("trees#2")).toEqual([
    { intervals: 1, champion: 10, shadow: 2 },
    { intervals: 1, champion: 10, shadow: 1 },
  ]);
  expect(errors.get("trees#3")).toEqual([]);
});
