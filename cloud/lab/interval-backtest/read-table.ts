import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { instantOf } from "@penstock/protocol/time";

/** How to read the clock and the columns of a CSV file. Names are looked for in any letter case. */
export interface TableFormat {
  readonly timeColumns: readonly string[];
  /** Columns to read, by the name they get, each with the headings it may have; the first that is there counts. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Those of them without which the file is refused. */
  readonly needed: readonly string[];
  /** Every other column of numbers too, by its own heading: files of covariates have what headings they like. */
  readonly others?: boolean;
  /** Columns whose cells may be empty, read as not a number: nothing was published. `others` always may. */
  readonly sparse?: readonly string[];
  /** An IANA zone, or minutes ahead of UTC all year. A stamp that says its own offset is believed. */
  readonly clock: string | number;
  readonly stamps: "interval-start" | "interval-end";
}

export interface TimedRows {
  readonly source: string;
  /** As stamped, UTC ms, ascending, none twice. */
  readonly timesMs: Float64Array;
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** Reads a table, plain or gzipped: a shell around {@link parseTable}. */
export function readTable(path: string, format: TableFormat): Result<TimedRows, CodedError> {
  let text: string;
  try {
    const bytes = readFileSync(path);
    text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    return fail({ code: "prices.unreadable", path, reason: error instanceof Error ? error.message : String(error) });
  }
  return parseTable(text, basename(path), format);
}

/** Everything out of order refuses the file with its line: nothing is guessed, and no row is passed over. */
export function parseTable(text: string, source: string, format: TableFormat): Result<TimedRows, CodedError> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const header = cellsOf(lines[0] ?? "");
  const lower = header.map((name) => name.toLowerCase());
  const find = (names: readonly string[]): number =>
    names.map((name) => lower.indexOf(name.toLowerCase())).find((at) => at >= 0) ?? -1;
  const timeColumn = find(format.timeColumns);
  if (timeColumn < 0) return fail({ code: "prices.no-time-column", source, header, wanted: format.timeColumns });
  const wanted = new Map<string, number>();
  for (const [name, headings] of Object.entries(format.columns)) {
    const at = find(headings);
    if (at >= 0) wanted.set(name, at);
    else if (format.needed.includes(name)) {
      return fail({ code: "prices.missing-column", source, header, wanted: headings });
    }
  }
  const sparse = new Set(format.sparse ?? []);
  if (format.others === true)
    for (const [at, name] of header.entries()) {
      if (at === timeColumn || [...wanted.values()].includes(at) || !isNumber(firstFilled(lines, at))) continue;
      wanted.set(name, at);
      sparse.add(name);
    }
  const times: number[] = [];
  const columns = new Map([...wanted.keys()].map((name) => [name, [] as number[]] as const));
  for (let index = 1; index < lines.length; index++) {
    const row = lines[index] as string;
    if (row.trim() === "") continue;
    const line = index + 1;
    const cells = cellsOf(row);
    if (cells.length !== header.length)
      return fail({ code: "prices.column-count", source, line, columns: cells.length });
    const last = times.at(-1);
    const stamp = cells[timeColumn] as string;
    const at = instantOfStamp(stamp, format.clock, last);
    if (!at.ok) return fail({ ...at.error, source, line, text: stamp });
    if (at.value === last) return fail({ code: "prices.duplicate", source, line, text: stamp });
    if (last !== undefined && at.value < last) return fail({ code: "prices.disorder", source, line, text: stamp });
    times.push(at.value);
    for (const [name, column] of wanted) {
      const cell = cells[column] as string;
      const isEmpty = cell === "" && sparse.has(name);
      if (!isEmpty && !isNumber(cell))
        return fail({ code: "prices.malformed-number", source, line, column: header[column], text: cell });
      columns.get(name)?.push(isEmpty ? Number.NaN : Number(cell));
    }
  }
  if (times.length < 2) return fail({ code: "prices.too-short", source, rows: times.length });
  return ok({
    source,
    timesMs: Float64Array.from(times),
    columns: new Map([...columns].map(([name, values]) => [name, Float64Array.from(values)])),
  });
}

const cellsOf = (line: string): readonly string[] =>
  line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));

/** What tells whether a column holds numbers. */
function firstFilled(lines: readonly string[], column: number): string | undefined {
  for (let index = 1; index < lines.length; index++) {
    const cell = cellsOf(lines[index] as string)[column];
    if (cell !== undefined && cell !== "") return cell;
  }
  return undefined;
}

const isNumber = (cell: string | undefined): boolean =>
  cell !== undefined && /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(cell);

const STAMP =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/;

/** The instant of a stamp. Of an hour that occurs twice, the one that comes after `lastMs` is meant. */
function instantOfStamp(text: string, clock: string | number, lastMs: number | undefined): Result<number, CodedError> {
  const match = STAMP.exec(text);
  if (match === null) return fail({ code: "prices.malformed-date" });
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(wallMs);
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month - 1 || hour > 23 || minute > 59)
    return fail({ code: "prices.malformed-date" });
  const offset = match[7];
  if (offset !== undefined) return ok(wallMs - offsetMsOf(offset));
  if (typeof clock === "number") return ok(wallMs - clock * 60_000);
  const iso = date.toISOString();
  const first = instantOf(clock, iso.slice(0, 10), iso.slice(11, 19));
  if (!first.ok || lastMs === undefined || first.value > lastMs) return first;
  return instantOf(clock, iso.slice(0, 10), iso.slice(11, 19), 2);
}

function offsetMsOf(text: string): number {
  if (text === "Z" || text === "UTC") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
}
