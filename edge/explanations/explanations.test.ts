import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { siteLimits, unitLimits } from "../control/limits/index.ts";
import { explain, explanations, priorityOf } from "./index.ts";

const root = join(import.meta.dirname, "../..");

/** Every code that stands in the sources: `"area.fact"`, and the core's own alarms `code: "meter-stale"`. */
function codesInSources(): ReadonlySet<string> {
  const codes = new Set<string>();
  for (const folder of ["edge", "protocol"]) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts") || /\.test\.ts$|testing\/|node_modules|dist\/|explanations\//.test(file)) continue;
      const text = readFileSync(join(root, folder, file), "utf8");
      for (const [, code = ""] of text.matchAll(/"([a-z][a-z-]*\.[a-z][a-z-]*)"/g)) {
        if (areas.has(code.split(".")[0] ?? "") && !isFileName(code)) codes.add(code);
      }
      for (const [, code = ""] of text.matchAll(/\bcode: "([a-z]+(?:[.-][a-z]+)+)"/g)) codes.add(code);
    }
  }
  return codes;
}

const areas = new Set(explanations.filter(({ code }) => code.includes(".")).map(({ code }) => code.split(".")[0]));
/** Names of files and of fields in the site's file look the same and are none. */
const isFileName = (code: string): boolean => /\.(ts|js|mjs|json|yaml|pem|driver|file)$/.test(code);

test("every code of the product has an explanation", () => {
  const codes = [...codesInSources()];
  expect(codes.length).toBeGreaterThan(80);
  expect(codes.filter((code) => explain(code) === undefined)).toEqual([]);
});

test("every limit on the shelf has an explanation", () => {
  const names = [...unitLimits, ...siteLimits].map(({ name }) => name);
  expect(names.filter((name) => explain(name)?.kind !== "limit")).toEqual([]);
});

test("an explanation says all three things in sentences, once", () => {
  expect(new Set(explanations.map(({ code }) => code)).size).toBe(explanations.length);
  for (const { code, kind, priority, happened, system, fix } of explanations) {
    for (const text of [happened, system, fix]) expect(text, code).toMatch(/^.{7,}[.?]$/);
    expect(priority !== undefined, code).toBe(kind === "alarm");
  }
  expect(priorityOf("never.heard-of")).toBe("medium");
});
