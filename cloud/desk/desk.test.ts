import { fail, ok } from "@penstock/protocol/result";
import { minutes, seconds, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { yesterday } from "../forecast/index.ts";
import { nem } from "../markets/index.ts";
import { priceQuantityCurve, type Strategy } from "../strategies/index.ts";
import { explainBid } from "./explain-bid.ts";
import { DeskWorld, dayStartMs, fiveMinutes, journalOn, siteEntry, trader, unitEntry } from "./testing/desk-world.ts";

const first = { startMs: dayStartMs, endMs: UtcMs(dayStartMs + fiveMinutes) };

/** Sells everything from 50 up, buys below 10, whatever is stored. */
const reckless: Strategy = {
  name: "reckless",
  decide: (view) =>
    ok(
      view.sites.map(({ siteId, powerWMaxCharge, powerWMaxDischarge }) => ({
        siteId,
        interval: view.interval,
        curve: priceQuantityCurve(-powerWMaxCharge, [
          { pricePerMWh: 10, powerW: W(0) },
          { pricePerMWh: 50, powerW: powerWMaxDischarge },
        ]),
        because: "always",
      })),
    ),
  levels: () => ok({ sellPrices: [50, 60], buyPrices: [5, 10] }),
};

test("a trading day is 288 bids, each accepted before its gate and awarded at the price that cleared", () => {
  const world = new DeskWorld();
  world.desk.start();
  world.clock.advance(minutes(24 * 60));
  const results = world.results;
  expect(results).toHaveLength(288);
  expect(world.alarms).toEqual([]);
  for (const { results: cleared, standing } of results) {
    const index = (cleared.interval.startMs - world.series.startMs) / fiveMinutes;
    expect(cleared.pricePerMWh).toBe(world.series.prices[index]);
    const record = standing.get("PNSTK1");
    expect(record?.state).toBe("cleared");
    expect(record?.certificate.feasible).toBe(true);
    expect(record?.bid.decidedAtMs).toBeLessThanOrEqual(cleared.interval.startMs - seconds(30));
  }
});

test("band prices are chosen once for the trading day, and the next day's before their gate closes", () => {
  const world = new DeskWorld();
  world.desk.start();
  world.clock.advance(minutes(9 * 60));
  expect(world.store.fact(`band-prices.PNSTK1.${dayStartMs}`)).toBeDefined();
  expect(world.store.fact(`band-prices.PNSTK1.${dayStartMs + 86_400_000}`)).toBeDefined();
});

test("the desk cannot see the price of the interval it bids for", () => {
  const seenUntilMs: number[] = [];
  const world = new DeskWorld({
    forecaster: {
      name: "spy",
      forecast: (history, horizon) => {
        seenUntilMs.push(history.endMs);
        const ahead = history.at(history.endMs);
        expect(ahead.ok ? "a price" : ahead.error.code).toBe("prices.look-ahead");
        return yesterday.forecast(history, horizon);
      },
    },
  });
  world.desk.start();
  world.clock.advance(minutes(60));
  const bidFor = world.results.map(({ results }) => results.interval.startMs);
  expect(seenUntilMs.slice(0, bidFor.length)).toEqual(bidFor);
});

test("a site whose state of charge is old is left out, with the reason, and the other still bids", () => {
  const world = new DeskWorld({
    sites: [siteEntry("feeder"), siteEntry("street")],
    units: [unitEntry("PNSTK2", ["feeder", "street"])],
  });
  world.silent.add("street");
  world.desk.start();
  world.clock.advance(minutes(6));
  const [record] = world.desk.records(dayStartMs);
  expect(record?.leftOut).toEqual([{ siteId: "street", code: "desk.site-stale" }]);
  expect(record?.offers.map(({ siteId }) => siteId)).toEqual(["feeder"]);
  expect(record?.certificate.offeredWMax).toBeLessThanOrEqual(10e6);
  expect(world.alarms.map(({ code }) => code)).toContain("desk.site-stale");
});

test("a unit none of whose sites is heard is withdrawn: it offers nothing at any price", () => {
  const world = new DeskWorld();
  world.desk.start();
  world.clock.advance(minutes(10));
  world.silent.add("park");
  world.clock.advance(minutes(5));
  const record = world.desk.records(world.marketClock.nowMs()).at(-1);
  expect(record).toMatchObject({ kind: "withdrawal", state: "cleared" });
  expect([record?.certificate.offeredWMin, record?.certificate.offeredWMax]).toEqual([0, 0]);
  expect(world.results.at(-1)?.results.awards[0]?.targetW).toBe(0);
});

test("without a forecast the last good bid is held and an alarm is raised", () => {
  let isBroken = false;
  const world = new DeskWorld({
    forecaster: {
      name: "fragile",
      forecast: (history, horizon) =>
        isBroken ? fail({ code: "forecast.model-missing" }) : yesterday.forecast(history, horizon),
    },
  });
  world.desk.start();
  world.clock.advance(minutes(6));
  const good = world.desk.records(dayStartMs)[0];
  isBroken = true;
  world.clock.advance(minutes(5));
  const held = world.desk.records(UtcMs(dayStartMs + fiveMinutes))[0];
  expect(held?.kind).toBe("held");
  expect(held?.offers).toEqual(good?.offers);
  expect(world.alarms.map(({ code }) => code)).toContain("forecast.model-missing");
});

test("a bid that cannot be delivered is refused by its certificate, and nothing is offered in its place", () => {
  const world = new DeskWorld({ strategy: reckless });
  world.readings.set("park", { soc: 0.06 }); // 0.2 MWh above empty: 2.3 MW for five minutes.
  world.desk.start();
  world.clock.advance(minutes(6));
  const [refused, nothing] = world.desk.records(dayStartMs);
  expect(refused?.state).toBe("refused");
  expect(refused?.refusals.map(({ rule }) => rule)).toEqual(["certificate.discharge"]);
  expect(nothing).toMatchObject({ kind: "withdrawal", state: "cleared" });
  const submitted = world.store.entries("submission", first).map(({ id }) => id);
  expect(submitted).not.toContain(refused?.bidId);
});

test("a held bid leaves only when it is approved", () => {
  const world = new DeskWorld({ units: [unitEntry("PNSTK1", ["park"], "approve")] });
  world.desk.start();
  world.clock.advance(minutes(2));
  const waiting = world.desk.records(dayStartMs)[0];
  expect(waiting?.state).toBe("built");
  const approved = world.desk.commands.approve(waiting?.bidId ?? "", trader);
  expect(approved.ok && approved.value.state).toBe("accepted");
  world.clock.advance(minutes(9));
  const [, second] = world.results;
  expect(world.results[0]?.standing.get("PNSTK1")?.bidId).toBe(waiting?.bidId);
  expect(second?.standing.size).toBe(0); // The next one nobody approved.
  expect(world.desk.records(UtcMs(dayStartMs + fiveMinutes))[0]?.state).toBe("lapsed");
});

test("approving twice, late, or what does not exist is refused", () => {
  const world = new DeskWorld({ units: [unitEntry("PNSTK1", ["park"], "approve")] });
  world.desk.start();
  world.clock.advance(minutes(2));
  const bidId = world.desk.records(dayStartMs)[0]?.bidId ?? "";
  expect(world.desk.commands.approve("PNSTK9", trader)).toMatchObject({ error: { code: "desk.unknown-bid" } });
  expect(world.desk.commands.approve(bidId, trader).ok).toBe(true);
  expect(world.desk.commands.approve(bidId, trader)).toMatchObject({ error: { code: "desk.not-waiting" } });
  world.clock.advance(minutes(5));
  const next = world.desk.records(UtcMs(dayStartMs + fiveMinutes))[0]?.bidId ?? "";
  world.clock.advance(minutes(2.9));
  expect(world.desk.commands.approve(next, trader).ok).toBe(false);
});

test.each([
  // gate      the algorithm's own bid ends as
  ["manual", "withheld"],
  ["off", "withheld"],
] as const)("at the gate `%s` the algorithm's bid ends as %s and never leaves", (gate, state) => {
  const world = new DeskWorld({ units: [unitEntry("PNSTK1", ["park"], gate)] });
  world.desk.start();
  world.clock.advance(minutes(6));
  expect(world.desk.records(dayStartMs)[0]?.state).toBe(state);
  expect(world.results[0]?.standing.size).toBe(0);
});

test("a person's bid takes the place of the algorithm's, before and after it", () => {
  const world = new DeskWorld({ units: [unitEntry("PNSTK1", ["park"], "approve")] });
  world.desk.start();
  world.clock.advance(minutes(2));
  const curve = priceQuantityCurve(0, [{ pricePerMWh: -900, powerW: W(4e6) }]);
  const persons = world.desk.commands.bid(
    { unitId: "PNSTK1", interval: first, curves: [{ siteId: "park", curve }], why: "a hunch" },
    trader,
  );
  expect(persons.ok && persons.value.state).toBe("accepted");
  expect(world.desk.records(dayStartMs).map(({ author, state }) => [author.type, state])).toEqual([
    ["algorithm", "void"],
    ["person", "accepted"],
  ]);
  world.clock.advance(minutes(4));
  expect(world.results[0]?.results.awards[0]?.targetW).toBe(4e6);
  const second = { startMs: first.endMs, endMs: UtcMs(first.endMs + fiveMinutes) };
  const early = world.desk.commands.bid(
    {
      unitId: "PNSTK1",
      interval: { startMs: second.endMs, endMs: UtcMs(second.endMs + fiveMinutes) },
      curves: [{ siteId: "park", curve }],
      why: "a hunch",
    },
    trader,
  );
  expect(early.ok).toBe(true);
  world.clock.advance(minutes(7));
  const states = world.desk.records(second.endMs).map(({ author, state }) => [author.type, state]);
  expect(states.slice(0, 2)).toEqual([
    ["person", "accepted"],
    ["algorithm", "void"],
  ]);
});

test("a desk that is killed and started again tells the award of the running interval and asks for those it missed", () => {
  const world = new DeskWorld();
  world.desk.start();
  world.clock.advance(minutes(6));
  world.desk.stop();
  const before = world.results.at(-1)?.results;

  world.events = [];
  world.desk = world.newDesk();
  world.desk.start();
  expect(world.results.map(({ results }) => results)).toEqual([before]);
  expect(world.results[0]?.standing.get("PNSTK1")?.offers).toHaveLength(1);
  world.desk.stop();

  world.clock.advance(minutes(15));
  world.events = [];
  world.desk = world.newDesk();
  world.desk.start();
  world.clock.advance(minutes(5));
  const starts = world.results.map(({ results }) => (results.interval.startMs - dayStartMs) / fiveMinutes);
  expect(starts).toEqual([1, 2, 3, 4]);
  const versions = world.store.entries("bid", { startMs: dayStartMs, endMs: UtcMs(dayStartMs + 86_400_000) });
  expect(new Set(versions.map(({ id }) => id)).size).toBe(versions.length);
});

test("any past bid can be told from the journal, and is made again out of what is written there", () => {
  const world = new DeskWorld();
  world.desk.start();
  world.clock.advance(minutes(30));
  const journal = journalOn(world.store);
  const units = world.config.units.map(({ unit }) => unit);
  const bidId = "PNSTK1.2023-01-31T18:10:00Z.v3";
  const story = explainBid({ journal, market: nem, units }, bidId);
  expect(story).toMatchObject({
    ok: true,
    value: {
      bidId,
      record: { state: "cleared", author: { type: "algorithm" } },
      forecast: { forecaster: "yesterday" },
      isReproduced: true,
    },
  });
  if (!story.ok) return;
  const states = story.value.changes.map(({ body }) => (body as { readonly state: string }).state);
  expect(states).toEqual(["submitted", "accepted", "cleared"]);
  expect(story.value.gateDecisions).toHaveLength(1);
  expect(story.value.award).not.toBeNull();

  const [unit] = units;
  const smaller = unit === undefined ? [] : [{ ...unit, maxCapacityMW: 1, minLoadMW: 1 }];
  expect(explainBid({ journal, market: nem, units: smaller }, bidId)).toMatchObject({
    ok: true,
    value: { isReproduced: false },
  });
});

test.each([
  ["PNSTK1.2023-01-31T18:10:00Z.v99", "desk.unknown-bid"],
  ["nonsense", "desk.not-a-bid-id"],
])("%s is refused with %s", (bidId, code) => {
  const world = new DeskWorld();
  expect(explainBid({ journal: journalOn(world.store), market: nem, units: [] }, bidId)).toMatchObject({
    ok: false,
    error: { code },
  });
});
