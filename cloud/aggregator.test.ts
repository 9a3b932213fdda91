import { fail } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { Ms, minutes, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { Aggregator, type AggregatorOptions } from "./aggregator.ts";
import { MemoryBroker, type MemoryLink } from "./broker/index.ts";
import { cloudConfig, dayStartMs, series, siteEntry, unitEntry } from "./desk/testing/desk-world.ts";
import { TameSite } from "./desk/testing/tame-site.ts";
import { MemoryCloudStore } from "./store/index.ts";

/** Two sites under two units, and the aggregator, on one clock. */
class World {
  readonly clock = new SimClock(UtcMs(dayStartMs - minutes(5)));
  readonly broker = new MemoryBroker({ clock: this.clock, delayMs: Ms(5), rng: new Rng("network") });
  readonly store = new MemoryCloudStore();
  readonly entries = [siteEntry("park"), siteEntry("feeder")];
  readonly config = {
    ...cloudConfig(this.entries, [unitEntry("PNSTK1", ["park"]), unitEntry("PNSTK2", ["feeder"])]),
    market: { id: "nem", speed: 1, startMs: UtcMs(dayStartMs - minutes(5)) },
    strategy: "value-curve",
    forecaster: "blend",
  };
  readonly sites = this.entries.map((entry) => {
    const link = this.broker.link({ role: "site", group: entry.groupId, node: entry.nodeId });
    return new TameSite(this.clock.forProcess(), link, entry, this.config.dispatch.signingKey);
  });
  #killed: (() => void) | undefined;

  constructor() {
    for (const site of this.sites) site.start();
  }

  start(models?: AggregatorOptions["models"]): Aggregator {
    const clock = this.clock.forProcess();
    const link: MemoryLink = this.broker.link({ role: "host" });
    const { config, store } = this;
    const aggregator = new Aggregator({
      clock,
      rng: new Rng("cloud"),
      config,
      store,
      link,
      prices: series(3),
      ...(models && { models }),
    });
    aggregator.start();
    this.#killed = () => {
      clock.kill();
      link.abort();
    };
    return aggregator;
  }

  kill(): void {
    this.#killed?.();
  }
}

test("from a price to money: bids become leases, leases power, counters revenue, below perfect foresight", () => {
  const world = new World();
  const aggregator = world.start();
  world.clock.advance(minutes(6 * 60 + 2.5));
  const report = aggregator.report();
  expect(report).toMatchObject({ bidsBuilt: 144, bidsRefused: 0, bidsAccepted: 144, waiting: 2, leasesRefused: 0 });
  expect(report.intervals).toBe(142); // 71 of each unit; its 72nd is still on.
  expect(report.leasesApplied).toBe(report.leasesIssued);
  expect(report.dispatchedMWh).toBeGreaterThan(1);
  expect(report.meteredMWh / report.dispatchedMWh).toBeCloseTo(1, 1);
  expect(report.revenue).toBeLessThanOrEqual(report.perfectForesightRevenue);
  expect(report.bySite["park"]).toBe(report.byUnit["PNSTK1"]);
  expect(report.pricesGenerated).toBe(true);
  for (const { completeUpTo, highest } of report.ledgers) expect(completeUpTo).toBe(highest);
});

test("killed in mid-interval it goes on where its store ends: same market time, same money, no lease number twice", () => {
  const world = new World();
  const first = world.start();
  world.clock.advance(minutes(122));
  const before = first.report();
  world.kill();
  world.clock.advance(seconds(20));
  const second = world.start();
  world.clock.advance(seconds(10));
  const after = second.report();
  expect(after.marketTimeMs - before.marketTimeMs).toBe(30_000);
  expect(after.revenue).toBe(before.revenue);
  expect(after.intervals).toBe(before.intervals);
  expect(after.bidsAccepted).toBe(before.bidsAccepted);
  expect(after.leasesIssued).toBeGreaterThanOrEqual(before.leasesIssued - 8); // What was counted since the interval began is gone.
  world.clock.advance(minutes(30));
  expect(second.report()).toMatchObject({ intervals: before.intervals + 12, waiting: 2 });
  const sequences = world.sites.flatMap((site) => site.sequences);
  expect(new Set(sequences).size).toBe(sequences.length);
});

test("intervals that pass while it is dead are cleared without a bid, and what the meters say is settled all the same", () => {
  const world = new World();
  world.start();
  world.clock.advance(minutes(62));
  world.kill();
  world.clock.advance(minutes(20));
  expect(world.sites.map(({ powerW }) => powerW)).toEqual([0, 0]); // The leases have ended.
  const report = world.start();
  world.clock.advance(minutes(30));
  const { intervals, waiting } = report.report();
  // The counters of twenty minutes were never taken, since these sites have no store: what lies in the gap waits.
  expect(intervals + waiting).toBe(2 * 22);
  expect(waiting).toBeGreaterThan(0);
});

test("with a registry the champion forecasts what is bid; broken, the configured forecaster does and an alarm says so", () => {
  const world = new World();
  const models = [{ ...registered, id: 1, model: "yesterday", state: "champion" as const }];
  const shadow = { ...registered, id: 2, model: "persistence", state: "shadow" as const };
  const source = { list: () => [...models, shadow], artifact: () => undefined };
  const aggregator = world.start({ source, openOnnx: async () => fail({ code: "onnx.no-runtime" }) });
  world.clock.advance(minutes(32));
  const named = (kind: string) =>
    world.store
      .entries(kind, { startMs: UtcMs(0), endMs: UtcMs(Number.MAX_SAFE_INTEGER) })
      .map(
        ({ body }) => (body as { forecaster?: string; code?: string }).forecaster ?? (body as { code?: string }).code,
      );
  expect(new Set(named("forecast"))).toEqual(new Set(["yesterday#1"]));
  expect(new Set(named("shadow-forecast"))).toEqual(new Set(["persistence#2"]));
  expect(named("desk-alarm").filter((code) => code?.startsWith("models."))).toEqual([]);
  models[0] = { ...registered, id: 3, model: "oracle", state: "champion" };
  world.clock.advance(minutes(10));
  expect(named("forecast").at(-1)).toBe("blend");
  expect(named("desk-alarm")).toContain("models.champion-failed");
  expect(aggregator.report().models.map(({ model, role }) => [model, role])).toEqual(
    expect.arrayContaining([
      ["persistence#2", "shadow"],
      ["oracle#3", "champion"],
      ["blend", "fallback"],
    ]),
  );
});

const registered = {
  target: "nem:NSW1",
  codeVersion: "abc",
  runtime: "shelf" as const,
  judgedFrom: "2026-01-01",
  judgedTo: "2026-01-02",
  metrics: {},
  registeredMs: UtcMs(0),
  stateSinceMs: UtcMs(0),
};

test("stopped by a person it sends no wish, and a restart does not wake it; cleared by another it goes on", () => {
  const world = new World();
  const first = world.start();
  world.clock.advance(minutes(62));
  const trader = { name: "trader-1", role: "trader" } as const;
  expect(first.act("kill", { why: "odd prices" }, trader).ok).toBe(true);
  const { leasesIssued } = first.report();
  world.clock.advance(minutes(3));
  expect(world.sites.map(({ powerW }) => powerW)).toEqual([0, 0]);
  world.kill();
  const second = world.start();
  world.clock.advance(minutes(20));
  // What could not be withdrawn in time was cleared, and is not delivered: only withdrawals, at 0 W, are.
  expect(world.sites.map(({ powerW }) => powerW)).toEqual([0, 0]);
  expect(second.report().leasesIssued - leasesIssued).toBeLessThanOrEqual(16);
  const approver = { name: "approver-1", role: "approver" } as const;
  expect(second.act("clear-kill", { why: "checked" }, approver).ok).toBe(true);
  world.clock.advance(minutes(60));
  expect(second.report().leasesIssued - leasesIssued).toBeGreaterThan(40);
});
