import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UtcMs } from "@penstock/protocol/units";
import { afterAll, expect, test } from "vitest";
import { exportFromMs, markExported } from "./export-mark.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-mark-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const begunMs = UtcMs(Date.UTC(2026, 0, 31, 15, 20));

test("without a mark everything is looked at; after a whole export the day it was begun on and what follows", () => {
  expect(exportFromMs(folder, "cloud.db")).toBe(0);
  markExported(folder, "cloud.db", begunMs);
  expect(exportFromMs(folder, "cloud.db")).toBe(Date.UTC(2026, 0, 31));
});

test.each<[string, (text: string) => string]>([
  ["of another store", (text) => text.replace("cloud.db", "other.db")],
  ["made when a table had other columns", (text) => text.replace("known_utc", "known")],
  ["of another version", (text) => text.replace('"version":1', '"version":2')],
  ["that was cut off", (text) => text.slice(0, 40)],
])("a mark %s is not believed", (_, change) => {
  markExported(folder, "cloud.db", begunMs);
  const path = join(folder, "export-mark.json");
  const [before, after] = [readFileSync(path, "utf8"), change(readFileSync(path, "utf8"))];
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  expect(exportFromMs(folder, "cloud.db")).toBe(0);
});
