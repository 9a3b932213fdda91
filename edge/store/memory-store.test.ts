import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { MemoryDisk } from "./memory-disk.ts";
import { MemoryStore } from "./memory-store.ts";
import { at, reading } from "./testing/store-bench.ts";

test("over a thousand kills an append is wholly there or wholly absent, and what was answered is there", () => {
  const rng = new Rng("kills");
  const clock = new SimClock(at(0));
  const disk = new MemoryDisk({ epoch: "epoch-1" });
  let answered = 0;
  let unanswered = 0;
  for (let life = 0; life < 1_000; life++) {
    const process = clock.forProcess();
    const store = new MemoryStore({ clock: process, disk, latencyMs: Ms(10) });
    const before = disk.image().streams.telemetry.lastSequence;
    let acknowledged = before;
    const batches = rng.integer(1, 5);
    for (let batch = 0; batch < batches; batch++) {
      store.append([reading(0, life), reading(1, life), reading(2, life)], (result) => {
        if (result.ok) acknowledged = result.value.at(-1)?.sequence ?? 0;
      });
      clock.advance(Ms(rng.between(0, 8)));
    }
    process.kill();
    clock.advance(Ms(50));
    const after = disk.image().streams.telemetry.lastSequence;
    expect(after).toBeGreaterThanOrEqual(acknowledged);
    expect((after - before) % 3).toBe(0);
    if (acknowledged > before) answered++;
    if (after > acknowledged) unanswered++;
  }
  expect(answered).toBeGreaterThan(100);
  expect(unanswered).toBeGreaterThan(100);
});
