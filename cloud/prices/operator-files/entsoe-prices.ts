import { fail, ok, type Result } from "@penstock/protocol/result";
import { instantOf } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import type { PriceFileError } from "../parse-price-text.ts";
import { type CsvRow, csvRows, headingKey, numberOfCell } from "./csv-rows.ts";
import type { Observation, ObservationBook } from "./observation-book.ts";
import type { OperatorReader } from "./operator-reader.ts";
import { isDate } from "./real-dates.ts";
import { refusal, type TextFile } from "./text-files.ts";

/**
 * Day-ahead prices as the ENTSO-E transparency platform exports them, in both forms. Until 2024: `MTU (CET/CEST)`,
 * `Day-ahead Price [EUR/MWh]`, `Currency`, and the zone as the heading of an empty column (`BZN|DE-LU`). Since: `Area`,
 * `Sequence`, `Day-ahead Price (EUR/MWh)` and intraday columns. A row is a span of local time (`MTU (UTC)` and other
 * clocks exist as well). The hour that comes twice is told apart by `(CEST)` and `(CET)`, or, in the old form, by its
 * place: the second of two. Where there are not two, nothing tells which hour a row means, and it is left out.
 */
export const entsoePrices: OperatorReader = {
  name: "entsoe",
  text: "ENTSO-E transparency platform, day-ahead prices, the export of before and of after 2024; CSV",
  currency: "EUR",
  clock: "Europe/Brussels",
  tables: {
    DAY_AHEAD: {
      text: "day-ahead prices; 60, 30 or 15 minutes; a zone with several auctions has a series for each sequence",
      valueColumn: "price",
      rule: "the platform says nothing of which is newer: equal prices count once, different ones are kept by neither",
      holds: "prices",
      knownAfterStartMs: Ms(0),
    },
  },
  recognises: (firstLine) => /MTU \(/.test(firstLine) && /Day-ahead Price/i.test(firstLine),
  read,
};

/** The platform's clocks that are not UTC, and a zone that shows them. */
const ZONES: Readonly<Record<string, string>> = {
  "CET/CEST": "Europe/Brussels",
  "WET/WEST": "Europe/Lisbon",
  "EET/EEST": "Europe/Helsinki",
  UTC: "UTC",
};
const SUMMER = /^(CEST|WEST|EEST)$/;
const CLOCKS = /^(UTC|CES?T|WES?T|EES?T)$/;

interface Form {
  readonly mtu: string;
  readonly zone: string;
  readonly price: string;
  /** The zone, where a heading says it. */
  readonly area: string | undefined;
}

function read(file: TextFile, book: ObservationBook): Result<null, PriceFileError> {
  let form: Form | undefined;
  const unclear: UnclearRows = new Map();
  const rows = csvRows(file, ({ line, headings }) => {
    const mtu = headings.find((heading) => heading.startsWith("MTU ("));
    const clock = /^MTU \((.+)\)$/.exec(mtu ?? "")?.[1] ?? "";
    const price = headings.find((heading) => /^Day-ahead Price [[(][A-Z]{3}\/MWh[\])]$/.test(heading));
    const zone = ZONES[clock];
    const area = headings.find((heading) => heading.includes("|"));
    if (mtu === undefined || price === undefined || zone === undefined) {
      const says = `wanted are MTU (${Object.keys(ZONES).join(" or ")}) and Day-ahead Price, in it are ${headings.join(", ")}`;
      return fail(refusal("prices.missing-column", file.source, line, says));
    }
    if (area === undefined && !headings.includes("Area"))
      return fail(
        refusal("prices.missing-column", file.source, line, "there is no column Area, and no zone as a heading"),
      );
    form = { mtu, zone, price, area };
    const used = [mtu, price, area, "Area", "Sequence"];
    const known = ["currency", headingKey("Intraday Period (CET/CEST)"), headingKey("Intraday Price (EUR/MWh)")];
    const unread = headings.filter((heading) => heading !== "" && !used.includes(heading));
    book.leaveUnread(unread, (column) => known.includes(headingKey(column)) || column.startsWith("Intraday"));
    if (!price.includes("EUR")) book.notes.add(`${file.source} is in ${/[A-Z]{3}(?=\/MWh)/.exec(price)?.[0]}`);
    return ok(null);
  });
  for (const row of rows) {
    if (!row.ok) return row;
    if (form === undefined) continue;
    const done = readRow(row.value, form, unclear, file, book);
    if (!done.ok) return done;
  }
  takeByPlace(unclear, book);
  return ok(null);
}

function readRow(
  row: CsvRow,
  form: Form,
  unclear: UnclearRows,
  file: TextFile,
  book: ObservationBook,
): Result<null, PriceFileError> {
  const text = row.cell(form.mtu);
  const [from, to] = text.split(" - ").map(stampOf);
  if (from === undefined || to === undefined)
    return row.refuse(
      "prices.malformed-date",
      `the MTU is "${text}", not 01.01.2024 00:00 - 01.01.2024 01:00`,
      form.mtu,
    );
  const price = numberOfCell(row.cell(form.price));
  if (price === undefined)
    return row.refuse("prices.malformed-number", `the price is "${row.cell(form.price)}"`, form.price);
  const sequence = row.cell("Sequence").replace(/^(Sequence )+/, "");
  const area = form.area ?? row.cell("Area");
  if (area === "") return row.refuse("prices.malformed-region", "the area has no name", "Area");
  const series = sequence === "" || sequence === "Without Sequence" ? area : `${area} ${sequence}`;
  const [firstMs, secondMs] = instantsOf(from, form.zone);
  if (firstMs === undefined || secondMs === undefined) {
    // The old form keeps a line for the hour that clocks skip, with nothing in it.
    if (!Number.isNaN(price))
      return row.refuse("prices.malformed-date", `${text} does not exist in ${form.zone}`, form.mtu);
    book.leaveOut("empty rows for an hour that clocks skip");
    return ok(null);
  }
  const lengthMs = lengthOf(from, to, form.zone, firstMs);
  if (lengthMs === undefined)
    return row.refuse("prices.malformed-date", `the MTU "${text}" is not 15, 30 or 60 minutes`, form.mtu);
  const observation = { table: "DAY_AHEAD", series, lengthMs, values: { price }, rank: 0, file, line: row.line };
  if (firstMs === secondMs) {
    book.add({ ...observation, startMs: firstMs });
    return ok(null);
  }
  const key = `${series} ${firstMs}`;
  const rows = unclear.get(key)?.rows ?? [];
  unclear.set(key, { firstMs, secondMs, rows: [...rows, observation] });
  return ok(null);
}

/** Rows of an hour that comes twice and that do not say which they mean. */
type UnclearRows = Map<
  string,
  { readonly firstMs: number; readonly secondMs: number; readonly rows: readonly Omit<Observation, "startMs">[] }
>;

function takeByPlace(unclear: UnclearRows, book: ObservationBook): void {
  for (const { firstMs, secondMs, rows } of unclear.values()) {
    const [first, second] = rows;
    if (first !== undefined && second !== undefined && rows.length === 2) {
      book.add({ ...first, startMs: firstMs });
      book.add({ ...second, startMs: secondMs });
    } else for (const _ of rows) book.leaveOut("rows of an hour that comes twice, of which not two are there");
  }
}

interface Stamp {
  readonly date: string;
  readonly time: string;
  /** `CET` or `CEST` where the row says so. */
  readonly clock: string | undefined;
}

const STAMP = /^(\d{2})[./](\d{2})[./](\d{4}) (\d{2}:\d{2})(?::00)?(?: \((\w+)\))?$/;

function stampOf(text: string): Stamp | undefined {
  const match = STAMP.exec(text.trim());
  if (match === null) return undefined;
  const date = `${match[3]}-${match[2]}-${match[1]}`;
  const clock = match[5];
  const isKnown = clock === undefined || CLOCKS.test(clock);
  return isDate(date) && isKnown ? { date, time: match[4] as string, clock } : undefined;
}

/** The first and the second time a clock shows it: the same unless the hour comes twice and the row does not say which. */
function instantsOf({ date, time, clock }: Stamp, zone: string): readonly [number?, number?] {
  const first = instantOf(zone, date, time);
  const second = instantOf(zone, date, time, 2);
  if (!first.ok || !second.ok) return [];
  if (clock === undefined || clock === "UTC") return [first.value, second.value];
  const startMs = SUMMER.test(clock) ? first.value : second.value;
  return [startMs, startMs];
}

/** By the clock on the wall; across a change of clocks by the time that passes. */
function lengthOf(from: Stamp, to: Stamp, zone: string, startMs: number): number | undefined {
  const wall = Date.parse(`${to.date}T${to.time}Z`) - Date.parse(`${from.date}T${from.time}Z`);
  const ends = ([1, 2] as const).map((occurrence) => instantOf(zone, to.date, to.time, occurrence));
  const passed = ends.map((end) => (end.ok ? end.value - startMs : 0));
  return [wall, ...passed].find((length) => LENGTHS.includes(length));
}

const LENGTHS = [900_000, 1_800_000, 3_600_000];
