import { UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { printDeliveries } from "../cli/print-deliveries.ts";
import { paint } from "../cli/words.ts";
import { deliveryDocument } from "./deliveries-document.ts";
import type { Delivery } from "./delivery-ledger.ts";

const atMs = (s: number) => UtcMs(Date.UTC(2026, 5, 10, 12) + s * 1000);
const step = (state: Delivery["steps"][number]["state"], s: number, more: object = {}) => ({
  state,
  atMs: atMs(s),
  heardAtMs: atMs(s + 0.02),
  ...more,
});
const delivery: Delivery = {
  leaseId: "desk-1-7",
  siteId: "feeder",
  unitId: "PNSTK2",
  intervalStartMs: atMs(0),
  powerW: W(4e6),
  issuedAtMs: atMs(0.1),
  wish: { source: "agc", unitPowerW: W(8e6), atMs: atMs(0) },
  steps: [
    step("received", 0.15),
    step("applied", 0.25, { powerW: W(1e5) }),
    step("clamped", 0.25, { powerW: W(3e6), because: ["grid-operator", "ramp"] }),
    step("measured", 4.5, { powerW: W(2.98e6) }),
  ],
};

test("a lease's way from the wish to the meter, with who held it and what the unit's interval lacked", () => {
  const settled = {
    ...{
      unitId: "PNSTK2",
      interval: { startMs: atMs(0), endMs: atMs(300) },
      pricePerMWh: 100,
      currency: "AUD" as const,
    },
    ...{ awardedWh: 666_667, meteredWh: 566_667, shortfallWh: 100_000, shortfallCost: 9.9, lines: [], amount: 56.1 },
    ...{ sites: [], settledAtMs: atMs(310) },
  };
  const told = deliveryDocument(delivery, settled as unknown as Parameters<typeof deliveryDocument>[1]);
  expect(told).toMatchObject({
    receivedAtMs: atMs(0.15),
    writtenAtMs: atMs(0.25),
    clampedW: 3e6,
    clampedBy: ["grid-operator", "ramp"],
    measuredAtMs: atMs(4.5),
    measuredW: 2.98e6,
    refusedAtMs: null,
    settled: { shortfallMWh: 0.1, shortfallCost: 9.9 },
  });
  const counts = { issued: 1, applied: 1, clamped: 1, refused: 0, expired: 0 };
  const lines = printDeliveries(
    { version: 1, atMs: atMs(320), currency: "AUD", counts, deliveries: [told] },
    paint(false),
  );
  expect(lines[1]).toMatch(
    /^12:00:00 +feeder +agc \+8.00 MW +\+4.00 MW +0.10 s +0.15 s +0.25 s +4.50 s +\+2.98 MW +grid-operator, ramp leaves \+3.00 MW +0.100 MWh short, 9.90 AUD$/,
  );
});

test("what nobody has said is null, not guessed", () => {
  const told = deliveryDocument(
    { ...delivery, steps: [step("received", 0.15), step("rejected", 0.16, { code: "lease.stale" })] },
    undefined,
  );
  expect(told).toMatchObject({ writtenAtMs: null, measuredW: null, settled: null, refusedBecause: "lease.stale" });
});
