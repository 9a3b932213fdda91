import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8 } from "fflate";
import { readOperatorFiles } from "../read-operator-files.ts";
import type { ReadReport } from "../read-report.ts";
import { reportOf, tableNameOf, valuedIntervals } from "../report-of.ts";

const folder = mkdtempSync(join(tmpdir(), "operator-files-"));

/** A file on disk; `lines` end as the operators end them. */
export function fileOf(name: string, ...lines: readonly string[]): string {
  return bytesFile(name, strToU8(`${lines.join("\r\n")}\r\n`));
}

export function bytesFile(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

export { zipOf } from "./zip-of.ts";

export interface WhatWasRead extends ReadReport {
  /** By series, each interval as `2026-04-01T00:05Z value`. */
  readonly told: Readonly<Record<string, readonly string[]>>;
}

/** The report and the values, or the refusal as `code line: sentence`. */
export function whatIsIn(paths: readonly string[], table?: string, column?: string): WhatWasRead | string {
  const files = readOperatorFiles(paths);
  if (!files.ok) return `${files.error.code} ${files.error.line}: ${String(files.error["says"])}`;
  const name = tableNameOf(files.value, table);
  if (!name.ok) return `${name.error.code} ${name.error.line}: ${String(name.error["says"])}`;
  const value = column ?? files.value.reader.tables[name.value]?.valueColumn ?? "";
  const held = files.value.book.table(name.value)?.series ?? [];
  const told = held.map((each) => [
    each.run === undefined ? each.series : `${each.series} ${each.run}`,
    valuedIntervals(each, value).map(
      ({ startMs, values }) => `${new Date(startMs).toISOString().slice(0, 16)}Z ${values[value]}`,
    ),
  ]);
  return { ...reportOf(files.value, name.value), told: Object.fromEntries(told) };
}
