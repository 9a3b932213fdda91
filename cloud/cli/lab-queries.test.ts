import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDuckDb, quoted, sqlTypes } from "../duckdb/duckdb.ts";
import { prices } from "../lab/store/datasets/index.ts";
import { openTables } from "../lab/store/lab.ts";
import { labQueries } from "./lab-queries.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-queries-"));
/** An export with one table without rows; the others are not there yet. */
beforeAll(async () => {
  const partition = join(folder, "prices", "known_date=2026-01-31");
  mkdirSync(partition, { recursive: true });
  const duckDb = await openDuckDb({ threads: 1, memoryMB: 256 });
  if (!duckDb.ok) throw new Error(duckDb.error.code);
  const columns = Object.entries(prices.columns).map(([name, type]) => `NULL::${sqlTypes[type]} AS ${name}`);
  const file = quoted(join(partition, "prices.parquet"));
  await duckDb.value.run(`COPY (SELECT ${columns.join(", ")} WHERE false) TO ${file} (FORMAT parquet)`);
  duckDb.value.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(labQueries.map(({ asks, sql }) => [asks, sql]))("the help's query runs: %s", async (_, sql) => {
  const tables = await openTables(folder);
  if (!tables.ok) throw new Error(tables.error.code);
  try {
    expect(await tables.value.rows(sql)).toEqual([]);
  } finally {
    tables.value.close();
  }
});
