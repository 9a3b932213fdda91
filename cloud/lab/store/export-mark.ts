import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import { datasets } from "./datasets/index.ts";

const mark = z.strictObject({
  version: z.literal(1),
  /** The tables and columns there were. */
  tables: z.string(),
  /** The file of the store it is of. */
  store: z.string(),
  /** Every day before this one is in the export, and can learn nothing more. */
  throughMs: z.number(),
});

/** How far an export is whole: the next one begins there, and looks at nothing before. */
type ExportMark = z.output<typeof mark>;

const fileOf = (folder: string): string => join(folder, "export-mark.json");

/**
 * The first day that has to be looked at: the one before which this store with these tables was exported whole; the
 * beginning where that is not known, which is slower and never wrong.
 */
export function exportFromMs(folder: string, store: string): UtcMs {
  const held = read(folder);
  return (held?.store === store && held.tables === TABLES ? held.throughMs : 0) as UtcMs;
}

/** After an export that was begun at an instant and is whole: days that were over by then learn nothing more. */
export function markExported(folder: string, store: string, begunMs: UtcMs): void {
  const throughMs = Math.floor(begunMs / DAY_MS) * DAY_MS;
  const made: ExportMark = { version: 1, tables: TABLES, store, throughMs };
  writeFileSync(`${fileOf(folder)}.writing`, `${JSON.stringify(made)}\n`);
  renameSync(`${fileOf(folder)}.writing`, fileOf(folder));
}

const DAY_MS = 86_400_000;

/** All tables and their columns: a new one is exported from the beginning. */
const TABLES = JSON.stringify(Object.values(datasets).map(({ name, columns }) => [name, columns]));

function read(folder: string): ExportMark | undefined {
  try {
    const held = mark.safeParse(JSON.parse(readFileSync(fileOf(folder), "utf8")));
    return held.success ? held.data : undefined;
  } catch {
    return undefined;
  }
}
