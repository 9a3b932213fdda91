import { minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { priceThreshold, type Strategy } from "../strategies/index.ts";
import { DeskWorld, dayStartMs } from "./testing/desk-world.ts";

/** A desk's machine stands still for a minute: the gate closes meanwhile. */
function stall(world: DeskWorld): void {
  const nowMs = world.marketClock.nowMs.bind(world.marketClock);
  Object.assign(world.marketClock, { nowMs: () => UtcMs(nowMs() + minutes(1)) });
}

test.each<[string, (stalled: () => void, world: DeskWorld) => Partial<Strategy>]>([
  [
    "while it is decided",
    (stalled) => ({
      decide: (view) => {
        stalled();
        return priceThreshold.decide(view);
      },
    }),
  ],
  [
    "when it is written down",
    (stalled, world) => {
      const push = world.events.push.bind(world.events);
      world.events.push = (event) => {
        if (event.type === "bid" && event.isNew) stalled();
        return push(event);
      };
      return {};
    },
  ],
])("a bid the gate closes on %s lapses with an alarm; nobody is bothered with it and nothing stands refused", (_, when) => {
  let hasStalled = false;
  const strategy: Strategy = { ...priceThreshold };
  const world = new DeskWorld({ strategy });
  const stalled = (): void => {
    if (!hasStalled) stall(world);
    hasStalled = true;
  };
  Object.assign(strategy, when(stalled, world));
  world.desk.start();
  world.clock.advance(minutes(6));
  const [record] = world.desk.records(dayStartMs);
  expect(hasStalled).toBe(true);
  expect(record?.state).toBe("lapsed");
  expect(world.alarms.map(({ code }) => code)).toContain("desk.too-late");
  expect(world.desk.records(dayStartMs).filter(({ state }) => state === "refused")).toEqual([]);
  expect(world.results[0]?.results.awards[0]?.targetW).toBe(0);
});
