import { Rng } from "@penstock/protocol/rng";
import { MW, MWh, UtcMs, W, Wh } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { CurveBid } from "../curve-market.ts";
import { ercot, ercotReserves } from "./index.ts";

const unit = {
  id: "ESR1",
  region: "HB_HUBAVG",
  siteIds: ["esr"],
  maxCapacityMW: 100,
  minLoadMW: 100,
  lossFactor: 1,
  rampMWPerMin: 100,
  storageMWh: 200,
};
const startMs = UtcMs(Date.parse("2026-06-10T18:15:00Z"));
const interval = { startMs, endMs: UtcMs(startMs + 900_000) };
const about = { unit, interval, versionNumber: 1, decidedAtMs: UtcMs(startMs - 120_000) };
const reach = { powerWMin: MW(-100), powerWMax: MW(100), upWMax: MW(100), downWMin: MW(-100) };
const keepsAll = Object.fromEntries(ercotReserves.productsAt(startMs).map(({ name }) => [name, MW(100)])) as Readonly<
  Record<string, W>
>;

type Mw = Readonly<Record<string, number>>;

/** Sells 60 MW from 40 and 40 MW from 200. */
const energy: CurveBid = {
  ...{ marketId: "ercot", unitId: unit.id, interval, versionNumber: 1, decidedAtMs: about.decidedAtMs },
  points: [
    { powerMW: 0, pricePerMWh: 40 },
    { powerMW: 60, pricePerMWh: 40 },
    { powerMW: 60, pricePerMWh: 200 },
    { powerMW: 100, pricePerMWh: 200 },
  ],
};

const offerOf = (volumesMW: Readonly<Record<string, number>>, pricePerMWh = 1) => {
  const wishes = Object.entries(volumesMW).map(([product, volumeMW]) => ({
    product,
    volumeW: MW(volumeMW),
    pricePerMWh,
  }));
  const built = ercotReserves.buildOffer({ ...about, wishes, reach, keepsW: keepsAll });
  if (!built.ok) throw new Error(built.error.code);
  return built.value;
};

const clearAt = (
  volumesMW: Readonly<Record<string, number>>,
  pricePerMWh: number,
  reservePrices: Readonly<Record<string, number>>,
  storedMWh = 200,
) => {
  const joint = ercotReserves.clear({
    ...{ unit, energy, offer: offerOf(volumesMW), pricePerMWh, reservePrices },
    plant: { initialW: W(0), lossFactor: 1, rampMWPerMin: 100 },
    telemetry: { powerWMin: MW(-100), powerWMax: MW(100), deliverableWh: MWh(storedMWh), absorbableWh: MWh(0) },
  });
  const mw = Object.fromEntries(joint.reserves.map(({ product, enabledW }) => [product, enabledW / 1e6]));
  return { energyMW: joint.energy.targetW / 1e6, ...mw };
};

test.each<[Mw, number, Mw, number, object, string]>([
  // offered          energy price  reserve prices        stored  what clears                        because
  [{ ECRS: 50 }, 30, { ECRS: 5 }, 200, { energyMW: 0, ECRS: 50 }, "energy does not clear, reserve does"],
  [{ ECRS: 50 }, 45, { ECRS: 3 }, 200, { energyMW: 60, ECRS: 40 }, "energy earns 5 above its curve, reserve 2"],
  [{ ECRS: 50 }, 45, { ECRS: 9 }, 200, { energyMW: 50, ECRS: 50 }, "10 MW of energy give way"],
  [{ ECRS: 50 }, 30, { ECRS: 5 }, 20, { energyMW: 0, ECRS: 20 }, "an hour of it must be stored"],
  [{ RRSPF: 50 }, 30, { RRSPF: 5 }, 20, { energyMW: 0, RRSPF: 40 }, "half an hour of it must be stored"],
  [{ RRSFF: 50 }, 30, { RRSFF: 5 }, 10, { energyMW: 0, RRSFF: 40 }, "a quarter of an hour of it must be stored"],
  [{ ONNS: 100 }, 30, { ONNS: 5 }, 200, { energyMW: 0, ONNS: 40 }, "only what is offered at 75 or above is Non-Spin"],
  [{ ECRS: 30, RRSPF: 30 }, 30, { ECRS: 5, RRSPF: 4 }, 200, { energyMW: 0, ECRS: 30 }, "a megawatt is kept ready once"],
  [
    { ECRS: 30, RRSPF: 60 },
    30,
    { ECRS: 5, RRSPF: 4 },
    30,
    { energyMW: 0, RRSPF: 60 },
    "what needs less energy earns more of it",
  ],
  [{ ECRS: 50 }, 30, { ECRS: 0.5 }, 200, { energyMW: 0 }, "it clears below its offer"],
  [{ ECRS: 50 }, 30, {}, 200, { energyMW: 0 }, "a product without a price did not clear"],
])("%j offered at %d for energy and %j for reserves with %d MWh: %j, %s", (offered, price, reserves, stored, cleared, _because) => {
  expect(clearAt(offered, price, reserves, stored)).toEqual(cleared);
});

test("without telemetry nothing is enabled and energy clears as it does alone", () => {
  const plant = { initialW: W(0), lossFactor: 1, rampMWPerMin: 100 };
  const offer = offerOf({ ECRS: 50 });
  const joint = ercotReserves.clear({
    ...{ unit, energy, offer, plant },
    pricePerMWh: 45,
    reservePrices: { ECRS: 99 },
  });
  expect(joint).toEqual({ energy: ercot.clear(energy, 45, plant), reserves: [] });
});

test("each megawatt stands in one block, beside every product it may go to", () => {
  expect(offerOf({ RRSPF: 30, ECRS: 20, ONNS: 20 }).blocks).toEqual([
    { volumeMW: 20, prices: { RRSPF: 1, ECRS: 1, ONNS: 1 } },
    { volumeMW: 10, prices: { RRSPF: 1 } },
  ]);
});

test("a megawatt kept ready for a quarter hour earns a quarter of its hourly price", () => {
  const award = { marketId: "ercot", unitId: unit.id, interval, product: "ECRS", direction: "up" as const };
  const line = ercotReserves.settle({ ...award, enabledW: MW(40), pricePerMWh: 12 });
  expect(line).toMatchObject({ amount: 120, quantityMWh: 10, currency: "USD", rule: "ercot.real-time-reserve" });
});

test.each([
  ["ercot.interval", { interval: { startMs, endMs: UtcMs(startMs + 3_600_000) } }],
  ["ercot.gate-closed", { decidedAtMs: UtcMs(startMs - 30_000) }],
  ["ercot.capacity", { blocks: [{ volumeMW: 201, prices: { RRSFF: 1 } }] }],
  ["ercot.reserve-duration", { blocks: [{ volumeMW: 60, prices: { ONNS: 1 } }] }],
  [
    "ercot.mw-decimals",
    {
      blocks: [
        { volumeMW: 0, prices: { ECRS: 1 } },
        { volumeMW: 5, prices: { ECRS: 1 } },
      ],
    },
  ],
  [undefined, { blocks: [{ volumeMW: 0, prices: { ECRS: 1 } }] }],
])("an offer is refused by %s when %j", (rule, change) => {
  const broken = { ...offerOf({ ECRS: 20 }), ...change };
  expect(ercotReserves.validate(broken, unit).map((each) => each.rule)).toEqual(rule === undefined ? [] : [rule]);
});

test("before RTC+B nothing of it was traded", () => {
  expect(ercotReserves.productsAt(UtcMs(Date.UTC(2025, 5, 1)))).toEqual([]);
});

test("regulation is no wish of a desk without the operator's line", () => {
  const wishes = [{ product: "REGUP", volumeW: MW(5), pricePerMWh: 1 }];
  expect(ercotReserves.buildOffer({ ...about, wishes, reach })).toMatchObject({
    error: { code: "ercot.reserve-product" },
  });
});

test("whatever is wished and whatever clears: rules are kept, files read back, and power and energy suffice", () => {
  const rng = new Rng("ercot-reserves");
  const products = ercotReserves.productsAt(startMs);
  const lastsH: Readonly<Record<string, number>> = { RRSPF: 0.5, RRSFF: 0.25, ECRS: 1, ONNS: 4 };
  for (let round = 0; round < 100; round++) {
    const storedMWh = rng.chance(0.3) ? rng.between(0, 10) : rng.between(0, 190);
    const outMW = rng.between(0, 100);
    const wishes = products
      .filter(() => rng.chance(0.7))
      .concat(products.slice(0, 1))
      .filter((each, at, all) => all.indexOf(each) === at)
      .map(({ name }) => ({ product: name, volumeW: W(rng.between(-1e6, 120e6)), pricePerMWh: rng.integer(0, 9) }));
    const keepsW = Object.fromEntries(
      products.map(({ name }) => [name, W(1e6 * Math.min(outMW, storedMWh / (lastsH[name] ?? 1)))]),
    );
    const built = ercotReserves.buildOffer({ ...about, reach, keepsW, wishes });
    if (!built.ok) throw new Error(built.error.code);
    const offer = built.value;
    expect(ercotReserves.validate(offer, unit)).toEqual([]);
    expect(ercotReserves.parse(ercotReserves.encode([offer]))).toEqual({ ok: true, value: [offer] });
    for (const { product, volumeW } of ercotReserves.reachOf(offer)) {
      expect(volumeW).toBeLessThanOrEqual(keepsW[product] ?? 0);
    }
    const joint = ercotReserves.clear({
      ...{ unit, energy, offer, pricePerMWh: rng.between(0, 400) },
      reservePrices: Object.fromEntries(products.map(({ name }) => [name, rng.between(0, 30)])),
      plant: { initialW: W(rng.between(-40e6, 100e6)), lossFactor: 1, rampMWPerMin: rng.between(1, 20) },
      telemetry: { powerWMin: MW(-100), powerWMax: MW(outMW), deliverableWh: MWh(storedMWh), absorbableWh: Wh(0) },
    });
    const energyMW = joint.energy.targetW / 1e6;
    if (joint.reserves.length === 0) continue;
    const sum = (of: (product: string, mw: number) => number): number =>
      joint.reserves.reduce((total, { product, enabledW }) => total + of(product, enabledW / 1e6), 0);
    expect(energyMW + sum((_, mw) => mw)).toBeLessThanOrEqual(outMW + 1e-6);
    const needsMWh = Math.max(0, energyMW) / 4 + sum((product, mw) => mw * (lastsH[product] ?? 1));
    expect(needsMWh).toBeLessThanOrEqual(storedMWh + 1e-6);
  }
});
