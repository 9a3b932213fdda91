import { fail, ok, type Result } from "@penstock/protocol/result";
import { Ms } from "@penstock/protocol/units";
import { XMLParser } from "fast-xml-parser";
import type { PriceFileError } from "../parse-price-text.ts";
import { type CsvRow, csvRows, headingKey, missingOf, numberOfCell } from "./csv-rows.ts";
import type { ObservationBook } from "./observation-book.ts";
import type { OperatorReader, OperatorTable } from "./operator-reader.ts";
import { utcOfStamp } from "./real-dates.ts";
import { refusal, type TextFile } from "./text-files.ts";

/**
 * CAISO OASIS prices (SingleZip, CSV): one row a node, interval and component (`LMP_TYPE`: LMP, MCE energy, MCC
 * congestion, MCL loss, MGHG greenhouse gas). The value stands under MW (PRC_LMP, day-ahead), PRC (PRC_RTPD_LMP) or
 * VALUE (PRC_INTVL_LMP, 5 minutes). Starts and ends are stamped in GMT. A refused query comes as XML in the zip.
 */
export const caisoOasis: OperatorReader = {
  name: "caiso",
  text: "CAISO OASIS locational prices: PRC_LMP, PRC_RTPD_LMP, PRC_INTVL_LMP; zip or CSV",
  currency: "USD",
  clock: "America/Los_Angeles",
  tables: {
    DAM: table("day-ahead, hourly", 0),
    HASP: table("hour-ahead scheduling process, 15 minutes", 0),
    RTPD: table("fifteen-minute market", 0),
    RTM: table("five-minute dispatch; known from the run before its interval", 0),
  },
  recognises: (firstLine) => /INTERVALSTARTTIME_GMT/i.test(firstLine) || firstLine.startsWith("<?xml"),
  read,
};

function table(text: string, knownAfterStartMs: number): OperatorTable {
  return {
    text,
    valueColumn: "LMP",
    rule: "OASIS says nothing of which is newer: equal prices count once, different ones are kept by neither",
    holds: "prices",
    knownAfterStartMs: Ms(knownAfterStartMs),
  };
}

const VALUE_COLUMNS = ["MW", "PRC", "VALUE", "LMP_PRC"];
const USED = [
  "INTERVALSTARTTIME_GMT",
  "INTERVALENDTIME_GMT",
  "NODE",
  "NODE_ID",
  "NODE_ID_XML",
  "MARKET_RUN_ID",
  "LMP_TYPE",
];
const NEEDED = [
  "INTERVALSTARTTIME_GMT",
  "INTERVALENDTIME_GMT",
  "NODE or NODE_ID or NODE_ID_XML",
  "MARKET_RUN_ID",
  "LMP_TYPE",
  VALUE_COLUMNS.join(" or "),
];
const KNOWN = ["OPR_DT", "OPR_HR", "OPR_INTERVAL", "XML_DATA_ITEM", "PNODE_RESMRID", "GRP_TYPE", "POS", "GROUP"];
const COMPONENTS = ["LMP", "MCE", "MCC", "MCL", "MGHG"];

function read(file: TextFile, book: ObservationBook): Result<null, PriceFileError> {
  let valueColumn = "";
  for (const first of file.lines()) {
    if (first.ok && first.value.text.startsWith("<")) return answeredInXml(file);
    break;
  }
  const rows = csvRows(file, (header) => {
    const { headings } = header;
    const keys = headings.map(headingKey);
    valueColumn = VALUE_COLUMNS.find((name) => keys.includes(headingKey(name))) ?? "";
    const missing = missingOf(header, NEEDED);
    if (missing !== undefined) return fail(refusal("prices.missing-column", file.source, header.line, missing));
    const unread = headings.filter((heading) => ![...USED, valueColumn].includes(heading));
    book.leaveUnread(unread, (column) => KNOWN.includes(column));
    return ok(null);
  });
  for (const row of rows) {
    if (!row.ok) return row;
    const done = readRow(row.value, valueColumn, file, book);
    if (!done.ok) return done;
  }
  return ok(null);
}

function readRow(
  row: CsvRow,
  valueColumn: string,
  file: TextFile,
  book: ObservationBook,
): Result<null, PriceFileError> {
  const startMs = instantOfGmt(row.cell("INTERVALSTARTTIME_GMT"));
  const endMs = instantOfGmt(row.cell("INTERVALENDTIME_GMT"));
  const series = [row.cell("NODE"), row.cell("NODE_ID"), row.cell("NODE_ID_XML")].find((name) => name !== "");
  const value = numberOfCell(row.cell(valueColumn));
  const run = row.cell("MARKET_RUN_ID").toUpperCase();
  const component = row.cell("LMP_TYPE").toUpperCase();
  if (startMs === undefined || endMs === undefined || endMs <= startMs) {
    const span = `${row.cell("INTERVALSTARTTIME_GMT")} to ${row.cell("INTERVALENDTIME_GMT")}`;
    return row.refuse("prices.malformed-date", `the interval is "${span}"`, "INTERVALSTARTTIME_GMT");
  }
  if (series === undefined) return row.refuse("prices.malformed-region", "the node has no name", "NODE");
  if (value === undefined)
    return row.refuse(
      "prices.malformed-number",
      `${valueColumn} is "${row.cell(valueColumn)}", not a number`,
      valueColumn,
    );
  if (caisoOasis.tables[run] === undefined || !COMPONENTS.includes(component)) {
    book.leaveOut(`${run} ${component}`);
    return ok(null);
  }
  book.add({
    table: run,
    series,
    startMs,
    lengthMs: endMs - startMs,
    values: { [component]: value },
    rank: 0,
    file,
    line: row.line,
  });
  return ok(null);
}

/** `2025-08-01T07:00:00-00:00` */
function instantOfGmt(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(-00:00|\+00:00|Z)$/.test(text)) return undefined;
  return utcOfStamp(text.slice(0, 19));
}

function answeredInXml(file: TextFile): Result<never, PriceFileError> {
  let text = "";
  for (const line of file.lines()) {
    if (!line.ok) return line;
    text += `${line.value.text}\n`;
  }
  let said = "";
  try {
    said = errorsIn(new XMLParser({ removeNSPrefix: true }).parse(text)).join("; ");
  } catch (error) {
    said = error instanceof Error ? error.message : String(error);
  }
  const why = said === "" ? "it is XML; ask OASIS for resultformat=6 (CSV)" : `OASIS refused the query: ${said}`;
  return fail(refusal("prices.operator-refused", file.source, 1, why));
}

/** Every `ERR_CODE` and `ERR_DESC`, however deep. */
function errorsIn(node: unknown): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  const { ERR_CODE: code, ERR_DESC: text, ...rest } = node as Record<string, unknown>;
  const own = code === undefined ? [] : [`${String(code)} ${String(text ?? "")}`.trim()];
  return [...own, ...Object.values(rest).flatMap(errorsIn)];
}
