import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UtcMs } from "@penstock/protocol/units";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { StoredRecord, StoreImage } from "./edge-store.ts";
import { openSqliteStore, type SqliteStore } from "./sqlite-store.ts";
import { reading } from "./testing/store-bench.ts";

let folder = "";
let file = "";
const stores: SqliteStore[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "penstock-sqlite-"));
  file = join(folder, "site.sqlite");
});
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

let epochs = 0;
function open() {
  const opened = openSqliteStore({
    file,
    budgetBytes: 1e9,
    newEpoch: () => `epoch-${++epochs}`,
    nowMs: () => UtcMs(0),
  });
  if (opened.ok) stores.push(opened.value);
  return opened;
}

function opened(): SqliteStore {
  const result = open();
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

const image = (store: SqliteStore) => (store.commit([{ type: "load" }])[0] as { value: StoreImage }).value;

test("kill -9 in the middle of appending loses nothing that was answered", async () => {
  const script = join(import.meta.dirname, "testing", "append-for-ever.ts");
  let answered = 0;
  for (let kill = 0; kill < 3; kill++) {
    const child = spawn(process.execPath, [script, file], { stdio: ["ignore", "pipe", "inherit"] });
    const wanted = answered + 200 + kill * 37;
    let text = "";
    await new Promise<void>((resolve) => {
      child.stdout.on("data", (data) => {
        text += String(data);
        for (const line of text.split("\n").slice(0, -1)) answered = Math.max(answered, Number(line));
        text = text.slice(text.lastIndexOf("\n") + 1);
        if (answered >= wanted) child.kill("SIGKILL");
      });
      child.on("exit", () => resolve());
    });
    const store = opened();
    const { lastSequence } = image(store).streams.telemetry;
    expect(lastSequence).toBeGreaterThanOrEqual(answered);
    expect(lastSequence % 2).toBe(0);
    const [read] = store.commit([{ type: "read", stream: "telemetry", after: 0, limit: 1e6 }]);
    const sequences = (read as { value: readonly StoredRecord[] }).value.map(({ sequence }) => sequence);
    expect(sequences).toEqual(Array.from({ length: lastSequence }, (_, index) => index + 1));
    store.close();
    stores.pop();
  }
});

test("the file is in WAL mode and every commit is on the disk", () => {
  opened();
  const db = new Database(file);
  expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
  db.close();
});

test.each([
  ["is no database", () => writeFileSync(file, "this is not a database, whatever its name says".repeat(100))],
  [
    "has a torn page",
    () => {
      const store = opened();
      store.commit([{ type: "append", records: Array.from({ length: 2_000 }, (_, index) => reading(index, index)) }]);
      store.close();
      stores.pop();
      const db = new Database(file);
      const size = db.pragma("page_size", { simple: true }) as number;
      db.close();
      const bytes = Buffer.alloc(size * 4, 0xa5);
      const whole = readFileSync(file);
      bytes.copy(whole, size * 2);
      writeFileSync(file, whole);
    },
  ],
])("a file that %s is set aside, and a new epoch begins and says so", (_, damage) => {
  damage();
  const store = opened();
  expect(image(store).streams.telemetry).toEqual({ lastSequence: 0, acknowledged: 0 });
  expect(store.takeNotices()).toMatchObject([
    { code: "store.new-epoch", epoch: `epoch-${epochs}`, setAside: expect.stringContaining("site.sqlite.damaged-") },
  ]);
  expect(readdirSync(folder).some((name) => name.startsWith("site.sqlite.damaged-"))).toBe(true);
});

test("a file written by a newer version is refused in a sentence and left as it was", () => {
  opened();
  const db = new Database(file);
  db.pragma("user_version = 99");
  db.close();
  expect(open()).toMatchObject({
    ok: false,
    error: { code: "store.schema-from-the-future", fileVersion: 99, remedy: expect.stringContaining("newer Penstock") },
  });
  expect(readdirSync(folder).every((name) => !name.includes("damaged"))).toBe(true);
});

test("a folder that is not there is an answer, not an exception", () => {
  file = join(folder, "no", "such", "site.sqlite");
  expect(open()).toMatchObject({ ok: false, error: { code: "store.unavailable" } });
});

test("a commit that fails leaves numbers as they were", () => {
  const store = opened();
  const [first] = store.commit([{ type: "append", records: [reading(0, 1)] }]);
  expect(first).toMatchObject({ ok: true });
  const broken = { ...reading(1, 1), metrics: [["Power/Grid", 1n as unknown as number]] as const };
  const failed = store.commit([
    { type: "append", records: [reading(1, 2)] },
    { type: "append", records: [broken] },
  ]);
  expect(failed).toMatchObject([
    { ok: false, error: { code: "store.write-failed" } },
    { ok: false, error: { code: "store.write-failed" } },
  ]);
  expect(store.commit([{ type: "append", records: [reading(2, 3)] }])).toMatchObject([{ value: [{ sequence: 2 }] }]);
});
