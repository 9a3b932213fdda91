import { fail, ok, type Result } from "@penstock/protocol/result";
import { instantOf } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import type { PriceFileError } from "../parse-price-text.ts";
import { type CsvRow, csvRows, headingKey, missingOf, numberOfCell } from "./csv-rows.ts";
import type { ObservationBook } from "./observation-book.ts";
import type { OperatorReader } from "./operator-reader.ts";
import { isDate } from "./real-dates.ts";
import { refusal, type TextFile } from "./text-files.ts";

/**
 * ERCOT's settlement point prices: day-ahead (NP4-190-CD: `DeliveryDate`, `HourEnding` 01:00 to 24:00) and real time
 * (NP6-905-CD: `DeliveryDate`, `DeliveryHour` 1 to 24, `DeliveryInterval` 1 to 4), and the yearly tables saved as CSV,
 * whose headings have spaces. Central prevailing time, hour ENDING. In the autumn one hour comes twice: the second has
 * `DSTFlag` (`Repeated Hour Flag`) Y. In the spring hour ending 03:00 does not exist.
 */
export const ercotPrices: OperatorReader = {
  name: "ercot",
  text: "ERCOT settlement point prices: day-ahead hourly (NP4-190) and real-time 15 minutes (NP6-905); zip or CSV",
  currency: "USD",
  clock: "America/Chicago",
  tables: {
    DAM: {
      text: "day-ahead settlement point prices, hourly",
      valueColumn: "price",
      rule: RULE(),
      holds: "prices",
      knownAfterStartMs: Ms(0),
    },
    RTM: {
      text: "real-time settlement point prices, 15 minutes; known when the interval is over",
      valueColumn: "price",
      rule: RULE(),
      holds: "prices",
      knownAfterStartMs: Ms(900_000),
    },
  },
  recognises: (firstLine) => {
    const line = headingKey(firstLine);
    return line.includes("deliverydate") && line.includes("settlementpoint") && line.includes("price");
  },
  read,
};

function RULE(): string {
  return "ERCOT says nothing of which is newer: equal prices count once, different ones are kept by neither";
}

const POINT = ["SettlementPoint", "SettlementPointName"];
const KNOWN = ["settlementpointtype", "sourcefile", "batchid"];
const ZONE = "America/Chicago";

function read(file: TextFile, book: ObservationBook): Result<null, PriceFileError> {
  let isRealTime = false;
  let flag = "DSTFlag";
  const rows = csvRows(file, (header) => {
    const { headings } = header;
    const keys = headings.map(headingKey);
    isRealTime = keys.includes("deliveryinterval");
    flag = keys.includes("repeatedhourflag") ? "RepeatedHourFlag" : "DSTFlag";
    const hours = isRealTime ? "DeliveryHour" : "HourEnding";
    const missing = missingOf(header, ["DeliveryDate", hours, POINT.join(" or "), "SettlementPointPrice"]);
    if (missing !== undefined) return fail(refusal("prices.missing-column", file.source, header.line, missing));
    const used = [
      "DeliveryDate",
      "DeliveryHour",
      "HourEnding",
      "DeliveryInterval",
      "SettlementPointPrice",
      ...POINT,
      flag,
    ];
    const unread = headings.filter((heading) => !used.map(headingKey).includes(headingKey(heading)));
    book.leaveUnread(unread, (column) => KNOWN.includes(headingKey(column)));
    if (!keys.includes(headingKey(flag))) {
      book.notes.add(`${file.source} has no DSTFlag: an hour that comes twice shows as a contradiction`);
    }
    return ok(null);
  });
  for (const row of rows) {
    if (!row.ok) return row;
    const done = readRow(row.value, isRealTime, flag, file, book);
    if (!done.ok) return done;
  }
  return ok(null);
}

function readRow(
  row: CsvRow,
  isRealTime: boolean,
  flag: string,
  file: TextFile,
  book: ObservationBook,
): Result<null, PriceFileError> {
  const series = POINT.map(row.cell).find((name) => name !== "") ?? "";
  const price = numberOfCell(row.cell("SettlementPointPrice"));
  const date = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(row.cell("DeliveryDate"));
  const hourColumn = isRealTime ? "DeliveryHour" : "HourEnding";
  const hour = Number(/^(\d{1,2})(:00)?$/.exec(row.cell(hourColumn))?.[1]);
  const interval = isRealTime ? Number(row.cell("DeliveryInterval")) : 1;
  const isRepeated = row.cell(flag).toUpperCase();
  if (series === "") return row.refuse("prices.malformed-region", "the settlement point has no name", POINT[0]);
  if (price === undefined)
    return row.refuse(
      "prices.malformed-number",
      `the price is "${row.cell("SettlementPointPrice")}"`,
      "SettlementPointPrice",
    );
  if (date === null || !isDate(`${date[3]}-${date[1]}-${date[2]}`))
    return row.refuse(
      "prices.malformed-date",
      `DeliveryDate is "${row.cell("DeliveryDate")}", not 12/31/2025`,
      "DeliveryDate",
    );
  if (!(hour >= 1 && hour <= 24))
    return row.refuse("prices.malformed-date", `${hourColumn} is "${row.cell(hourColumn)}", not 1 to 24`, hourColumn);
  if (![1, 2, 3, 4].includes(interval))
    return row.refuse("prices.malformed-date", `DeliveryInterval is "${row.cell("DeliveryInterval")}", not 1 to 4`);
  if (!["Y", "N", ""].includes(isRepeated))
    return row.refuse("prices.malformed-date", `${flag} is "${row.cell(flag)}", not Y or N`, flag);
  const day = `${date[3]}-${date[1]}-${date[2]}`;
  const time = `${String(hour - 1).padStart(2, "0")}:${String((interval - 1) * 15).padStart(2, "0")}`;
  const first = instantOf(ZONE, day, time);
  const start = isRepeated === "Y" ? instantOf(ZONE, day, time, 2) : first;
  if (!start.ok || !first.ok)
    return row.refuse("prices.malformed-date", `there is no hour ending ${hour}:00 on ${day} in ${ZONE}`, hourColumn);
  if (isRepeated === "Y" && start.value === first.value)
    return row.refuse("prices.malformed-date", `${flag} is Y, but hour ending ${hour}:00 of ${day} comes once`, flag);
  book.add({
    table: isRealTime ? "RTM" : "DAM",
    series,
    startMs: start.value,
    lengthMs: isRealTime ? 900_000 : 3_600_000,
    values: { price },
    rank: 0,
    file,
    line: row.line,
  });
  return ok(null);
}
