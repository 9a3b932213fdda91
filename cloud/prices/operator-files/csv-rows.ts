import { fail, ok, type Result } from "@penstock/protocol/result";
import type { PriceFileError } from "../parse-price-text.ts";
import { csvCells } from "./csv-cells.ts";
import { refusal, type TextFile, type TextLine } from "./text-files.ts";

/** A row of a table with a heading line, its cells by heading. */
export interface CsvRow {
  readonly line: number;
  /** The cell under a heading; empty where the table has no such column. */
  readonly cell: (heading: string) => string;
  readonly refuse: (code: PriceFileError["code"], says: string, heading?: string) => Result<never, PriceFileError>;
}

export interface CsvHeader {
  readonly line: number;
  readonly headings: readonly string[];
}

/** Headings compare without case, spaces and signs: `Settlement Point` is `SettlementPoint`. */
export const headingKey = (heading: string): string => heading.toLowerCase().replace(/[^a-z0-9|]/g, "");

/**
 * Rows of a file whose first line names the columns. Every row must have as many cells as there are names; blank lines
 * are passed over. `onHeader` may refuse the file for what its heading lacks.
 */
export function* csvRows(
  file: TextFile,
  onHeader: (header: CsvHeader) => Result<null, PriceFileError>,
): Generator<Result<CsvRow, PriceFileError>> {
  let columns: ReadonlyMap<string, number> | undefined;
  let width = 0;
  for (const line of file.lines()) {
    if (!line.ok) {
      yield line;
      return;
    }
    if (line.value.text.trim() === "") continue;
    const cells = cellsOfLine(file, line.value);
    if (!cells.ok) {
      yield cells;
      return;
    }
    if (columns === undefined) {
      const header = onHeader({ line: line.value.number, headings: cells.value });
      if (!header.ok) {
        yield header;
        return;
      }
      const twice = twiceIn(cells.value.map(headingKey));
      if (twice !== undefined) {
        const says = `the column ${cells.value[twice]} is there twice`;
        yield fail(refusal("prices.duplicate-column", file.source, line.value.number, says));
        return;
      }
      columns = new Map(cells.value.map((heading, at) => [headingKey(heading), at]));
      width = cells.value.length;
      continue;
    }
    if (cells.value.length !== width) {
      const says = `the row has ${cells.value.length} cells, its heading ${width}`;
      yield fail(refusal("prices.column-count", file.source, line.value.number, says));
      return;
    }
    yield ok(rowOf(file, line.value.number, cells.value, columns));
  }
  if (columns === undefined) yield fail(refusal("prices.too-short", file.source, 1, "there is no heading line in it"));
}

/** Where a heading stands that stood there before. */
export function twiceIn(keys: readonly string[]): number | undefined {
  const at = keys.findIndex((key, index) => key !== "" && keys.indexOf(key) < index);
  return at < 0 ? undefined : at;
}

/** Says which columns a heading lacks, by their names; of `A or B` one is enough. */
export function missingOf({ headings }: CsvHeader, wanted: readonly string[]): string | undefined {
  const keys = new Set(headings.map(headingKey));
  const missing = wanted.filter((names) => !names.split(" or ").some((name) => keys.has(headingKey(name))));
  return missing.length === 0 ? undefined : `there is no column ${missing.join(", none ")}`;
}

export function cellsOfLine(file: TextFile, line: TextLine): Result<readonly string[], PriceFileError> {
  const cells = csvCells(line.text);
  if (cells !== undefined) return ok(cells);
  return fail(
    refusal(
      "prices.open-quote",
      file.source,
      line.number,
      "a quote is not closed on the line, or stands inside a cell",
    ),
  );
}

function rowOf(file: TextFile, line: number, cells: readonly string[], columns: ReadonlyMap<string, number>): CsvRow {
  return {
    line,
    cell: (heading) => cells[columns.get(headingKey(heading)) ?? -1] ?? "",
    refuse: (code, says, heading) =>
      fail(
        refusal(code, file.source, line, says, heading === undefined ? 1 : (columns.get(headingKey(heading)) ?? 0) + 1),
      ),
  };
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
/** How operators write that there is no value. */
const NOTHING = new Set(["", "-", "n/a", "n/e", "na", "null", "nan"]);

/** A number; NaN for a cell that says it has none; undefined for anything else, also for one too large to be a number. */
export const numberOfCell = (cell: string): number | undefined => {
  if (DECIMAL.test(cell)) return Number.isFinite(Number(cell)) ? Number(cell) : undefined;
  return NOTHING.has(cell.toLowerCase()) ? Number.NaN : undefined;
};
