import { Rng } from "@penstock/protocol/rng";
import { MW, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { SiteReach } from "../desk/bid-record.ts";
import { splitReady } from "./split-ready.ts";

const reach = (siteId: string, upMW: number, downMW: number): SiteReach => ({
  siteId,
  powerWMin: MW(-downMW),
  powerWMax: MW(upMW),
  upWMax: MW(upMW),
  downWMin: MW(-downMW),
});
const raise = (enabledMW: number) => ({
  ...{ service: "fcasFastRaise", product: "RAISE6SEC", direction: "up" as const },
  enabledW: MW(enabledMW),
});

test.each([
  // energy a, b   enabled   a, b   because
  [0, 0, 9, 6, 3, "in proportion to the room"],
  [8, 0, 9, 3.6, 5.4, "a site that discharges has less of it"],
  [12, -6, 12, 0, 12, "a site at its end has none, one that charges has more"],
])("sites of 12 and 6 MW at %d and %d MW keep %d MW ready as %d and %d: %s", (aMW, bMW, enabledMW, readyA, readyB) => {
  const shares = [
    { siteId: "a", powerW: MW(aMW) },
    { siteId: "b", powerW: MW(bMW) },
  ];
  const split = splitReady([raise(enabledMW)], [reach("a", 12, 12), reach("b", 6, 6)], shares, () => false);
  expect(split.map(({ reserves }) => (reserves[0]?.powerW ?? 0) / 1e6)).toEqual([readyA, readyB]);
});

test.each([
  // energy   ready   because
  [0, 4, "an hour of it is four megawatts"],
  [5, 4, "energy and reserve count apart: what is stored for one is not the other's"],
  [8, 2, "power is what is left"],
])("a site that keeps 4 MW by its energy and does %d MW of 10 keeps %d MW ready: %s", (powerMW, readyMW) => {
  const site = { ...reach("a", 10, 10), keepsW: { RAISE6SEC: MW(4) } };
  const split = splitReady([raise(9)], [site], [{ siteId: "a", powerW: MW(powerMW) }], () => false);
  expect((split[0]?.reserves[0]?.powerW ?? 0) / 1e6).toBe(readyMW);
});

test("a lost site keeps nothing ready, and the others what they have room for", () => {
  const split = splitReady([raise(9)], [reach("a", 12, 12), reach("b", 6, 6)], [], (siteId) => siteId === "a");
  expect(split.map(({ reserves }) => (reserves[0]?.powerW ?? 0) / 1e6)).toEqual([0, 6]);
});

test("whatever the market dispatches within the sum of reaches is kept ready whole, each site within its own", () => {
  const rng = new Rng("ready");
  for (let round = 0; round < 500; round++) {
    const reaches = ["a", "b", "c"].map((id) => reach(id, rng.between(0, 9), rng.between(0, 9)));
    const shares = reaches.map(({ siteId, upWMax, downWMin }) => ({
      siteId,
      // A site may deliver more energy than it could keep up as reserve.
      powerW: W(Math.round(rng.between(downWMin * 1.3, upWMax * 1.3))),
    }));
    const roomUpW =
      reaches.reduce((sum, { upWMax }) => sum + upWMax, 0) - shares.reduce((s, { powerW }) => s + powerW, 0);
    const enabledW = W(Math.max(0, Math.floor(roomUpW * rng.uniform()) - reaches.length));
    const split = splitReady([{ ...raise(0), enabledW }], reaches, shares, () => false);
    expect(split.reduce((sum, { reserves }) => sum + (reserves[0]?.powerW ?? 0), 0)).toBe(enabledW);
    for (const [at, { reserves }] of split.entries()) {
      const roomW = Math.max(0, (reaches[at]?.upWMax ?? 0) - (shares[at]?.powerW ?? 0));
      expect(reserves[0]?.powerW).toBeLessThanOrEqual(roomW + 1);
    }
  }
});
