import { Rng } from "@penstock/protocol/rng";
import { MW, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { clear } from "./clear.ts";
import { nemReserves } from "./reserves.ts";
import { exampleBid, exampleUnit } from "./testing/example-bid.ts";

const unit = { ...exampleUnit, lossFactor: 1 };
const startMs = UtcMs(Date.parse("2024-08-01T02:00:00Z"));
const interval = { startMs, endMs: UtcMs(startMs + 300_000) };
const energy = { ...exampleBid, interval, decidedAtMs: UtcMs(startMs - 60_000) };
const request = {
  unit,
  interval,
  versionNumber: 1,
  decidedAtMs: UtcMs(startMs - 60_000),
  reach: { powerWMin: MW(-90), powerWMax: MW(100), upWMax: MW(100), downWMin: MW(-90) },
};
const offerOf = (volumeMW: number, pricePerMWh = 1) => {
  const built = nemReserves.buildOffer({
    ...request,
    wishes: [{ product: "RAISE6SEC", volumeW: MW(volumeMW), pricePerMWh }],
  });
  if (!built.ok) throw new Error(built.error.code);
  return built.value;
};

/** The unit sells 60 MW from 120 and 40 MW from 300, and offers 50 MW of raise from 1. */
test.each([
  // energy  raise   energy MW  raise MW   because
  [130, 0.5, 60, 0, "raise clears below its offer"],
  [310, 5, 100, 0, "the last 40 MW earn 10 in energy and 4 in raise"],
  [302, 5, 60, 40, "the last 40 MW earn 2 in energy and 4 in raise"],
  [130, 20, 50, 50, "10 MW of energy give way: 10 an hour there, 19 here"],
  [100, 5, 0, 50, "energy does not clear and raise does"],
])("at %d for energy and %d for raise it gets %d MW and %d MW: %s", (pricePerMWh, raise, energyMW, raiseMW) => {
  const joint = nemReserves.clear({
    unit,
    energy,
    offer: offerOf(50),
    pricePerMWh,
    reservePrices: { RAISE6SEC: raise },
    plant: { initialW: W(0), lossFactor: 1 },
  });
  expect(joint.energy.targetW / 1e6).toBe(energyMW);
  expect((joint.reserves[0]?.enabledW ?? 0) / 1e6).toBe(raiseMW);
});

test("a megawatt kept ready earns its price by the hour, a twelfth an interval", () => {
  const line = nemReserves.settle({
    ...{ marketId: "nem", unitId: unit.id, interval, product: "RAISE6SEC", direction: "up", enabledW: MW(50) },
    pricePerMWh: 12,
  });
  expect(line).toMatchObject({ amount: 50, product: "RAISE6SEC", rule: "nem.fcas-enablement" });
});

test("before the very fast services were traded they are left out, and nothing else is no offer", () => {
  const early = { startMs: UtcMs(Date.UTC(2023, 0, 1)), endMs: UtcMs(Date.UTC(2023, 0, 1, 0, 5)) };
  expect(nemReserves.productsAt(early.startMs).map(({ name }) => name)).not.toContain("RAISE1SEC");
  const wishes = [{ product: "RAISE1SEC", volumeW: MW(5), pricePerMWh: 0 }];
  expect(nemReserves.buildOffer({ ...request, interval: early, wishes })).toMatchObject({
    error: { code: "nem.fcas-nothing-traded" },
  });
});

test("whatever is wished: the offer keeps every rule, and no award reaches beyond what the unit can do together", () => {
  const rng = new Rng("reserves");
  const products = nemReserves.productsAt(startMs);
  for (let round = 0; round < 400; round++) {
    const reach = {
      powerWMin: W(-rng.between(0, 95e6)),
      powerWMax: W(rng.between(0, 105e6)),
      upWMax: W(rng.between(0, 105e6)),
      downWMin: W(-rng.between(0, 95e6)),
    };
    const wishes = products.map(({ name }) => ({
      product: name,
      volumeW: W(rng.between(-1e6, 120e6)),
      pricePerMWh: rng.pick([0, 0.3, 4, 60, 2_000]),
    }));
    const built = nemReserves.buildOffer({ ...request, reach, wishes });
    if (!built.ok) throw new Error(built.error.code);
    const offer = built.value;
    expect(nemReserves.validate(offer, unit)).toEqual([]);
    expect(nemReserves.parse(nemReserves.encode([offer]))).toEqual({ ok: true, value: [offer] });

    const pricePerMWh = rng.between(-100, 400);
    const plant = { initialW: W(Math.round(rng.between(reach.powerWMin, reach.powerWMax))), lossFactor: 1 };
    const reservePrices = Object.fromEntries(products.map(({ name }) => [name, rng.between(0, 90)]));
    const joint = nemReserves.clear({ unit, energy, offer, pricePerMWh, reservePrices, plant });
    for (const { product, direction, enabledW } of joint.reserves) {
      const wished = wishes.find((wish) => wish.product === product);
      expect(enabledW).toBeLessThanOrEqual(wished?.volumeW ?? 0);
      if (direction === "up") expect(joint.energy.targetW + enabledW).toBeLessThanOrEqual(reach.upWMax);
      else expect(joint.energy.targetW - enabledW).toBeGreaterThanOrEqual(reach.downWMin);
    }
    if (joint.reserves.length === 0) expect(joint.energy).toEqual(clear(energy, pricePerMWh, plant));
  }
});
