import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "@penstock/protocol/result";
import { SimClock } from "@penstock/protocol/time";
import { Ms, seconds } from "@penstock/protocol/units";
import { afterEach, describe, expect, test } from "vitest";
import { verifyAudit } from "./audit-chain.ts";
import type { ChainedAuditEntry, EdgeStore, StoredRecord, StoreImage, StoreNotice, StoreStats } from "./edge-store.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { MemoryStore } from "./memory-store.ts";
import { StoreHandle } from "./store-handle.ts";
import { at, type BenchOptions, inStream, reading, type StoreBench } from "./testing/store-bench.ts";

const open: StoreBench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close();
});

/** What every store must do: the real one and the one of the virtual clock go through the same questions. */
describe.each([
  ["sqlite", sqliteBench],
  ["memory", memoryBench],
])("the %s store", (_, create) => {
  const start = async (options: BenchOptions = {}) => {
    const bench = await create(options);
    open.push(bench);
    return bench;
  };

  test("numbers each stream from 1 without gaps and answers in order", async () => {
    const { settle, store } = await start();
    const answers: number[] = [];
    const append = (count: number) =>
      settle<readonly StoredRecord[]>((done) =>
        store.append(
          Array.from({ length: count }, (_, index) => reading(index, index)),
          (result) => {
            if (result.ok) answers.push(...result.value.map(({ sequence }) => sequence));
            done(result);
          },
        ),
      );
    await Promise.all([append(3), append(1), append(2)]);
    expect(answers).toEqual([1, 2, 3, 4, 5, 6]);
    const events = await settle<readonly StoredRecord[]>((done) => store.append([inStream("events", 0)], done));
    expect(events[0]?.sequence).toBe(1);
  });

  test("never answers before the call has returned", async () => {
    const { settle, store } = await start();
    let isReturned = false;
    await settle((done) => {
      store.append([reading(0, 1)], (result) => {
        expect(isReturned).toBe(true);
        done(result);
      });
      isReturned = true;
    });
  });

  test("gives back what it was given, until the host has it", async () => {
    const { settle, store } = await start();
    const records = [reading(0, 1.5), reading(1, -2, "unit-1"), reading(2, 3)];
    await settle((done) => store.append(records, done));
    const read = await settle<readonly StoredRecord[]>((done) => store.read("telemetry", 0, 10, done));
    expect(read).toEqual(records.map((record, index) => ({ ...record, sequence: index + 1 })));
    expect(await settle((done) => store.read("telemetry", 1, 1, done))).toEqual([read[1]]);

    await settle((done) => store.acknowledge("telemetry", 2, done));
    expect(await settle((done) => store.read("telemetry", 0, 10, done))).toEqual([read[2]]);
    await settle((done) => store.acknowledge("telemetry", 1, done));
    const image = await settle<StoreImage>((done) => store.load(done));
    expect(image.streams.telemetry).toEqual({ lastSequence: 3, acknowledged: 2 });
  });

  test("refuses an acknowledgement of what was never stored, and deletes nothing for it", async () => {
    const { fails, settle, store } = await start();
    await settle((done) => store.append([reading(0, 1)], done));
    expect(await fails((done) => store.acknowledge("telemetry", 2, done))).toBe("store.never-stored");
    expect(await settle((done) => store.read("telemetry", 0, 10, done))).toHaveLength(1);
  });

  test("goes on after a restart: same epoch, same facts, next number", async () => {
    const first = await start();
    const before = await first.settle<StoreImage>((done) => first.store.load(done));
    expect(first.notices.map(({ code }) => code)).toEqual(["store.new-epoch"]);
    await first.settle((done) => first.store.append([reading(0, 1), reading(1, 2)], done));
    await first.settle((done) => first.store.acknowledge("telemetry", 1, done));
    await first.settle((done) => first.store.put("bdSeq", 7, done));
    await first.settle((done) => first.store.put("bdSeq", 8, done));
    await first.settle((done) => first.store.put("latches", { stop: { by: "ann" }, gone: undefined }, done));

    const second = await first.restart();
    const after = await second.settle<StoreImage>((done) => second.store.load(done));
    expect(second.notices).toEqual([]);
    expect(after.epoch).toBe(before.epoch);
    expect(after.facts).toEqual({ bdSeq: 8, latches: { stop: { by: "ann" } } });
    expect(after.streams.telemetry).toEqual({ lastSequence: 2, acknowledged: 1 });
    const more = await second.settle<readonly StoredRecord[]>((done) => second.store.append([reading(2, 3)], done));
    expect(more[0]?.sequence).toBe(3);
  });

  test("chains its audit log over restarts, so that a changed entry shows", async () => {
    const first = await start();
    const entry = (second: number, what: string) => ({
      timeMs: at(second),
      who: "ann",
      what,
      outcome: "done",
      facts: { reason: "test" },
    });
    await first.settle((done) => first.store.audit(entry(0, "stop"), done));
    const second = await first.restart();
    await second.settle((done) => second.store.audit(entry(1, "resume"), done));
    await second.settle((done) => second.store.audit(entry(2, "stop"), done));
    const all = await second.settle<readonly ChainedAuditEntry[]>((done) => second.store.readAudit(10, done));
    expect(all.map(({ sequence, what }) => [sequence, what])).toEqual([
      [1, "stop"],
      [2, "resume"],
      [3, "stop"],
    ]);
    expect(verifyAudit(all)).toMatchObject({ ok: true });
    expect(verifyAudit(all.slice(1))).toMatchObject({ ok: true });
    const forged = all.map((one) => (one.sequence === 2 ? { ...one, who: "bob" } : one));
    expect(verifyAudit(forged)).toMatchObject({ ok: false, error: { sequence: 2 } });
    expect(verifyAudit(all.filter(({ sequence }) => sequence !== 2))).toMatchObject({
      ok: false,
      error: { sequence: 3 },
    });
    expect(await second.settle((done) => second.store.readAudit(1, done))).toEqual([all[2]]);
  });

  test("over its budget thins the oldest telemetry, accounts for every number and touches nothing else", async () => {
    const { notices, settle, store } = await start({ budgetBytes: 20_000 });
    await settle((done) => store.append([inStream("settlement", 0), inStream("events", 0)], done));
    for (let minute = 0; minute < 30; minute++) {
      const records = Array.from({ length: 20 }, (_, index) =>
        reading(minute * 60 + index * 3, minute, index % 2 === 0 ? undefined : "unit-1"),
      );
      await settle((done) => store.append(records, done));
    }
    const stats = await settle<StoreStats>((done) => store.stats(done));
    expect(stats.stored).toEqual({ settlement: 1, events: 1, telemetry: 600 });
    expect(stats.telemetryBytes).toBeLessThanOrEqual(20_000);

    const read = await settle<readonly StoredRecord[]>((done) => store.read("telemetry", 0, 1_000, done));
    let next = 1;
    for (const { folded, sequence } of read) {
      expect(folded?.fromSequence ?? sequence).toBe(next);
      next = sequence + 1;
    }
    expect(next).toBe(601);
    expect(read.reduce((sum, { folded }) => sum + (folded?.records ?? 1), 0)).toBe(600);
    expect(read.at(-1)?.folded).toBeUndefined();
    const minuteMeans = read.filter(({ folded }) => folded?.windowMs === 60_000);
    expect(minuteMeans.length).toBeGreaterThan(0);
    for (const { metrics, timeMs } of minuteMeans) {
      expect(metrics).toEqual([
        ["Power/Grid", Math.floor((timeMs - at(0)) / 60_000)],
        ["Control/Source", "lease"],
      ]);
    }
    expect(notices.some(({ code }) => code === "store.folded")).toBe(true);
    expect(await settle((done) => store.read("events", 0, 10, done))).toHaveLength(1);
    expect(await settle((done) => store.read("settlement", 0, 10, done))).toHaveLength(1);
  });

  test("says so when nothing is left to thin", async () => {
    const { notices, settle, store } = await start({ budgetBytes: 500 });
    for (let day = 0; day < 12; day++) await settle((done) => store.append([reading(day * 86_400, 1)], done));
    expect(notices.filter(({ code }) => code === "store.over-budget")).toHaveLength(1);
    expect(await settle((done) => store.read("telemetry", 0, 100, done))).toHaveLength(12);
  });

  test("acknowledging what was thinned frees the budget", async () => {
    const { settle, store } = await start({ budgetBytes: 5_000 });
    for (let second = 0; second < 200; second++) await settle((done) => store.append([reading(second, 1)], done));
    await settle((done) => store.acknowledge("telemetry", 200, done));
    const stats = await settle<StoreStats>((done) => store.stats(done));
    expect(stats).toMatchObject({ telemetryBytes: 0, acknowledged: { telemetry: 200 } });
  });
});

async function memoryBench({ budgetBytes = 1e9 }: BenchOptions): Promise<StoreBench> {
  const clock = new SimClock(at(0));
  const disk = new MemoryDisk({ epoch: "epoch-1", budgetBytes });
  const life = (): StoreBench => {
    const store = new MemoryStore({ clock, disk, latencyMs: Ms(2) });
    return bench(
      store,
      async () => clock.advance(seconds(1)),
      async () => life(),
      async () => {},
    );
  };
  return life();
}

async function sqliteBench({ budgetBytes = 1e9 }: BenchOptions): Promise<StoreBench> {
  const folder = mkdtempSync(join(tmpdir(), "penstock-store-"));
  const life = (): StoreBench => {
    const store = new StoreHandle({ file: join(folder, "site.sqlite"), budgetBytes });
    const restart = async () => {
      await store.close();
      return life();
    };
    const close = async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return bench(store, async () => {}, restart, close);
  };
  return life();
}

function bench(
  store: EdgeStore,
  pass: () => Promise<void>,
  restart: () => Promise<StoreBench>,
  close: () => Promise<void>,
): StoreBench {
  const notices: StoreNotice[] = [];
  store.onNotice = (notice) => notices.push(notice);
  const result = async <T>(call: (done: (result: Result<T>) => void) => void) => {
    const answer = new Promise<Result<T>>(call);
    await pass();
    return answer;
  };
  return {
    store,
    notices,
    async settle(call) {
      const answer = await result(call);
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
    async fails(call) {
      const answer = await result(call);
      return answer.ok ? "it was not refused" : answer.error.code;
    },
    async restart() {
      const next = await restart();
      open.push(next);
      return next;
    },
    close,
  };
}
