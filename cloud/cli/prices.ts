import { closeSync, openSync, writeSync } from "node:fs";
import { operatorReaders } from "../prices/operator-files/index.ts";
import { normalCsv } from "../prices/operator-files/normal-csv.ts";
import { operatorSeries } from "../prices/operator-files/operator-series.ts";
import { readOperatorFiles } from "../prices/operator-files/read-operator-files.ts";
import type { ReadReport, SeriesReport } from "../prices/operator-files/read-report.ts";
import { reportOf, tableNameOf } from "../prices/operator-files/report-of.ts";
import { endingsOf, offlineArguments } from "./offline-arguments.ts";
import { priceFileSentence } from "./price-file-sentence.ts";
import { plainText } from "./words.ts";

const endings = endingsOf("prices");
const { usage, refuse } = endings;

const help = (): string => `fleetctl prices read FILE... [--table NAME] [--series NAME] [--out FILE] [--strict] [--json]

Reads the public data files of system operators, plain, gzipped, zipped or zips in zips, and reports what is in them:
rows, series, gaps, duplicates and what was done with them, days that clocks change, columns nobody read. Nothing is
filled in and nothing guessed.

${operatorReaders
  .map(({ name, text, tables }) =>
    [
      `  ${name.padEnd(8)} ${text}`,
      ...Object.entries(tables).map(([table, each]) => `             ${table.padEnd(18)} ${each.text}`),
    ].join("\n"),
  )
  .join("\n")}

  --table NAME    which table, where the files hold several (default: the first of the list above)
  --series NAME   one region, node, zone or provider
  --column NAME   which of the table's values is the price, such as RAISE6SECRRP (default: the energy price)
  --out FILE      write the one series as the plain CSV that fleetctl backtest and npm start --prices take
  --strict        end with 1 unless the files are whole: no gap, overlap or contradiction
  --json          one JSON object on the last line of stdout

Ends with 0, with 1 when a file cannot be read (its sentence names file and line), 2 for a mistake in the command.

  fleetctl prices read PUBLIC_DVD_DISPATCHPRICE_202301010000.zip --series NSW1 --out nsw.csv
  fleetctl backtest --market nem --prices nsw.csv --json`;

/** `fleetctl prices`: operators' public files, what is in them, and as a plain table. */
export async function pricesCommand(argv: readonly string[]): Promise<number> {
  const text = { type: "string" } as const;
  const options = {
    table: text,
    series: text,
    column: text,
    out: text,
    strict: { type: "boolean", default: false },
  } as const;
  const parsed = offlineArguments(argv, { help: help(), options, ...endings });
  if (typeof parsed === "number") return parsed;
  const { values, positionals } = parsed;
  const [verb, ...paths] = positionals;
  if (verb !== "read" || paths.length === 0) return usage('say "prices read" and the files');
  const { table, series, column, out } = values;
  const files = readOperatorFiles(paths, {
    series: series === undefined ? undefined : [series],
    onFile: (source) => process.stderr.isTTY && process.stderr.write(`read ${plainText(source)}\n`),
  });
  if (!files.ok) return refuse(priceFileSentence(files.error));
  const name = tableNameOf(files.value, table);
  if (!name.ok) return refuse(priceFileSentence(name.error));
  const report = reportOf(files.value, name.value);
  let written: { readonly file: string; readonly rows: number } | undefined;
  if (out !== undefined) {
    const chosen = operatorSeries(files.value, { table: name.value, series, column });
    if (!chosen.ok) return refuse(priceFileSentence(chosen.error));
    try {
      written = { file: out, rows: writeLines(out, normalCsv(chosen.value)) - 1 };
    } catch (error) {
      return refuse(`${out} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  } else if (series !== undefined && report.series.length === 0) {
    return refuse(
      priceFileSentence({
        code: "prices.no-series",
        source: paths[0] ?? "",
        line: 1,
        column: 1,
        says: `there is no series ${series}`,
      }),
    );
  }
  const result = { version: 1, ...report, ...(written !== undefined && { written }) };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${inWords(result).join("\n")}\n`);
  return values.strict && !report.whole ? 1 : 0;
}

function writeLines(path: string, lines: Iterable<string>): number {
  const file = openSync(path, "w");
  let count = 0;
  try {
    let part = "";
    for (const line of lines) {
      count += 1;
      part += `${line}\n`;
      if (part.length < 65_536) continue;
      writeSync(file, part);
      part = "";
    }
    writeSync(file, part);
  } finally {
    closeSync(file);
  }
  return count;
}

const SERIES_SHOWN = 20;
const GAPS_SHOWN = 10;

function inWords(
  report: ReadReport & { readonly written?: { readonly file: string; readonly rows: number } },
): readonly string[] {
  const { duplicates, series } = report;
  const list = (record: Readonly<Record<string, number>>): string =>
    Object.entries(record)
      .map(([name, count]) => `${count} ${plainText(name)}`)
      .join(", ");
  return [
    `${report.reader} ${report.table}: ${report.rows} rows in ${report.files.length} files, ${report.whole ? "whole" : "NOT WHOLE"}`,
    ...series.slice(0, SERIES_SHOWN).flatMap(seriesInWords),
    ...(series.length > SERIES_SHOWN ? [`  and ${series.length - SERIES_SHOWN} more series`] : []),
    `duplicates: ${duplicates.identical} identical, ${duplicates.superseded} superseded, ${duplicates.conflicting} contradictions`,
    `  ${duplicates.rule}`,
    ...duplicates.conflicts.map(
      ({ series, atMs, column, values, source, line }) =>
        `  ${plainText(series)} ${instant(atMs)} ${column}: ${values.join(" and ")}, ${plainText(source)}:${line}`,
    ),
    ...report.clockChanges.map(
      ({ date, hours, wholeSeries, seriesOfDay }) =>
        `${date} has ${hours} hours; ${wholeSeries} of ${seriesOfDay} series have them all`,
    ),
    ...(Object.keys(report.emptyValues).length > 0 ? [`empty: ${list(report.emptyValues)}`] : []),
    ...(Object.keys(report.otherRows).length > 0 ? [`left aside: ${list(report.otherRows)}`] : []),
    ...(report.unknownColumns.length > 0 ? [`unknown columns: ${plainText(report.unknownColumns.join(", "))}`] : []),
    ...report.notes.map(plainText),
    ...(report.written === undefined ? [] : [`${report.written.rows} rows written to ${report.written.file}`]),
  ];
}

function seriesInWords({
  series,
  run,
  intervals,
  fromMs,
  toMs,
  intervalMinutes,
  gaps,
  overlaps,
}: SeriesReport): readonly string[] {
  const name = run === undefined ? series : `${series} run ${run}`;
  return [
    `  ${plainText(name)}  ${intervals} intervals of ${intervalMinutes.join(", ")} min, ${instant(fromMs)} to ${instant(toMs)}`,
    ...gaps
      .slice(0, GAPS_SHOWN)
      .map((gap) => `    gap ${instant(gap.fromMs)} to ${instant(gap.toMs)}, ${gap.intervals} intervals`),
    ...(gaps.length > GAPS_SHOWN ? [`    and ${gaps.length - GAPS_SHOWN} more gaps`] : []),
    ...(overlaps.length > 0
      ? [`    ${overlaps.length} intervals overlap the one before, first ${instant(overlaps[0] ?? 0)}`]
      : []),
  ];
}

const instant = (ms: number): string => new Date(ms).toISOString().replace(":00.000Z", "Z");
