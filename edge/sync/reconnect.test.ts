import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { Reconnect } from "./reconnect.ts";

test("waits grow from 1 s to 60 s, with full jitter, and begin again after a good session", () => {
  const longest: number[] = [];
  for (let seed = 0; seed < 500; seed++) {
    const reconnect = new Reconnect(new Rng(seed));
    for (let failure = 0; failure < 9; failure++) {
      const { delayMs } = reconnect.closed(undefined);
      longest[failure] = Math.max(longest[failure] ?? 0, delayMs);
    }
    expect(reconnect.closed(31_000).delayMs).toBeLessThan(1_000);
  }
  const bounds = [1, 2, 4, 8, 16, 32, 60, 60, 60].map((boundS) => boundS * 1_000);
  longest.forEach((delayMs, failure) => {
    expect(delayMs).toBeLessThan(bounds[failure] as number);
    expect(delayMs).toBeGreaterThan((bounds[failure] as number) * 0.95);
  });
});

test("a fleet that lost its broker together does not come back together", () => {
  const delays = Array.from({ length: 1_000 }, (_, seed) => {
    const reconnect = new Reconnect(new Rng(seed));
    for (let failure = 0; failure < 5; failure++) reconnect.closed(undefined);
    return reconnect.closed(undefined).delayMs;
  });
  for (let second = 0; second < 32; second++) {
    const together = delays.filter((delayMs) => Math.floor(delayMs / 1_000) === second).length;
    expect(together).toBeLessThan(80);
  }
});
