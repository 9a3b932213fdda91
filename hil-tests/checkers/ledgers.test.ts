import type { StreamName } from "@penstock/edge/store/edge-store.ts";
import { expect, test } from "vitest";
import { accountOf, type SiteBooks } from "./ledgers.ts";

const counts = (telemetry: number) => ({ settlement: 0, events: 0, telemetry });
const site = (given: number, waiting: readonly number[]): SiteBooks => ({
  epoch: "e",
  stats: () => ({ stored: counts(given), acknowledged: counts(given - waiting.length) }),
  read: (stream) => (stream === "telemetry" ? waiting.map((sequence) => ({ sequence })) : []),
});
const cloud = (times: Readonly<Record<number, number>>) => (_: string, __: StreamName, sequence: number) =>
  times[sequence] ?? 0;

test.each([
  ["all arrived", site(3, []), cloud({ 1: 1, 2: 1, 3: 1 }), 0, 0],
  ["the last still waits on the site's disk", site(3, [3]), cloud({ 1: 1, 2: 1 }), 0, 0],
  ["one is nowhere", site(3, []), cloud({ 1: 1, 3: 1 }), 1, 0],
  ["one was counted twice", site(3, []), cloud({ 1: 1, 2: 2, 3: 1 }), 0, 1],
])("%s", (_, books, applied, lost, duplicated) => {
  expect(accountOf(books, applied)).toMatchObject({ stored: 3, lost, duplicated });
});
