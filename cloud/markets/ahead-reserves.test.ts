import { Rng } from "@penstock/protocol/rng";
import { MW, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { fitTogether } from "./fit-together.ts";
import { gbReserves } from "./gb/index.ts";
import type { AheadReserveMarket } from "./reserve-market.ts";
import { sdacReserves } from "./sdac/index.ts";

const unit = {
  ...{ id: "PARK1", region: "ZONE", siteIds: ["park"], lossFactor: 1, rampMWPerMin: 50 },
  ...{ maxCapacityMW: 50, minLoadMW: 50, storageMWh: 100 },
};
const reach = { powerWMin: MW(-50), powerWMax: MW(50), upWMax: MW(50), downWMin: MW(-50) };

test.each<[Readonly<Record<string, number>>, Readonly<Record<string, number>>, string]>([
  // wished, of 50 MW (DCL), 50 MW (DML), 40 MW (DRL), 50 MW (DCH)   offered   because
  [{ DCL: 20 }, { DCL: 20 }, "it is there"],
  [{ DCL: 80 }, { DCL: 50 }, "no more than there is"],
  [{ DCL: 25, DRL: 20 }, { DCL: 25, DRL: 20 }, "half of each"],
  [{ DCL: 50, DRL: 40 }, { DCL: 25, DRL: 20 }, "both at once is half of each"],
  [{ DCL: 50, DCH: 50 }, { DCL: 50, DCH: 50 }, "the other way is apart"],
  [{ DML: -5 }, { DML: 0 }, "a wish of less than nothing is nothing"],
])("%j fits together as %j: %s", (wished, offered, _because) => {
  const wishes = Object.entries(wished).map(([product, mw]) => ({ product, volumeW: MW(mw), pricePerMWh: 1 }));
  const keepsW = { DCL: MW(50), DML: MW(50), DRL: MW(40), DCH: MW(50) };
  const volumes = fitTogether({ wishes, keepsW }, (product) => (product.endsWith("L") ? "up" : "down"));
  expect(Object.fromEntries(volumes)).toEqual(offered);
});

test.each<[string, AheadReserveMarket, string]>([
  ["gb", gbReserves as unknown as AheadReserveMarket, "2026-10-24T12:00:00Z"],
  ["sdac-de", sdacReserves as unknown as AheadReserveMarket, "2026-10-24T12:00:00Z"],
])("%s: a week of blocks over the change of clocks, each with an offer that keeps every rule", (_, market, fromText) => {
  const rng = new Rng("ahead");
  let block = market.ahead.blockOf(UtcMs(Date.parse(fromText)));
  for (let round = 0; round < 42; round++) {
    const next = market.ahead.blockOf(block.endMs);
    expect(next.startMs).toBe(block.endMs);
    expect(market.ahead.resultsMs(block)).toBeGreaterThan(market.ahead.gateClosureMs(block));
    expect(market.ahead.resultsMs(block)).toBeLessThan(block.startMs);
    const products = market.productsAt(block.startMs);
    const wishes = products.map(({ name }) => ({
      product: name,
      volumeW: W(rng.between(-5e6, 40e6)),
      pricePerMWh: Math.round(rng.between(0, 900)) / 100,
    }));
    const keepsW = Object.fromEntries(products.map(({ name }) => [name, W(rng.between(0, 50e6))]));
    const decidedAtMs = UtcMs(market.ahead.gateClosureMs(block) - 60_000);
    const built = market.buildOffer({ unit, interval: block, wishes, reach, keepsW, versionNumber: 1, decidedAtMs });
    if (!built.ok) throw new Error(built.error.code);
    const offer = built.value;
    expect(market.validate(offer, unit)).toEqual([]);
    expect(market.parse(market.encode([offer]))).toEqual({ ok: true, value: [offer] });
    expect(market.validate({ ...offer, decidedAtMs: UtcMs(decidedAtMs + 60_001) }, unit)).not.toEqual([]);
    for (const way of ["up", "down"] as const) {
      const parts = market
        .reachOf(offer)
        .filter(({ direction }) => direction === way || direction === "both")
        .map(({ product, volumeW }) => volumeW / (keepsW[product] ?? 0));
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeLessThanOrEqual(1 + 1e-9);
    }
    const prices = Object.fromEntries(products.map(({ name }) => [name, rng.between(0, 9)]));
    const sold = market.ahead.clear(offer, prices);
    const asked = market.stackOf(offer);
    for (const { product, enabledW, interval } of sold) {
      expect(interval).toEqual(block);
      expect(enabledW / 1e6).toBeLessThanOrEqual(asked.find((step) => step.product === product)?.volumeMW ?? 0);
    }
    // What it earns pays for what was asked, over the basket as a whole.
    const surplus = sold.reduce((sum, { product, enabledW, pricePerMWh }) => {
      const askedPrice = asked.find((step) => step.product === product)?.pricePerMWh ?? Number.NaN;
      return sum + (pricePerMWh - askedPrice) * enabledW;
    }, 0);
    expect(surplus).toBeGreaterThanOrEqual(-1);
    block = next;
  }
});

test.each<[AheadReserveMarket, string, number, string]>([
  [gbReserves as unknown as AheadReserveMarket, "DCL", 60, "gb.response-availability"],
  [sdacReserves as unknown as AheadReserveMarket, "FCR", 60, "sdac-de.fcr-pay-as-cleared"],
])("half an hour of 20 MW at 6 an hour is %s", (market, product, amount, rule) => {
  const startMs = UtcMs(Date.UTC(2026, 5, 10, 12));
  const line = market.settle({
    ...{ marketId: "x", unitId: unit.id, product, direction: "up", enabledW: MW(20), pricePerMWh: 6 },
    interval: { startMs, endMs: UtcMs(startMs + 1_800_000) },
  });
  expect(line).toMatchObject({ product, amount, rule });
});
