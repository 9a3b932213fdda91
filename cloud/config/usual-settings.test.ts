import { expect, test } from "vitest";
import { marketOf } from "../markets/index.ts";
import { usualSettingsOf } from "./usual-settings.ts";

test.each([
  // market     bids with
  ["nem", "value-curve"],
  ["ercot", "value-curve"],
  ["caiso", "value-curve"],
  ["gb", "fixed-volumes"],
  ["sdac-de", "fixed-volumes"],
])("%s is bid with %s where nothing is said", (id, strategy) => {
  expect(usualSettingsOf(marketOf(id)).strategy).toBe(strategy);
});
