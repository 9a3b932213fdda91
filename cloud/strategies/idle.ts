import { ok } from "@penstock/protocol/result";
import { priceQuantityCurve } from "./price-quantity-curve.ts";
import type { Strategy } from "./strategy.ts";

/** Wants nothing at any price: what a site does while its trader is away. */
export const idle: Strategy = {
  name: "idle",
  decide: ({ sites, interval }) =>
    ok(sites.map(({ siteId }) => ({ siteId, interval, curve: priceQuantityCurve(0, []), because: "idle" }))),
  levels: () => ok({ sellPrices: [], buyPrices: [] }),
};
