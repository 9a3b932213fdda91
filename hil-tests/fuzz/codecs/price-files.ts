import { gzipSync } from "node:zlib";
import { csvCells } from "@penstock/cloud/prices/operator-files/csv-cells.ts";
import type { HeldInterval } from "@penstock/cloud/prices/operator-files/observation-book.ts";
import { readTextFiles } from "@penstock/cloud/prices/operator-files/read-operator-files.ts";
import { zipOf } from "@penstock/cloud/prices/operator-files/testing/zip-of.ts";
import { textFilesIn } from "@penstock/cloud/prices/operator-files/text-files.ts";
import type { Rng } from "@penstock/protocol/rng";
import { type CodecUnderTest, expectThat } from "./codec.ts";
import { mutate } from "./mutate.ts";
import { type PriceFileSample, priceFileSamples } from "./price-file-samples.ts";

/**
 * Operators' price files, spoiled. Whatever is read of one is written in it: each number in a row that was touched or is
 * as it was, each time as its rows say it; a row nobody touched keeps its price or both are gone. Written in another
 * way, or packed, the file reads the same, and a packed one that was spoiled reads the same or not at all.
 */
export const priceFiles: CodecUnderTest = {
  name: "price-files",
  share: 0.2,
  begin(rng) {
    const samples = priceFileSamples.map((sample) => {
      const text = `${sample.lines.join("\n")}\n`;
      const good = readAll(Buffer.from(text));
      expectThat(typeof good !== "string", `a whole file is refused: ${String(good)}`, text);
      return { sample, text, good };
    });
    return () => {
      const { sample, text, good } = rng.pick(samples);
      const way = rng.integer(0, 4);
      if (way === 0) return shootPacked(rng, text, good);
      if (way === 1) return shootRewritten(rng, sample, good);
      return shootSpoiled(rng, sample, text, good);
    };
  },
};

/** What is held of each interval of a file, by table, series, run and start. */
type Held = ReadonlyMap<string, HeldInterval>;

function readAll(bytes: Uint8Array): Held | string {
  const files = readTextFiles(textFilesIn(bytes, "file"), "file");
  if (!files.ok) {
    const { code, line, says } = files.error;
    expectThat(/^prices\./.test(code) && line >= 1 && String(says).length > 5, `refused with ${code} ${says}`, bytes);
    return code;
  }
  const { book } = files.value;
  const held = new Map<string, HeldInterval>();
  for (const table of book.tableNames)
    for (const { series, run, intervals } of book.table(table)?.series ?? [])
      for (const interval of intervals.values())
        held.set(`${table}|${series}|${run ?? ""}|${interval.startMs}`, interval);
  return held;
}

function shootPacked(rng: Rng, text: string, good: Held): "taken" | "refused" {
  const bytes = Buffer.from(text);
  const inner = zipOf({ "prices.csv": bytes });
  const packed = rng.pick([inner, zipOf({ "inner.zip": inner }), Uint8Array.from(gzipSync(bytes))]);
  const spoiled = mutate(rng, packed);
  const read = readAll(spoiled);
  if (spoiled === packed) expectThat(typeof read !== "string", `a whole archive is refused: ${String(read)}`, packed);
  if (typeof read === "string") return "refused";
  expectThat(isSame(read, good), "a spoiled archive reads as something else", spoiled);
  return "taken";
}

/** The same content in another dress. */
function shootRewritten(rng: Rng, sample: PriceFileSample, good: Held): "taken" | "refused" {
  let { lines } = sample;
  const isTable = sample.isPlainTable;
  if (isTable && rng.chance(0.5)) lines = withColumnsMoved(rng, lines);
  if (isTable && rng.chance(0.3)) lines = lines.map((line) => quotedCells(line));
  if (sample.isUnordered && rng.chance(0.5)) lines = [lines[0] ?? "", ...shuffled(rng, lines.slice(1))];
  if (sample.isUnordered && rng.chance(0.3)) lines = [...lines, rng.pick(lines.slice(1))];
  const end = rng.pick(["\n", "\r\n", "\n\n"]);
  const text = `${rng.chance(0.3) ? "\uFEFF" : ""}${lines.join(end)}${end}`;
  const read = readAll(Buffer.from(text));
  expectThat(typeof read !== "string", `refused for how it is written: ${String(read)}`, text);
  expectThat(isSame(read, good), "reads as something else for how it is written", text);
  return "taken";
}

function shootSpoiled(rng: Rng, sample: PriceFileSample, text: string, good: Held): "taken" | "refused" {
  const original = Buffer.from(text);
  const bytes = rng.chance(0.3) ? Buffer.from(withRowsSpoiled(rng, sample.lines)) : mutate(rng, original);
  const read = readAll(bytes);
  if (bytes === original) expectThat(typeof read !== "string", `a whole file is refused: ${String(read)}`, text);
  if (typeof read === "string") return "refused";
  const spoiledText = new TextDecoder().decode(bytes);
  const untouched = new Set(sample.lines);
  const written = spoiledText.split(/\r?\n/);
  const touched = written.filter((line) => !untouched.has(line));
  // A heading may name the series: where it was touched, every row is of another one.
  const isRenamed = !written.includes(sample.lines[0] ?? "");
  for (const [key, { startMs, lengthMs, values }] of read) {
    const before = good.get(key);
    const rows = before === undefined && isRenamed ? written : touched;
    const stamp = sample.stampOf(startMs, lengthMs);
    const isWritten = before !== undefined || rows.some((line) => line.includes(stamp));
    expectThat(isWritten, `nobody wrote ${stamp}`, spoiledText);
    for (const [column, value] of Object.entries(values)) {
      if (Number.isNaN(value) || value === before?.values[column]) continue;
      const isOfARow =
        rows.some((line) => numbersIn(line).includes(value)) ||
        (before !== undefined && countsAgain(sample, spoiledText, value));
      expectThat(isOfARow, `${key} ${column} is ${value}, which no touched row says`, spoiledText);
    }
  }
  return "taken";
}

/** With the row gone that replaced it, an older price of the same interval counts again. */
const countsAgain = ({ lines, hasRevisions }: PriceFileSample, text: string, value: number): boolean =>
  hasRevisions &&
  lines.some((line) => !text.includes(line)) &&
  lines.some((line) => text.includes(line) && numbersIn(line).includes(value));

const numbersIn = (line: string): readonly number[] =>
  line
    .split(/[,:{}[\]]/)
    .map((cell) =>
      cell
        .trim()
        .replace(/^"([^"]*)"$/, "$1")
        .trim(),
    )
    .filter((cell) => cell !== "")
    .map(Number);

/** Rows taken out, said again, put elsewhere, or short of a cell. */
function withRowsSpoiled(rng: Rng, lines: readonly string[]): string {
  const kept = [...lines];
  const at = rng.integer(1, kept.length);
  const row = kept[at] ?? "";
  const way = rng.integer(0, 4);
  if (way === 0) kept.splice(at, 1);
  else if (way === 1) kept.splice(rng.integer(1, kept.length), 0, row);
  else if (way === 2) kept[at] = row.replace(/,[^,]*$/, "");
  else kept[at] = row.replace(/\d(?=\D*$)/, () => String(rng.integer(0, 10)));
  return `${kept.join("\n")}\n`;
}

function withColumnsMoved(rng: Rng, lines: readonly string[]): readonly string[] {
  const rows = lines.map((line) => csvCells(line) ?? []);
  const order = shuffled(
    rng,
    [...(rows[0] ?? [])].map((_, index) => index),
  );
  return rows.map((cells) => order.map((index) => quoted(cells[index] ?? "")).join(","));
}

const quotedCells = (line: string): string => (csvCells(line) ?? []).map(quoted).join(",");
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

function shuffled<T>(rng: Rng, items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: rng.uniform() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function isSame(one: Held, other: Held): boolean {
  if (one.size !== other.size) return false;
  for (const [key, { values, lengthMs }] of one) {
    const before = other.get(key);
    if (before === undefined || before.lengthMs !== lengthMs) return false;
    const columns = Object.keys(values);
    if (columns.length !== Object.keys(before.values).length) return false;
    if (!columns.every((column) => Object.is(values[column], before.values[column]))) return false;
  }
  return true;
}
