import { Rng } from "@penstock/protocol/rng";
import { MonotonicMs, MW, WPerS } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { paceChanges } from "./pace-changes.ts";

const rate = WPerS(10e6);
const change = (siteId: string, fromMW: number, toMW: number) => ({ siteId, fromW: MW(fromMW), toW: MW(toMW) });

test("ten megawatts a second: the smallest change goes at once, each other when those before it are through", () => {
  const { changes, freeAtMs } = paceChanges(
    [change("park", 0, 20), change("street", 0, 1), change("feeder", -2, 2)],
    rate,
    MonotonicMs(1_000),
    MonotonicMs(0),
  );
  expect(changes.map(({ siteId, delayMs }) => [siteId, delayMs])).toEqual([
    ["street", 0],
    ["feeder", 100],
    ["park", 500],
  ]);
  expect(freeAtMs).toBe(3_500);
});

test("a renewal changes nothing and waits for nobody", () => {
  const { changes } = paceChanges([change("park", 5, 5)], rate, MonotonicMs(0), MonotonicMs(60_000));
  expect(changes[0]?.delayMs).toBe(0);
});

test("what one decision after another asks of the fleet in any second stays within the rate", () => {
  const rng = new Rng("pace");
  let nowMs = 0;
  let freeAtMs = MonotonicMs(0);
  const moves: { fromMs: number; toMs: number; sizeW: number }[] = [];
  for (let round = 0; round < 300; round++) {
    nowMs += rng.between(0, 2_000);
    const wanted = Array.from({ length: rng.integer(1, 5) }, (_, index) =>
      change(`site-${index}`, rng.integer(-5, 6), rng.integer(-5, 6)),
    );
    const pacing = paceChanges(wanted, rate, MonotonicMs(nowMs), freeAtMs);
    freeAtMs = pacing.freeAtMs;
    for (const { fromW, toW, delayMs, rampWPerS } of pacing.changes) {
      const sizeW = Math.abs(toW - fromW);
      const fromMs = nowMs + delayMs;
      if (sizeW > 0) moves.push({ fromMs, toMs: fromMs + (sizeW / rampWPerS) * 1000, sizeW });
    }
  }
  for (const { fromMs } of moves) {
    const inSecondW = moves.reduce((total, move) => {
      const overlapMs = Math.min(move.toMs, fromMs + 1000) - Math.max(move.fromMs, fromMs);
      return total + (Math.max(0, overlapMs) / (move.toMs - move.fromMs)) * move.sizeW;
    }, 0);
    expect(inSecondW).toBeLessThanOrEqual(rate * 1.000_001);
  }
});
