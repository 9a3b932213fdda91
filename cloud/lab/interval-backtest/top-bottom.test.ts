import { MW, MWh, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { topBottom } from "./top-bottom.ts";

const battery = {
  capacityWh: MWh(20),
  socMin: 0,
  socMax: 1,
  powerWMaxCharge: MW(10),
  powerWMaxDischarge: MW(10),
  efficiencyCharge: 0.9,
  efficiencyDischarge: 0.9,
  costPerMWh: 10,
  auxiliaryW: W(0),
};
const day = Float64Array.from({ length: 24 }, (_, hour) => (hour === 3 ? -50 : hour === 18 ? 300 : hour));

test("two hours of storage: the two dearest hours less the two cheapest, day by day", () => {
  // 300 + 23 dearest, -50 + 0 cheapest, 10 MWh each: 3,730 a day; a day that is cut short counts for nothing.
  const prices = Float64Array.from([...day, ...day, 999]);
  const yardstick = topBottom(prices, 3_600_000, battery, 3_730);
  expect(yardstick).toMatchObject({ name: "TB2", amount: 7_460, share: 0.5 });
  expect(yardstick.definition).toBe(
    "TB2: each whole day the 2 dearest less the 2 cheapest 60-minute prices, each times 10 MWh; one cycle, no losses, no wear, order ignored",
  );
});

test("flat prices give nothing to measure by", () => {
  expect(topBottom(new Float64Array(48).fill(40), 1_800_000, battery, 5)).toMatchObject({ amount: 0, share: null });
});
