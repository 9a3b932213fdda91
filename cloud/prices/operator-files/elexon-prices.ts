import { fail, ok, type Result } from "@penstock/protocol/result";
import { localDay } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import type { PriceFileError } from "../parse-price-text.ts";
import { csvRows, headingKey, numberOfCell } from "./csv-rows.ts";
import type { ObservationBook } from "./observation-book.ts";
import type { OperatorReader } from "./operator-reader.ts";
import { isDate, utcOfStamp } from "./real-dates.ts";
import { refusal, type TextFile } from "./text-files.ts";

/**
 * Elexon's Insights: system (imbalance) prices and market index data, JSON as the API answers (`{"data": [...]}` or a
 * bare list) or CSV. Settlement periods count half hours from local midnight: 48 a day, 46 and 50 when clocks change.
 * Where a row has a start time as well, the two must agree.
 */
export const elexonPrices: OperatorReader = {
  name: "elexon",
  text: "Elexon Insights: system prices (DISEBSP) and market index data (MID); JSON or CSV",
  currency: "GBP",
  clock: "Europe/London",
  tables: {
    SYSTEM_PRICE: {
      text: "system sell and buy price, half-hourly; worked out after the period",
      valueColumn: "systemSellPrice",
      rule: "the later createdDateTime counts",
      holds: "prices",
      knownAfterStartMs: Ms(1_800_000),
    },
    MID: {
      text: "market index price and volume, half-hourly, a series for each data provider",
      valueColumn: "price",
      rule: "Elexon says nothing of which is newer: equal prices count once, different ones are kept by neither",
      holds: "prices",
      knownAfterStartMs: Ms(1_800_000),
    },
  },
  recognises: (firstLine) => {
    const line = headingKey(firstLine);
    if (/^\s*[[{]/.test(firstLine)) return true;
    return line.includes("settlementperiod") && (line.includes("systemsellprice") || line.includes("dataprovider"));
  },
  read,
};

const VALUES = ["systemSellPrice", "systemBuyPrice", "netImbalanceVolume", "price", "volume"];
const USED = [...VALUES, "settlementDate", "settlementPeriod", "startTime", "createdDateTime", "dataProvider"];
const KNOWN = [
  "dataset",
  "bsadDefaulted",
  "priceDerivationCode",
  "reserveScarcityPrice",
  "sellPriceAdjustment",
  "buyPriceAdjustment",
  "replacementPrice",
  "replacementPriceReferenceVolume",
  "totalAcceptedOfferVolume",
  "totalAcceptedBidVolume",
  "totalAdjustmentSellVolume",
  "totalAdjustmentBuyVolume",
  "totalSystemTaggedAcceptedOfferVolume",
  "totalSystemTaggedAcceptedBidVolume",
  "totalSystemTaggedAdjustmentSellVolume",
  "totalSystemTaggedAdjustmentBuyVolume",
];
const ZONE = "Europe/London";

/** A field of a row as text; empty when the row has none. */
type Field = (name: string) => string;

function read(file: TextFile, book: ObservationBook): Result<null, PriceFileError> {
  for (const first of file.lines()) {
    if (first.ok && /^\s*[[{]/.test(first.value.text)) return readJson(file, book);
    break;
  }
  const rows = csvRows(file, ({ headings }) => {
    leaveUnread(headings, book);
    return ok(null);
  });
  for (const row of rows) {
    if (!row.ok) return row;
    const says = readRecord(row.value.cell, file, row.value.line, book);
    if (says !== undefined) return row.value.refuse("prices.malformed-row", says);
  }
  return ok(null);
}

function readJson(file: TextFile, book: ObservationBook): Result<null, PriceFileError> {
  const lines: string[] = [];
  for (const line of file.lines()) {
    if (!line.ok) return line;
    lines.push(line.value.text);
  }
  const refuse = (says: string) => fail(refusal("prices.malformed-json", file.source, 1, says));
  let document: unknown;
  try {
    document = JSON.parse(lines.join("\n"));
  } catch (error) {
    return refuse(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const records = Array.isArray(document) ? document : (document as { readonly data?: unknown }).data;
  if (!Array.isArray(records)) return refuse('there is neither a list nor a field "data" with one');
  for (const [index, record] of records.entries()) {
    if (typeof record !== "object" || record === null) return refuse(`record ${index + 1} is not an object`);
    if (index === 0) leaveUnread(Object.keys(record), book);
    const fields = record as Readonly<Record<string, unknown>>;
    const field: Field = (name) => (fields[name] === undefined || fields[name] === null ? "" : String(fields[name]));
    const says = readRecord(field, file, 1, book);
    if (says !== undefined) return refuse(`record ${index + 1}: ${says}`);
  }
  return ok(null);
}

function leaveUnread(names: readonly string[], book: ObservationBook): void {
  const isIn = (list: readonly string[], name: string) => list.some((each) => headingKey(each) === headingKey(name));
  book.leaveUnread(
    names.filter((name) => !isIn(USED, name)),
    (name) => isIn(KNOWN, name),
  );
}

/** The reason it cannot be read, or nothing. */
function readRecord(field: Field, file: TextFile, line: number, book: ObservationBook): string | undefined {
  const date = field("settlementDate").slice(0, 10);
  const period = /^\d{1,2}$/.test(field("settlementPeriod")) ? Number(field("settlementPeriod")) : Number.NaN;
  if (!isDate(date) || !/^(T.*)?$/.test(field("settlementDate").slice(10)))
    return `settlementDate is "${field("settlementDate")}"`;
  const day = localDay(ZONE, date);
  const periods = (day.endMs - day.startMs) / 1_800_000;
  if (!(Number.isInteger(period) && period >= 1 && period <= periods))
    return `settlementPeriod is "${field("settlementPeriod")}"; ${date} has 1 to ${periods}`;
  const startMs = day.startMs + (period - 1) * 1_800_000;
  const told = field("startTime");
  if (told !== "" && Date.parse(told) !== startMs)
    return `startTime is ${told}, but period ${period} of ${date} starts at ${new Date(startMs).toISOString()}`;
  const isSystem = field("systemSellPrice") !== "" || field("systemBuyPrice") !== "";
  const values: Record<string, number> = {};
  for (const name of VALUES) {
    if (field(name) === "" && name !== (isSystem ? "systemSellPrice" : "price")) continue;
    const value = numberOfCell(field(name));
    if (value === undefined) return `${name} is "${field(name)}", not a number`;
    values[name] = value;
  }
  const created = field("createdDateTime");
  if (created !== "" && utcOfStamp(created.replace(/(\.\d+)?Z?$/, "")) === undefined)
    return `createdDateTime is "${created}", not a time like 2024-06-01T23:00:00Z`;
  if (!isSystem && field("dataProvider") === "") return "it has neither a system price nor a data provider";
  book.add({
    table: isSystem ? "SYSTEM_PRICE" : "MID",
    series: isSystem ? "GB" : field("dataProvider"),
    startMs,
    lengthMs: 1_800_000,
    values,
    rank: created === "" ? 0 : Date.parse(/Z$/.test(created) ? created : `${created}Z`),
    file,
    line,
  });
  return undefined;
}
