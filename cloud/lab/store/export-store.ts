import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import { type DuckDb, DuckDbError, quoted, sqlTypes } from "../../duckdb/duckdb.ts";
import type { StoreReader } from "../../store/store-reader.ts";
import { type Partition, partitionsOf } from "./partitions.ts";

export interface StoreExport {
  readonly reader: StoreReader;
  readonly duckDb: DuckDb;
  /** The folder of the export. Files of an earlier one that are up to date stay untouched. */
  readonly out: string;
  /** Only what became known in these whole days (UTC). */
  readonly known: Interval;
  readonly onProgress: (done: number, of: number, file: string) => void;
  /** Asked between two files; what is finished stays. */
  readonly isCancelled: () => boolean;
}

export interface ExportSummary {
  readonly filesWritten: number;
  readonly filesUnchanged: number;
  /** Files that know more than the store, which has forgotten some of it since. They stay. */
  readonly filesKept: number;
  readonly rowsWritten: number;
  readonly isComplete: boolean;
}

/**
 * Brings an export up to date with a store: one Parquet file a table and day on which it was learned. A file says in
 * itself how much of the store it stands for; it is written anew only when the store knows more, aside first and
 * then put in its place whole. So an export may be stopped at any moment and done again at any time. Refused with
 * `lab.cannot-write`.
 */
export async function exportStore(wish: StoreExport): Promise<Result<ExportSummary, CodedError>> {
  const { reader, duckDb, out, onProgress, isCancelled } = wish;
  const summary = { filesWritten: 0, filesUnchanged: 0, filesKept: 0, rowsWritten: 0, isComplete: true };
  const partitions = partitionsOf(reader, wish.known);
  for (const [index, partition] of partitions.entries()) {
    if (isCancelled()) return ok({ ...summary, isComplete: false });
    try {
      const state = await stateOf(duckDb, join(out, partition.file), partition);
      if (state === "current") summary.filesUnchanged++;
      else if (state === "richer") summary.filesKept++;
      else {
        summary.rowsWritten += await writePartition(duckDb, out, partition);
        summary.filesWritten++;
      }
    } catch (error) {
      if (!(error instanceof DuckDbError) && !isFileError(error)) throw error;
      return fail({ code: "lab.cannot-write", file: join(out, partition.file), reason: error.message });
    }
    onProgress(index + 1, partitions.length, partition.file);
  }
  return ok(summary);
}

/** Keys of the file's own metadata. */
const ENTRIES = "penstock.entries";
const LATEST = "penstock.latest_known_ms";
const COLUMNS = "penstock.columns";

const namesOf = ({ columns }: Partition): string => columns.map(([name, type]) => `${name} ${type}`).join(", ");

async function stateOf(duckDb: DuckDb, path: string, partition: Partition): Promise<"old" | "current" | "richer"> {
  if (!existsSync(path)) return "old";
  const rows = await duckDb.rows(
    `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${quoted(path)})`,
  );
  const held = new Map(rows.map(({ key, value }) => [key, value]));
  const entries = Number(held.get(ENTRIES) ?? 0);
  if (entries > partition.entries) return "richer";
  const isSame =
    entries === partition.entries &&
    Number(held.get(LATEST)) === partition.latestKnownMs &&
    held.get(COLUMNS) === namesOf(partition);
  return isSame ? "current" : "old";
}

async function writePartition(duckDb: DuckDb, out: string, partition: Partition): Promise<number> {
  const path = join(out, partition.file);
  const aside = `${path}.writing`;
  mkdirSync(dirname(path), { recursive: true });
  const columns = partition.columns.map(([name, type]) => `${name} ${sqlTypes[type]}`).join(", ");
  const metadata = Object.entries({
    [ENTRIES]: String(partition.entries),
    [LATEST]: String(partition.latestKnownMs),
    [COLUMNS]: namesOf(partition),
  }).map(([key, value]) => `${quoted(key)}: ${quoted(value)}`);
  try {
    await duckDb.run(`CREATE OR REPLACE TABLE part (${columns})`);
    const types = partition.columns.map(([, type]) => type);
    const rows = await duckDb.append("part", types, partition.rows());
    await duckDb.run(
      `COPY part TO ${quoted(aside)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {${metadata.join(", ")}})`,
    );
    renameSync(aside, path);
    return rows;
  } finally {
    rmSync(aside, { force: true });
    await duckDb.run("DROP TABLE IF EXISTS part");
  }
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && "syscall" in error;
