import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "penstock-trader-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ten days of half hours: cheap nights, dear evenings. */
const prices = join(folder, "nsw.csv");
const rows = Array.from({ length: 10 * 48 }, (_, index) => {
  const end = new Date(Date.UTC(2021, 0, 1) + (index + 1) * 1_800_000).toISOString().slice(0, 19).replace("T", " ");
  return `${end},${(index % 48 < 12 ? 20 : index % 48 > 36 ? 150 : 60) + (index % 7)}`;
});
writeFileSync(prices, `SETTLEMENTDATE,RRP\n${rows.join("\n")}\n`);

const fleetctl = resolve(import.meta.dirname, "../bin/fleetctl.mjs");
const backtest = (strategy: string): readonly string[] => [
  ...[fleetctl, "backtest", "--market", "nem", "--prices", prices],
  ...["--from", "2021-01-04", "--strategy", strategy, "--json"],
];
const written = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

test("the strategy of 20 lines that the README shows runs as it stands, from anywhere, and earns", () => {
  const readme = readFileSync(resolve(import.meta.dirname, "../lab/README.md"), "utf8");
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(code.trim().split("\n").length).toBeLessThanOrEqual(20);
  const said = execFileSync(process.execPath, backtest(written("sixths.ts", code)), { encoding: "utf8" });
  const { capture, cyclesPerDay } = JSON.parse(said.trim().split("\n").at(-1) ?? "");
  expect(capture).toBeGreaterThan(0.8);
  expect(cyclesPerDay).toBeGreaterThan(0.5);
});

test.each([
  ["that does not parse", "export const broken = (", /strategy\.cannot-load/],
  ["that exports no function", "export const name = 7;", /strategy\.no-trader/],
])("a file %s is refused by a sentence that names it", (_, text, said) => {
  const { status, stderr } = spawnSync(process.execPath, backtest(written("bad.ts", text)), { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toMatch(said);
  expect(stderr).toContain("bad.ts");
});
