import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";

/** What a cell holds: text, a number, a whole number, a truth, an instant; null where it is not known. */
export type Cell = string | number | bigint | boolean | Date | null;

/** One DuckDB database in memory. Every promise may reject with {@link DuckDbError}; nothing else is thrown. */
export interface DuckDb {
  run(sql: string): Promise<void>;
  /** Rows as objects by column name: instants as Date, 64-bit integers as bigint. */
  rows(sql: string): Promise<readonly Readonly<Record<string, Cell>>[]>;
  /** Appends rows to a table, cells in the order of its columns. */
  append(table: string, types: readonly ColumnType[], rows: Iterable<readonly Cell[]>): Promise<number>;
  /** Ends the statement that is running; its promise rejects. */
  interrupt(): void;
  close(): void;
}

/** `utc` is an instant to the millisecond; in Parquet it is a timestamp adjusted to UTC. */
export type ColumnType = "text" | "number" | "integer" | "boolean" | "utc";

export const sqlTypes: Readonly<Record<ColumnType, string>> = {
  text: "VARCHAR",
  number: "DOUBLE",
  integer: "BIGINT",
  boolean: "BOOLEAN",
  utc: "TIMESTAMPTZ",
};

/** What DuckDB says is wrong with a statement or a file. */
export class DuckDbError extends Error {
  override readonly name = "DuckDbError";
}

/** How much of the machine a lab may take. What does not fit in memory goes to `temporaryFolder`. */
export interface DuckDbLimits {
  readonly threads: number;
  readonly memoryMB: number;
  readonly temporaryFolder?: string;
  /** The only folder that statements may read; anything where it is absent. */
  readonly readableFolder?: string;
}

/**
 * Opens a database. The library is loaded here and nowhere else, under a name the compiler does not follow: a cloud
 * without it is type-checked, started and run all the same. Refused with `lab.no-duckdb` when it is not installed.
 */
export async function openDuckDb(limits: DuckDbLimits): Promise<Result<DuckDb, CodedError>> {
  let library: Library;
  try {
    library = (await import(PACKAGE)) as Library;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    return fail({ code: "lab.no-duckdb", needed: PACKAGE, remedy: "npm install --include=optional", reason });
  }
  const instance = await library.DuckDBInstance.create(":memory:", {
    threads: String(limits.threads),
    memory_limit: `${limits.memoryMB}MB`,
    ...(limits.temporaryFolder !== undefined && { temp_directory: limits.temporaryFolder }),
  });
  const connection = await instance.connect();
  const database = new Database(library, connection, () => {
    connection.closeSync();
    instance.closeSync();
  });
  await database.run("SET TimeZone = 'UTC'");
  if (limits.readableFolder !== undefined) {
    await database.run(`SET allowed_directories = [${quoted(limits.readableFolder)}]`);
    await database.run("SET enable_external_access = false");
    await database.run("SET lock_configuration = true");
  }
  return ok(database);
}

const PACKAGE: string = "@duckdb/node-api";

/** A text as SQL writes it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Rows appended between two flushes: what waits outside the database stays small. */
const FLUSH_EVERY = 100_000;

class Database implements DuckDb {
  readonly #library: Library;
  readonly #connection: Connection;
  readonly #close: () => void;

  constructor(library: Library, connection: Connection, close: () => void) {
    this.#library = library;
    this.#connection = connection;
    this.#close = close;
  }

  async run(sql: string): Promise<void> {
    await asked(this.#connection.run(sql));
  }

  async rows(sql: string): Promise<readonly Readonly<Record<string, Cell>>[]> {
    const reader = await asked(this.#connection.runAndReadAll(sql));
    return reader.getRowObjectsJS() as Record<string, Cell>[];
  }

  async append(table: string, types: readonly ColumnType[], rows: Iterable<readonly Cell[]>): Promise<number> {
    const appender = await asked(this.#connection.createAppender(table));
    let count = 0;
    for (const row of rows) {
      for (const [column, type] of types.entries()) this.#appendCell(appender, type, row[column] ?? null);
      appender.endRow();
      if (++count % FLUSH_EVERY === 0) appender.flushSync();
    }
    appender.closeSync();
    return count;
  }

  interrupt(): void {
    this.#connection.interrupt();
  }

  close(): void {
    this.#close();
  }

  #appendCell(appender: Appender, type: ColumnType, cell: Cell): void {
    if (cell === null) appender.appendNull();
    else if (type === "text") appender.appendVarchar(String(cell));
    else if (type === "number") appender.appendDouble(Number(cell));
    else if (type === "integer") appender.appendBigInt(BigInt(cell as number | bigint));
    else if (type === "boolean") appender.appendBoolean(Boolean(cell));
    else appender.appendTimestampTZ(new this.#library.DuckDBTimestampTZValue(BigInt(Number(cell)) * 1000n));
  }
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new DuckDbError(error instanceof Error ? error.message : String(error));
  }
}

/** The part of the library that is used here. */
interface Library {
  readonly DuckDBInstance: { create(path: string, options: Readonly<Record<string, string>>): Promise<Instance> };
  readonly DuckDBTimestampTZValue: new (micros: bigint) => object;
}

interface Instance {
  connect(): Promise<Connection>;
  closeSync(): void;
}

interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRowObjectsJS(): unknown }>;
  createAppender(table: string): Promise<Appender>;
  interrupt(): void;
  closeSync(): void;
}

interface Appender {
  appendNull(): void;
  appendVarchar(value: string): void;
  appendDouble(value: number): void;
  appendBigInt(value: bigint): void;
  appendBoolean(value: boolean): void;
  appendTimestampTZ(value: object): void;
  endRow(): void;
  flushSync(): void;
  closeSync(): void;
}
