import { UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { printDeliveries } from "../cli/print-deliveries.ts";
import { paint } from "../cli/words.ts";
import { type DeliveryDocument, deliveryDocument } from "./deliveries-document.ts";
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
    step("read-back", 0.28, { powerW: W(1e5) }),
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
    readBackAtMs: atMs(0.28),
    clampedW: 3e6,
    clampedBy: ["grid-operator", "ramp"],
    measuredAtMs: atMs(4.5),
    measuredW: 2.98e6,
    refusedAtMs: null,
    settled: { shortfallMWh: 0.1, shortfallCost: 9.9 },
  });
  const [, unit, times, ...words] = printed([told]);
  expect(unit).toBe("PNSTK2, interval from 12:00: 0.100 MWh short, 9.90 AUD");
  expect(times).toMatch(/^12:00:00 +feeder +\+4.00 MW +0.10 +0.15 +0.25 +0.28 +4.50$/);
  expect(
    words
      .slice(0, 2)
      .map((line) => line.trim())
      .join(" "),
  ).toBe("agc +8.00 MW of the unit; did +2.98 MW; grid-operator, ramp leaves +3.00 MW");
});

test("a unit's shortfall is said once an interval, and all of it fits 80 columns", () => {
  const long = "a-substation-with-a-name-of-its-own-and-then-some";
  const told = [
    { ...delivery, leaseId: "desk-1-9", intervalStartMs: atMs(300) },
    { ...delivery, leaseId: "desk-1-8", siteId: long, powerW: W(-123.45e6), issuedAtMs: atMs(250) },
    delivery,
  ].map((each) => deliveryDocument(each, undefined));
  const lines = printed(told);
  expect(lines.filter((line) => line.startsWith("PNSTK2, interval from"))).toEqual([
    "PNSTK2, interval from 12:05: waits for counters",
    "PNSTK2, interval from 12:00: waits for counters",
  ]);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.join("\n")).toContain(long);
  expect(lines.join("\n")).toContain("renewed");
});

test("an edge of an earlier version says nothing of reading back, and nothing is assumed", () => {
  const steps = delivery.steps.filter(({ state }) => state !== "read-back");
  const told = deliveryDocument({ ...delivery, steps }, undefined);
  expect(told.readBackAtMs).toBeNull();
  expect(printed([told])[2]).toMatch(/0.25 +- +4.50$/);
});

const printed = (deliveries: readonly DeliveryDocument[]): readonly string[] => {
  const counts = { issued: 1, applied: 1, clamped: 1, refused: 0, expired: 0 };
  return printDeliveries({ version: 1, atMs: atMs(320), currency: "AUD", counts, deliveries }, paint(false));
};

test("what nobody has said is null, not guessed", () => {
  const told = deliveryDocument(
    { ...delivery, steps: [step("received", 0.15), step("rejected", 0.16, { code: "lease.stale" })] },
    undefined,
  );
  expect(told).toMatchObject({ writtenAtMs: null, measuredW: null, settled: null, refusedBecause: "lease.stale" });
});
