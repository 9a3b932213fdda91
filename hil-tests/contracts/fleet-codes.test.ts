import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { explain } from "@penstock/edge/explanations/index.ts";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const codesIn = (file: string, pattern: RegExp): readonly string[] => [
  ...new Set([...readFileSync(join(root, file), "utf8").matchAll(pattern)].map(([, code = ""]) => code)),
];

test.each([
  ["alarm of the fleet's", "cloud/fleet/alarm-catalogue.ts", /"([a-z-]+(?:\.[a-z-]+)?)": \{/g, 15],
  ["reason to leave a site out of a bid", "cloud/desk/attest-site.ts", /\| "(desk\.[a-z-]+)"/g, 8],
])("every %s is explained at the site, without a network", (_what, file, pattern, atLeast) => {
  const codes = codesIn(file, pattern);
  expect(codes.length).toBeGreaterThanOrEqual(atLeast);
  expect(codes.filter((code) => explain(code) === undefined)).toEqual([]);
});
