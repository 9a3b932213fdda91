import type { BidRecord } from "@penstock/cloud/desk/bid-record.ts";
import { explain } from "@penstock/edge/explanations/index.ts";
import { hours, Ms, minutes, seconds, UtcMs } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";
import { stageOf } from "../harness/scene.ts";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { VirtualWorld } from "../harness/virtual-world.ts";

const ALL = { startMs: UtcMs(0), endMs: UtcMs(9e15) };
/** Ten units of 1.927 MW, of which their batteries' management now allows three tenths. */
const LEFT_W = 0.3 * 10 * 1_927_000;
const MARKET_INTERVAL_MS = 300_000;

/** Everything that is offered in a bid, either way, MW. */
function offeredMW({ bid }: BidRecord): number {
  const { sides = [], offers = [] } = bid as unknown as Readonly<Record<string, readonly { maxAvailMW: number }[]>>;
  return Math.max(...[...sides, ...offers].map(({ maxAvailMW }) => maxAvailMW));
}

describe("G", () => {
  test("70: batteries that may do less after the bid: told, withdrawn within one market interval, the shortfall in the ledger and explained", () => {
    const world = new VirtualWorld({
      seed: 11,
      sites: ["park"],
      startMs: SIM_START_MS,
      prices: generatedPrices(11, hours(3)),
      marketSpeed: 1,
      faults: "none",
      durationMs: hours(3),
      // Half a second to a cycle: an hour must pass before there is anything to lose.
      physicsStepMs: Ms(250),
      freshness: { unitS: 2, meterS: 2, plantS: 5 },
      stageOf: (name) => ({ ...stageOf(name), control: { periodMs: 500 } }),
    });
    const park = world.site("park");
    const { store } = world.cloud;
    const bidsSince = (sinceMs: number) =>
      store
        .entries("bid", ALL)
        .filter(({ knownAtMs }) => knownAtMs >= sinceMs)
        .map(({ body }) => body as BidRecord);
    world.start();
    // Into an interval in which the award is nearly all the park can take.
    world.advance(minutes(52));
    expect(park.sim.truth.batteryPowerW).toBeLessThan(-18e6);
    expect(Math.max(...bidsSince(0).map(offeredMW))).toBeGreaterThan(15);

    for (const { id } of park.sim.units) park.sim.faults.inject(id, { kind: "derated", fraction: 0.3 });
    const deratedMs = world.clock.nowMs();
    // The plant itself would not do more; the site asks for no more, and names why, until the desk asks for less.
    const named = new Set<string>();
    for (let look = 0; look < 30; look++) {
      world.advance(seconds(0.5));
      for (const { limit } of park.why()?.limits ?? []) named.add(limit);
    }
    expect(named).toContain("bms-allowance");
    expect(explain("bms-allowance")?.fix).toBeTruthy();
    const told = store.latest("park").find(({ name, device }) => name === "Capability/Charge" && device === undefined);
    expect(Math.abs(Number(told?.value) / LEFT_W - 1)).toBeLessThan(0.03);

    world.advance(minutes(8));
    const since = bidsSince(deratedMs);
    const energy = since.filter(({ product }) => product === "energy");
    expect(energy.length).toBeGreaterThanOrEqual(1);
    const firstKnownMs = store.entries("bid", ALL).find(({ knownAtMs }) => knownAtMs >= deratedMs)?.knownAtMs ?? 0;
    expect(firstKnownMs - deratedMs).toBeLessThanOrEqual(MARKET_INTERVAL_MS);
    // A reserve may count on the way from the most it charges to the most it discharges.
    const mostMW = ({ product }: BidRecord) => ((product === "energy" ? 1 : 2) * LEFT_W * 1.03) / 1e6;
    for (const bid of since) expect(offeredMW(bid), bid.bidId).toBeLessThanOrEqual(mostMW(bid));

    const short = world.cloud.deliveries().deliveries.filter(({ settled }) => (settled?.shortfallMWh ?? 0) > 0.3);
    expect(short.length).toBeGreaterThan(0);
    expect(short.flatMap(({ clampedBy }) => clampedBy)).toContain("bms-allowance");
    const settled = short[0]?.settled;
    // 19 MW for two minutes, and what is left of it for three.
    expect(settled?.awardedMWh).toBeCloseTo(-19 / 12, 2);
    expect(settled?.meteredMWh).toBeCloseTo(-(19 * 2 + 5.8 * 3) / 60, 1);
    expect(park.checkers.violations).toEqual([]);
  });
});
