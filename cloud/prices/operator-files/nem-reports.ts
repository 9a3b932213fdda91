import { fail, ok, type Result } from "@penstock/protocol/result";
import { Ms } from "@penstock/protocol/units";
import type { PriceFileError } from "../parse-price-text.ts";
import { cellsOfLine, numberOfCell, twiceIn } from "./csv-rows.ts";
import type { ObservationBook } from "./observation-book.ts";
import type { OperatorReader, OperatorTable } from "./operator-reader.ts";
import { utcOfStamp } from "./real-dates.ts";
import { refusal, type TextFile, type TextLine } from "./text-files.ts";

/**
 * AEMO's NEMWeb reports and MMS archives (Electricity Data Model): `C` lines about the file, `I` lines that name a
 * table, its version and columns, `D` lines of data; the last line says how many lines there should be. Columns are
 * read by name, so that a version with more of them is read as well. NEM time, UTC+10 all year, stamps END intervals.
 *
 * Rows of an intervention run (`INTERVENTION` other than 0) are left aside: they tell what was physically dispatched,
 * not the price that is settled (unverified).
 */
export const nemReports: OperatorReader = {
  name: "nem",
  text: "AEMO NEMWeb and MMS: DISPATCHPRICE, TRADINGPRICE, PUBLIC_DAILY, DISPATCHREGIONSUM, P5MIN, PREDISPATCH; zip or CSV",
  currency: "AUD",
  clock: 600,
  tables: {
    DISPATCHPRICE: table("dispatch prices, energy and FCAS, 5 minutes", "RRP"),
    TRADINGPRICE: table("settlement prices: 30 minutes until 2021-09-30, 5 minutes since", "RRP"),
    DREGION: table("the daily report's prices, FCAS and demand, 5 minutes", "RRP"),
    DISPATCHREGIONSUM: { ...table("demand and regional sums, 5 minutes", "TOTALDEMAND"), holds: "demand" },
    P5MIN: { ...table("5-minute pre-dispatch, by run", "RRP"), holds: "forecasts" },
    PREDISPATCH: { ...table("half-hourly pre-dispatch, by run", "RRP"), holds: "forecasts" },
  },
  recognises: (firstLine) => /^"?C"?,/.test(firstLine),
  read,
};

function table(text: string, valueColumn: string): OperatorTable {
  const rule = "the higher RUNNO, then the later LASTCHANGED counts; rows of an intervention run are left aside";
  return { text, valueColumn, rule, holds: "prices", knownAfterStartMs: Ms(0) };
}

interface NemTable {
  readonly name: string;
  readonly stampColumn: string;
  readonly runColumn?: string;
  readonly lengthMsAt: (endMs: number) => number;
  readonly newestVersion: number;
  /** Columns beside time, region and price without which its rows could be taken for what they are not. */
  readonly needs: readonly string[];
}

const MINUTES_5 = () => 300_000;
const MINUTES_30 = () => 1_800_000;
/** Five-minute settlement began with the interval that starts at 2021-10-01 00:00 NEM time. */
const FIVE_MINUTE_SETTLEMENT_MS = Date.UTC(2021, 8, 30, 14);

/** By group and name of an `I` line. */
const TABLES: Readonly<Record<string, NemTable>> = {
  "DISPATCH.PRICE": {
    name: "DISPATCHPRICE",
    stampColumn: "SETTLEMENTDATE",
    lengthMsAt: MINUTES_5,
    newestVersion: 5,
    needs: ["INTERVENTION"],
  },
  "DISPATCH.REGIONSUM": {
    name: "DISPATCHREGIONSUM",
    stampColumn: "SETTLEMENTDATE",
    lengthMsAt: MINUTES_5,
    newestVersion: 9,
    needs: ["INTERVENTION"],
  },
  "TRADING.PRICE": {
    name: "TRADINGPRICE",
    stampColumn: "SETTLEMENTDATE",
    lengthMsAt: (endMs) => (endMs > FIVE_MINUTE_SETTLEMENT_MS ? 300_000 : 1_800_000),
    newestVersion: 3,
    needs: [],
  },
  "DREGION.": {
    name: "DREGION",
    stampColumn: "SETTLEMENTDATE",
    lengthMsAt: MINUTES_5,
    newestVersion: 3,
    needs: ["INTERVENTION"],
  },
  "P5MIN.REGIONSOLUTION": {
    name: "P5MIN",
    stampColumn: "INTERVAL_DATETIME",
    runColumn: "RUN_DATETIME",
    lengthMsAt: MINUTES_5,
    newestVersion: 9,
    needs: ["RUN_DATETIME"],
  },
  "PREDISPATCH.REGION_PRICES": {
    name: "PREDISPATCH",
    stampColumn: "DATETIME",
    runColumn: "PREDISPATCHSEQNO",
    lengthMsAt: MINUTES_30,
    newestVersion: 2,
    needs: ["PREDISPATCHSEQNO"],
  },
};

const VALUE = /^(RRP|TOTALDEMAND|(RAISE|LOWER)(1SEC|6SEC|60SEC|5MIN|REG)RRP)$/;
const ABOUT = ["REGIONID", "RUNNO", "INTERVENTION", "LASTCHANGED"];
/** What these tables are known to hold beside prices: flags, sums, other prices, what FCAS was dispatched. */
const KNOWN =
  /^(DISPATCHINTERVAL|PERIODID|EEP|INVALIDFLAG|MARKETSUSPENDEDFLAG|APCFLAG|PRICE_STATUS|OCD_STATUS|MII_STATUS|(PRE_AP|CUMUL_PRE_AP)_.*|.*ROP|.*APCFLAG|.*(DEMAND|GENERATION|LOAD|INTERCHANGE|AVAILABILITY|FORECAST|VIOLATION|SURPLUS|RESERVE|INFLATION|REQUIREMENT|BDU.*|BDU_.*|STORAGE|UIGF|NONSCHEDGEN|CLEARED.*|ERROR)|(RAISE|LOWER)(1SEC|6SEC|60SEC|5MIN|REG).*|(SEMISCHEDULE|SS_|WDR_|TOTAL|INITIAL|LOR|LRC|AGG|TOTALINTERMITTENT).*|ICEPERIOD.*|RRP\d+|EEP\d+)$/;

interface Section {
  readonly key: string;
  readonly table: NemTable | undefined;
  readonly columns: ReadonlyMap<string, number>;
  readonly width: number;
  readonly values: readonly string[];
}

function read(file: TextFile, book: ObservationBook): Result<null, PriceFileError> {
  let section: Section | undefined;
  let lines = 0;
  let declared: number | undefined;
  for (const line of file.lines()) {
    if (!line.ok) return line;
    if (line.value.text === "") continue;
    lines += 1;
    const cells = cellsOfLine(file, line.value);
    if (!cells.ok) return cells;
    const [kind] = cells.value;
    if (declared !== undefined)
      return refuse(file, line.value, "prices.after-end", "there are lines after END OF REPORT");
    if (kind === "C") declared = cells.value[1] === "END OF REPORT" ? Number(cells.value[2]) : undefined;
    else if (kind === "I") {
      const opened = sectionOf(file, line.value, cells.value, book);
      if (!opened.ok) return opened;
      section = opened.value;
    } else if (kind === "D") {
      const read = readRow(file, line.value, cells.value, section, book);
      if (!read.ok) return read;
    } else return refuse(file, line.value, "prices.unknown-line", `a line begins with C, I or D, not with "${kind}"`);
  }
  if (declared === undefined) {
    return fail(
      refusal("prices.cut-off", file.source, lines, "the file does not end in END OF REPORT: fetch it again"),
    );
  }
  if (declared !== lines) {
    book.isCut = true;
    book.notes.add(`${file.source} says it has ${declared} lines and has ${lines}: lines were taken out of it`);
  }
  return ok(null);
}

function sectionOf(
  file: TextFile,
  line: TextLine,
  [, group = "", name = "", version = "", ...headings]: readonly string[],
  book: ObservationBook,
): Result<Section, PriceFileError> {
  // The daily report leaves the name empty, and what rewrites it puts words of its own there.
  const key = group === "DREGION" || group === "DUNIT" ? `${group}.` : `${group}.${name}`;
  const table = TABLES[key];
  const columns = new Map(headings.map((heading, at) => [heading, at + 4]));
  const values = headings.filter((heading) => VALUE.test(heading));
  if (table !== undefined) {
    const needed = [table.stampColumn, "REGIONID", nemReports.tables[table.name]?.valueColumn ?? "", ...table.needs];
    const missing = needed.filter((heading) => !columns.has(heading));
    if (missing.length > 0)
      return refuse(file, line, "prices.missing-column", `${key} has no column ${missing.join(", none ")}`);
    const twice = twiceIn(headings);
    if (twice !== undefined)
      return refuse(file, line, "prices.duplicate-column", `the column ${headings[twice]} is there twice`, twice + 5);
    const used = [...values, ...ABOUT, table.stampColumn, table.runColumn ?? ""];
    const unread = headings.filter((heading) => !used.includes(heading));
    book.leaveUnread(unread, (column) => KNOWN.test(column));
    if (Number(version) > table.newestVersion) {
      book.notes.add(
        `${key} is of version ${version}, newer than ${table.newestVersion}: read by the names of its columns`,
      );
    }
  }
  return ok({ key, table, columns, width: headings.length + 4, values });
}

function readRow(
  file: TextFile,
  line: TextLine,
  cells: readonly string[],
  section: Section | undefined,
  book: ObservationBook,
): Result<null, PriceFileError> {
  const [, group = "", name = ""] = cells;
  if (section === undefined || !isOf(section.key, `${group}.${name}`)) {
    return refuse(file, line, "prices.no-heading", `a D line of ${group}.${name} without its I line before it`);
  }
  const { table, columns, values } = section;
  if (table === undefined) {
    book.leaveOut(section.key);
    return ok(null);
  }
  if (cells.length !== section.width) {
    return refuse(file, line, "prices.column-count", `the row has ${cells.length} cells, its I line ${section.width}`);
  }
  const cell = (heading: string): string => cells[columns.get(heading) ?? -1] ?? "";
  const at = (heading: string): number => (columns.get(heading) ?? 0) + 1;
  for (const heading of ["INTERVENTION", "RUNNO"]) {
    if (/^\d*$/.test(cell(heading))) continue;
    const says = `${heading} is "${cell(heading)}", not a whole number`;
    return refuse(file, line, "prices.malformed-number", says, at(heading));
  }
  if (Number(cell("INTERVENTION")) !== 0) {
    book.leaveOut(`${table.name} rows of an intervention run`);
    return ok(null);
  }
  const endMs = instantOfNem(cell(table.stampColumn));
  const region = cell("REGIONID");
  if (endMs === undefined || region === "") {
    const [heading, text] =
      region === "" ? ["REGIONID", "a region"] : [table.stampColumn, "a time like 2026/04/01 00:05:00"];
    return refuse(file, line, "prices.malformed-date", `${heading} is "${cell(heading)}", not ${text}`, at(heading));
  }
  const numbers: Record<string, number> = {};
  for (const heading of values) {
    const value = numberOfCell(cell(heading));
    if (value === undefined) {
      const says = `${heading} is "${cell(heading)}", not a number`;
      return refuse(file, line, "prices.malformed-number", says, at(heading));
    }
    numbers[heading] = value;
  }
  const lengthMs = table.lengthMsAt(endMs);
  const changed = cell("LASTCHANGED");
  const changedMs = changed === "" ? 0 : instantOfNem(changed);
  if (changedMs === undefined) {
    const says = `LASTCHANGED is "${changed}", not a time like 2026/04/01 00:05:00`;
    return refuse(file, line, "prices.malformed-date", says, at("LASTCHANGED"));
  }
  book.add({
    table: table.name,
    series: region,
    ...(table.runColumn !== undefined && { run: cell(table.runColumn) }),
    startMs: endMs - lengthMs,
    lengthMs,
    values: numbers,
    rank: Number(cell("RUNNO") || 0) * 1e13 + changedMs,
    file,
    line: line.number,
  });
  return ok(null);
}

/** Of a section without a name in its key, every name is one. */
const isOf = (key: string, name: string): boolean => (key.endsWith(".") ? name.startsWith(key) : name === key);

const NEM_OFFSET_MS = 10 * 3_600_000;
const STAMP = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;

function instantOfNem(text: string): number | undefined {
  const match = STAMP.exec(text);
  if (match === null) return undefined;
  const wallMs = utcOfStamp(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}`);
  return wallMs === undefined ? undefined : wallMs - NEM_OFFSET_MS;
}

const refuse = (file: TextFile, line: TextLine, code: PriceFileError["code"], says: string, column = 1) =>
  fail(refusal(code, file.source, line.number, says, column));
