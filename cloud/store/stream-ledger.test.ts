import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import {
  completeUpToMs,
  emptyLedger,
  gapsOf,
  holds,
  missingOf,
  type StreamLedger,
  takeRecord,
} from "./stream-ledger.ts";

const empty = emptyLedger({ siteId: "park", epoch: "e1", stream: "telemetry" });
const measuredAt = (sequence: number) => (sequence * 1000) as UtcMs;
const after = (...sequences: number[]): StreamLedger =>
  sequences.reduce((ledger, sequence) => takeRecord(ledger, { sequence, aboutMs: measuredAt(sequence) }).ledger, empty);

test.each([
  // came               complete  gaps                              highest  redelivered
  [[], 0, [], 0, 0],
  [[1, 2, 3], 3, [], 3, 0],
  [[3], 0, [[1, 2]], 3, 0],
  [[1, 2, 9, 10], 2, [[3, 8]], 10, 0],
  [[9, 10, 1, 2], 2, [[3, 8]], 10, 0],
  [
    [1, 9, 5, 6, 2],
    2,
    [
      [3, 4],
      [7, 8],
    ],
    9,
    0,
  ],
  [[1, 3, 2], 3, [], 3, 0],
  [[5, 3, 4, 1, 2], 5, [], 5, 0],
  [[1, 1, 2, 7, 7, 2], 2, [[3, 6]], 7, 3],
])("%j: complete up to %d", (came, complete, gaps, highest, redelivered) => {
  const ledger = after(...came);
  expect(ledger.completeUpTo).toBe(complete);
  expect(gapsOf(ledger)).toEqual(gaps.map(([from, to]) => ({ from, to })));
  expect(ledger.highest).toBe(highest);
  expect(ledger.redelivered).toBe(redelivered);
});

test("live before backlog: complete to the second is told by the oldest gap, and the gap's end brings it up to now", () => {
  const withGap = after(1, 2, 3, 50, 51);
  const events = takeRecord({ ...empty, stream: "events" }, { sequence: 1, aboutMs: measuredAt(2) }).ledger;
  expect(completeUpToMs([withGap, events])).toBe(3000);
  const filled = Array.from({ length: 46 }, (_, i) => i + 4).reduce(
    (ledger, sequence) => takeRecord(ledger, { sequence, aboutMs: measuredAt(sequence) }).ledger,
    withGap,
  );
  expect(filled.completeUpTo).toBe(51);
  expect(completeUpToMs([filled, events])).toBe(51_000);
  expect(completeUpToMs([])).toBeNull();
  expect(completeUpToMs([after(2), events])).toBeNull();
});

test.each([
  // came               summary   complete  gaps       new
  [[1, 2], [3, 90], 90, [], true],
  [[1, 2, 95], [3, 90], 90, [[91, 94]], true],
  [
    [1, 2, 95],
    [50, 90],
    2,
    [
      [3, 49],
      [91, 94],
    ],
    true,
  ],
  [[1, 2, 50, 60], [3, 90], 90, [], true],
  [[1, 2, 3, 4], [2, 6], 6, [], true],
  [[1, 2, 3, 4], [2, 4], 4, [], false],
  [[5, 6, 7], [5, 7], 0, [[1, 4]], false],
])("with %j held, a summary of %j accounts for all it stands for", (came, [
  foldedFrom,
  sequence,
], complete, gaps, isNew) => {
  const taken = takeRecord(after(...came), {
    sequence: sequence as number,
    foldedFrom: foldedFrom as number,
    aboutMs: measuredAt(1),
  });
  expect(taken.isNew).toBe(isNew);
  expect(taken.ledger.completeUpTo).toBe(complete);
  expect(gapsOf(taken.ledger)).toEqual(gaps.map(([from, to]) => ({ from, to })));
  expect(missingOf(taken.ledger)).toBe(gaps.reduce((sum, [from = 0, to = 0]) => sum + to - from + 1, 0));
});

test("whatever the order and however often, every record is counted once and the ledger agrees with a plain set", () => {
  for (let seed = 0; seed < 300; seed++) {
    const rng = new Rng(`ledger-${seed}`);
    const came = Array.from({ length: rng.integer(1, 60) }, () => rng.integer(1, 40));
    const held = new Set<number>();
    let ledger = empty;
    for (const sequence of came) {
      const taken = takeRecord(ledger, { sequence, aboutMs: measuredAt(sequence) });
      expect(taken.isNew, `seed ${seed}`).toBe(!held.has(sequence));
      held.add(sequence);
      ledger = taken.ledger;
      let complete = 0;
      while (held.has(complete + 1)) complete++;
      expect(ledger.completeUpTo, `seed ${seed}`).toBe(complete);
      expect(ledger.completeUpToMs).toBe(complete === 0 ? null : measuredAt(complete));
      expect(ledger.received).toBe(held.size);
      expect(missingOf(ledger)).toBe(Math.max(...held) - held.size);
      expect(gapsOf(ledger).reduce((sum, { from, to }) => sum + to - from + 1, 0)).toBe(missingOf(ledger));
    }
    for (let sequence = 1; sequence <= 41; sequence++)
      expect(holds(ledger, sequence, sequence)).toBe(held.has(sequence));
    expect(ledger.redelivered).toBe(came.length - held.size);
  }
});
