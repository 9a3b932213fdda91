import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { describeError } from "@penstock/protocol/result";
import { SystemClock } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { type Cell, DuckDbError, openDuckDb } from "../duckdb/duckdb.ts";
import { datasets } from "../lab/store/datasets/index.ts";
import { exportFromMs, markExported } from "../lab/store/export-mark.ts";
import { exportStore } from "../lab/store/export-store.ts";
import { openTables } from "../lab/store/lab.ts";
import { openStoreReader } from "../store/store-reader.ts";
import { andAbove } from "./find-address.ts";
import { findStore } from "./find-store.ts";
import { labQueries } from "./lab-queries.ts";
import { endingsOf, offlineArguments } from "./offline-arguments.ts";
import { plainText, table } from "./words.ts";

const HELP = `fleetctl lab export [--out DIR] [--store FILE] [--from DATE] [--to DATE] [--json]
fleetctl lab ls [--lab DIR] [--json]
fleetctl lab query "SQL" [--lab DIR] [--as-of TIME] [--json]

  export   bring a folder of Parquet files up to date with what an aggregator remembers. It may be running.
           Stopped half-way or done again, it goes on with what is missing; days that were whole by the last export
           are not looked at again, but with --from they are.
  ls       the tables of an export: rows, from when to when
  query    ask an export in SQL; it can read nothing else

  --out DIR, --lab DIR  the export (default .penstock/lab)
  --store FILE          the aggregator's store (default: of the one that runs, or last ran, here)
  --from, --to DATE     only what became known from one day (UTC) up to and not including another
  --as-of TIME          the tables as they were known then: 2026-01-31T10:05:00Z

One folder a table, TABLE/[site=SITE/]known_date=DATE/TABLE.parquet, for pandas, polars, Spark, Trino, DuckDB. Every row
has known_utc, when it was learned, and about_utc, what it is about. Tables: ${Object.keys(datasets).join(", ")}.

  fleetctl lab export --out lab
  fleetctl lab query "SELECT site, avg(value) FROM telemetry WHERE metric = 'Power/Battery' GROUP BY site" --lab lab
  python3 -c "import pandas; print(pandas.read_parquet('lab/telemetry'))"

Questions to begin with (fleetctl lab query "SQL"):

${labQueries.map(({ asks, sql }) => `  ${asks}\n    ${sql.replace(/ (FROM|WHERE|GROUP) /g, "\n    $1 ")}`).join("\n")}`;

const CANCELLED = 130;

const DEFAULT_FOLDER = resolve(import.meta.dirname, "../../.penstock/lab");

const endings = endingsOf("lab");
const { usage, refuse } = endings;
const text = { type: "string" } as const;
const options = {
  out: { type: "string", default: DEFAULT_FOLDER },
  lab: { type: "string", default: DEFAULT_FOLDER },
  store: text,
  from: text,
  to: text,
  "as-of": text,
} as const;

/** `fleetctl lab`: the offline data platform, on files. */
export async function labCommand(argv: readonly string[]): Promise<number> {
  const parsed = offlineArguments(argv, { help: HELP, options, ...endings });
  if (typeof parsed === "number") return parsed;
  const { values, positionals } = parsed;
  const [verb, ...rest] = positionals;
  if (verb === "export" && rest.length === 0) return exportAll(values);
  const folder = resolve(values.lab);
  if (verb === "ls" && rest.length === 0) return ask(folder, undefined, LIST, values.json);
  if (verb === "query" && rest.length === 1) {
    const asOfMs = values["as-of"] === undefined ? undefined : utcOf(values["as-of"]);
    if (values["as-of"] !== undefined && asOfMs === undefined) {
      return usage(`--as-of is an instant like 2026-01-31T10:05:00Z, not "${values["as-of"]}"`);
    }
    return ask(folder, asOfMs, rest[0] ?? "", values.json);
  }
  return usage(
    verb === undefined ? "say export, ls or query" : `"${positionals.join(" ")}" is not something lab can do`,
  );
}

interface ExportValues {
  readonly out: string;
  readonly store?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly json: boolean;
}

async function exportAll({ out, store, from, to, json }: ExportValues): Promise<number> {
  const fromMs = from === undefined ? undefined : dayOf(from);
  const endMs = to === undefined ? (Number.MAX_SAFE_INTEGER as UtcMs) : dayOf(to);
  if ((from !== undefined && fromMs === undefined) || endMs === undefined)
    return usage("--from and --to are days like 2026-01-31");
  const found = findStore({ store, folders: [...andAbove(process.cwd()), ...andAbove(import.meta.dirname)] });
  if (!found.ok) return refuse(describeError(found.error));
  const reader = openStoreReader(found.value);
  if (!reader.ok) return refuse(describeError(reader.error));
  const folder = resolve(out);
  mkdirSync(folder, { recursive: true });
  const duckDb = await openDuckDb({ threads: 1, memoryMB: 1024, temporaryFolder: resolve(folder, ".spilled") });
  if (!duckDb.ok) return refuse(describeError(duckDb.error));
  const begunMs = new SystemClock().nowMs();
  const startMs = fromMs ?? exportFromMs(folder, found.value);
  let isCancelled = false;
  process.once("SIGINT", () => {
    isCancelled = true;
    process.stderr.write("\nfleetctl: stopping after this file; once more to stop at once\n");
  });
  const made = await exportStore({
    reader: reader.value,
    duckDb: duckDb.value,
    out: folder,
    known: { startMs, endMs },
    onProgress: (done, of, file) => process.stderr.write(`${done} of ${of} ${file}\n`),
    isCancelled: () => isCancelled,
  });
  duckDb.value.close();
  reader.value.close();
  if (!made.ok) return refuse(describeError(made.error));
  if (made.value.isComplete && from === undefined && to === undefined) markExported(folder, found.value, begunMs);
  const { filesWritten, filesUnchanged, filesKept, rowsWritten, isComplete } = made.value;
  const words = `${filesWritten} files written with ${rowsWritten} rows, ${filesUnchanged} were up to date${filesKept === 0 ? "" : `, ${filesKept} know more than the store`}: ${folder}`;
  process.stdout.write(
    `${json ? JSON.stringify({ version: 1, store: found.value, out: folder, ...made.value }) : words}\n`,
  );
  return isComplete ? 0 : CANCELLED;
}

const dayOf = (text: string): UtcMs | undefined =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) ? utcOf(`${text}T00:00:00Z`) : undefined;

function utcOf(text: string): UtcMs | undefined {
  const instantMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instantMs) ? undefined : (instantMs as UtcMs);
}

const LIST = Object.entries(datasets)
  .map(
    ([name, { text }]) => `SELECT '${name}' AS "table", count(*) AS rows, min(about_utc) AS about_from,
      max(about_utc) AS about_to, max(known_utc) AS known_to, '${text.replaceAll("'", "''")}' AS holds FROM ${name}`,
  )
  .join(" UNION ALL ");

async function ask(folder: string, asOfMs: UtcMs | undefined, sql: string, isJson: boolean): Promise<number> {
  const tables = await openTables(folder, asOfMs);
  if (!tables.ok) return refuse(describeError(tables.error));
  const stop = (): void => tables.value.interrupt();
  process.once("SIGINT", stop);
  try {
    const rows = (await tables.value.rows(sql)).map(withPlainCells);
    const lines = isJson ? [JSON.stringify({ version: 1, rows })] : inColumns(rows);
    process.stdout.write(`${lines.join("\n")}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof DuckDbError)) throw error;
    return refuse(error.message);
  } finally {
    process.removeListener("SIGINT", stop);
    tables.value.close();
  }
}

type PlainCell = string | number | boolean | null;

/** Instants in ISO 8601; whole numbers as numbers where they are exact. */
const withPlainCells = (row: Readonly<Record<string, Cell>>): Readonly<Record<string, PlainCell>> =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]): [string, PlainCell] => {
      if (cell instanceof Date) return [name, cell.toISOString()];
      if (typeof cell === "bigint") return [name, Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell)];
      return [name, typeof cell === "object" ? cell && JSON.stringify(cell) : cell];
    }),
  );

function inColumns(rows: readonly Readonly<Record<string, PlainCell>>[]): readonly string[] {
  const [first] = rows;
  if (first === undefined) return ["no rows"];
  const headings = Object.entries(first).map(([name, cell]) => (typeof cell === "number" ? `>${name}` : name));
  return table(
    headings,
    rows.map((row) => Object.values(row).map((cell) => (cell === null ? "-" : plainText(String(cell))))),
  );
}
