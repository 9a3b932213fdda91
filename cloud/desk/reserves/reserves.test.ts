import { MW, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { GateMode, UnitEntry } from "../../config/cloud-config.ts";
import { nem } from "../../markets/index.ts";
import type { BidRecord } from "../bid-record.ts";
import { explainBid } from "../explain-bid.ts";
import { reserveProduct } from "../gate-book.ts";
import { readPersonBid } from "../person-bid.ts";
import { approver, DeskWorld, dayStartMs, fiveMinutes, journalOn, trader, unitEntry } from "../testing/desk-world.ts";

const first = { startMs: dayStartMs, endMs: UtcMs(dayStartMs + fiveMinutes) };

/** 10 MW / 20 MWh, registered for 8 MW of two services. */
const registered = (gate: GateMode = "auto"): UnitEntry => ({
  ...unitEntry("PNSTK1", ["park"]),
  reserves: {
    gate,
    products: ["RAISE6SEC", "LOWER5MIN"].map((product) => ({ product, registeredW: MW(8), pricePerMWh: 1 })),
  },
});

const worldOf = (gate: GateMode = "auto") => new DeskWorld({ units: [registered(gate)] });
const reservesIn = (world: DeskWorld, interval = first): readonly BidRecord[] =>
  world.desk.records(interval.startMs).filter((record) => record.product === reserveProduct);

test("beside each energy bid goes one of reserves; what is enabled fits with the energy that clears", () => {
  const world = worldOf();
  world.desk.start();
  world.clock.advance(minutes(60));
  expect(world.alarms).toEqual([]);
  expect(world.results).toHaveLength(12);
  for (const { results, standing, standingReserves } of world.results) {
    expect(standing.get("PNSTK1")?.product).toBe("energy");
    const record = standingReserves.get("PNSTK1");
    expect(record).toMatchObject({ product: reserveProduct, state: "cleared", certificate: { feasible: true } });
    const [raise] = (results.reserves ?? []).filter(({ product }) => product === "RAISE6SEC");
    expect(raise).toMatchObject({ unitId: "PNSTK1", direction: "up", pricePerMWh: 5 });
    expect((results.awards[0]?.targetW ?? 0) + (raise?.enabledW ?? 0)).toBeLessThanOrEqual(MW(10));
  }
  const story = explainBid(
    { journal: journalOn(world.store), market: nem, units: [registered().unit] },
    reservesIn(world)[0]?.bidId ?? "",
  );
  expect(story).toMatchObject({ ok: true, value: { isReproduced: true } });
});

test.each([
  // state of charge   raise MW   lower MW   because
  [0.5, 8, 8, "there is power and energy for both"],
  [0.05, 8, 8, "empty: raise is what it stops charging"],
  [0.06, 8, 8, "nearly empty"],
])("at %d of charge it offers %d MW of raise and %d MW of lower: %s", (soc, raiseMW, lowerMW) => {
  const world = worldOf();
  world.readings.set("park", { soc });
  world.desk.start();
  world.clock.advance(minutes(6));
  const stack = reservesIn(world)[0]?.certificate.stack;
  expect(stack?.map(({ volumeW }) => volumeW / 1e6)).toEqual([raiseMW, lowerMW]);
});

test("with a minute of energy left, energy and raise together reach no further than ten minutes of raise allow", () => {
  const world = worldOf();
  // 0.3 MWh above empty, 0.285 at the meter: 1.71 MW for ten minutes.
  world.readings.set("park", { soc: 0.065 });
  world.desk.start();
  world.clock.advance(minutes(6));
  expect(reservesIn(world)[0]?.certificate.stack?.[0]).toMatchObject({ product: "RAISE6SEC", reachW: MW(1) });
});

test("a gate that is shut keeps reserves back and lets energy out; what would have been offered is written down", () => {
  const world = worldOf("off");
  world.desk.start();
  world.clock.advance(minutes(6));
  expect(reservesIn(world)[0]).toMatchObject({ state: "withheld", gate: "off" });
  expect(world.results[0]?.standing.get("PNSTK1")?.product).toBe("energy");
  expect(world.results[0]?.results.reserves).toEqual([]);
});

test("at an approval gate reserves wait for a person while energy leaves by itself", () => {
  const world = worldOf("approve");
  world.desk.start();
  world.clock.advance(minutes(3));
  const [waiting] = world.desk.document().approvals;
  expect(waiting).toMatchObject({
    product: reserveProduct,
    diff: [{ product: "LOWER5MIN" }, { product: "RAISE6SEC" }],
  });
  expect(world.desk.commands.approve(waiting?.bidId ?? "", trader)).toMatchObject({ ok: true });
  world.clock.advance(minutes(3));
  expect(world.results[0]?.standingReserves.get("PNSTK1")?.bidId).toBe(waiting?.bidId);
});

test("a person's reserves take the place of the algorithm's; beyond what can be kept they are refused", () => {
  const world = worldOf();
  world.desk.start();
  const bidOf = (volumeMW: number) => {
    const file = readPersonBid(
      { unit: "PNSTK1", intervalStart: "next", why: "calm", reserves: { RAISE6SEC: { volumeMW, fromPricePerMWh: 2 } } },
      fiveMinutes,
    );
    if (!file.ok) throw new Error(JSON.stringify(file.error));
    return world.desk.commands.bid(file.value, trader);
  };
  expect(bidOf(9)).toMatchObject({
    value: { state: "refused", refusals: [{ rule: "certificate.reserve-beyond-registered" }] },
  });
  const mine = bidOf(3);
  world.clock.advance(minutes(6));
  expect(world.results[0]?.results.reserves).toMatchObject([{ product: "RAISE6SEC", enabledW: MW(3) }]);
  expect(world.results[0]?.standingReserves.get("PNSTK1")?.bidId).toBe(mine.ok ? mine.value.bidId : "");
});

test("the kill switch takes reserves back as it takes energy back", () => {
  const world = worldOf();
  world.desk.start();
  world.clock.advance(minutes(4 + 1 / 6));
  world.desk.commands.kill(trader, "storm");
  world.clock.advance(minutes(2));
  expect(world.results[0]?.results.reserves).toEqual([]);
  expect(world.results[0]?.results.awards[0]?.targetW).toBe(0);
});

test("settings nobody attested carry no reserve, and the unit takes back what it offered", () => {
  const world = worldOf();
  world.desk.start();
  world.clock.advance(minutes(6));
  world.readings.set("park", { capabilityHash: "settings-2" });
  world.clock.advance(minutes(5));
  const second = { startMs: UtcMs(dayStartMs + fiveMinutes), endMs: UtcMs(dayStartMs + 2 * fiveMinutes) };
  expect(reservesIn(world, second)[0]).toMatchObject({
    kind: "withdrawal",
    leftOut: [{ siteId: "park", code: "desk.capability-changed" }],
  });
  expect(world.results.at(-1)?.results.reserves).toEqual([]);
  const attested = world.desk.commands.attest("park", "settings-2", approver, "looked at");
  expect(attested.ok).toBe(true);
  world.clock.advance(minutes(5));
  expect(world.results.at(-1)?.results.reserves).toHaveLength(2);
});
