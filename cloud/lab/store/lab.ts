import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { type Cell, type DuckDb, openDuckDb, quoted, sqlTypes } from "../../duckdb/duckdb.ts";
import type { Columns, Dataset, RowOf } from "./dataset.ts";
import { datasets } from "./datasets/index.ts";

const LIMITS = { threads: 2, memoryMB: 1024 };

/**
 * An export, opened for reading. Whoever decides or learns is handed a {@link KnownThen} of it, which knows no later
 * than its moment; the lab itself has no door to a row.
 */
export class Lab {
  readonly #duckDb: DuckDb;

  private constructor(duckDb: DuckDb) {
    this.#duckDb = duckDb;
  }

  /** Refused with `lab.no-export` when there is none in the folder, `lab.no-duckdb` when its library is not installed. */
  static async open(folder: string): Promise<Result<Lab, CodedError>> {
    const opened = await openTables(folder);
    return opened.ok ? ok(new Lab(opened.value)) : opened;
  }

  asOf(asOfMs: UtcMs): KnownThen {
    return new KnownThen(this.#duckDb, asOfMs);
  }

  close(): void {
    this.#duckDb.close();
  }
}

/** What had been learned by a moment, and nothing else: each row was known at or before `asOfMs`. */
export class KnownThen {
  readonly asOfMs: UtcMs;
  readonly #duckDb: DuckDb;

  constructor(duckDb: DuckDb, asOfMs: UtcMs) {
    this.#duckDb = duckDb;
    this.asOfMs = asOfMs;
  }

  /** The same, at an earlier moment. A later one is not this view's to give. */
  before(asOfMs: UtcMs): Result<KnownThen, CodedError> {
    if (asOfMs > this.asOfMs) return fail({ code: "lab.look-ahead", askedMs: asOfMs, asOfMs: this.asOfMs });
    return ok(new KnownThen(this.#duckDb, asOfMs));
  }

  /** Rows about a span, by the time they are about, then known, then by their columns; only those with the values asked for. */
  async rows<Source, C extends Columns>(
    { name, columns }: Dataset<Source, C>,
    about: Interval,
    filter: Partial<RowOf<C>> = {},
  ): Promise<readonly RowOf<C>[]> {
    const conditions = [
      `known_utc <= ${instant(this.asOfMs)}`,
      `about_utc >= ${instant(about.startMs)}`,
      `about_utc < ${instant(about.endMs)}`,
      ...Object.entries(filter).map(([column, value]) => `${column} = ${literal(value as Cell)}`),
    ];
    const names = Object.keys(columns);
    const order = ["about_utc", ...names.filter((column) => column !== "about_utc")]; // The same rows in the same order, always.
    const rows = await this.#duckDb.rows(
      `SELECT ${names.join(", ")} FROM ${name} WHERE ${conditions.join(" AND ")} ORDER BY ${order.join(", ")}`,
    );
    return rows.map(plainRow) as readonly RowOf<C>[];
  }
}

/**
 * DuckDB with one view a table of an export, empty where the export has none of it, and no other file within its
 * reach. With `asOfMs` the views end with what was known then.
 */
export async function openTables(folder: string, asOfMs?: UtcMs): Promise<Result<DuckDb, CodedError>> {
  if (!isExport(folder)) {
    return fail({ code: "lab.no-export", folder, remedy: "fleetctl lab export --out FOLDER makes one" });
  }
  const opened = await openDuckDb({ ...LIMITS, readableFolder: folder });
  if (!opened.ok) return opened;
  for (const dataset of Object.values(datasets)) {
    const seen = asOfMs === undefined ? "" : ` WHERE known_utc <= ${instant(asOfMs)}`;
    await opened.value.run(`CREATE VIEW ${dataset.name} AS ${selectOf(folder, dataset)}${seen}`);
  }
  return opened;
}

/** Whether a folder holds any table of an export. */
const isExport = (folder: string): boolean =>
  existsSync(folder) && readdirSync(folder).some((name) => Object.hasOwn(datasets, name));

function selectOf(folder: string, { name, columns, partition }: (typeof datasets)[string]): string {
  const names = Object.keys(columns);
  if (!existsSync(join(folder, name))) {
    const nothing = Object.entries({ ...columns, known_date: "text" as const });
    return `SELECT ${nothing.map(([column, type]) => `NULL::${sqlTypes[type]} AS ${column}`).join(", ")} WHERE false`;
  }
  const types = ["known_date", ...(partition === undefined ? [] : [partition])].map((key) => `${key}: VARCHAR`);
  const files = quoted(join(folder, name, "**/*.parquet"));
  return `SELECT ${[...names, "known_date"].join(", ")}
    FROM read_parquet(${files}, hive_partitioning = true, hive_types = {${types.join(", ")}}, union_by_name = true)`;
}

const instant = (instantMs: UtcMs): string => `make_timestamptz(${Math.floor(instantMs)} * 1000)`;

function literal(value: Cell): string {
  if (typeof value === "string") return quoted(value);
  return value === null ? "NULL" : String(value);
}

/** Instants as UTC ms and whole numbers as numbers, as they were before they were exported. */
export const plainRow = (
  row: Readonly<Record<string, Cell>>,
): Readonly<Record<string, string | number | boolean | null>> =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => {
      if (cell instanceof Date) return [name, cell.getTime()];
      return [name, typeof cell === "bigint" ? Number(cell) : cell];
    }),
  );
