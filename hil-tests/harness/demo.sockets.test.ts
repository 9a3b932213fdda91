import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "penstock-demo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function demo(...args: readonly string[]) {
  return spawnSync(process.execPath, [resolve(import.meta.dirname, "demo.ts"), ...args], {
    encoding: "utf8",
    env: { ...process.env, PENSTOCK_RUN_DIR: join(folder, "run") },
    timeout: 150_000,
  });
}

const row = (minute: string, price: string) => `NSW1,2023/01/01 ${minute}:00,7000,${price},TRADE`;
const HEAD = "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE";

test.each([
  [
    "a price that is no number",
    [HEAD, row("00:05", "71.2"), row("00:10", "7l.2")],
    /line=3 column=\d+|line=3, column=\d+/,
  ],
  ["an interval that is missing", [HEAD, row("00:05", "71.2"), row("00:15", "70.0")], /line=3/],
  ["a price above the cap", [HEAD, row("00:05", "71.2"), row("00:10", "99999")], /line=3/],
])("a file with %s is refused with its place, and nothing starts", (_, lines, place) => {
  const file = join(folder, "prices.csv");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const { status, stderr } = demo("--prices", file, "--for", "20s", "--json");
  expect(status).toBe(1);
  expect(stderr).toContain("refused");
  expect(stderr).toMatch(place);
  expect(existsSync(join(folder, "run/cloud.json"))).toBe(false);
});

test("a file that was cut off in the middle of a row is refused with its place", () => {
  const file = join(folder, "cut.csv");
  writeFileSync(file, `${HEAD}\n${row("00:05", "71.2")}\n${row("00:10", "70").slice(0, 25)}`);
  const { status, stderr } = demo("--prices", file, "--for", "20s", "--json");
  expect(status).toBe(1);
  expect(stderr).toMatch(/line=3/);
});

test.each([
  ["--for wants", ["--for", "ninety"]],
  ["--market-speed wants", ["--market-speed", "fast"]],
  ['--market: there is no "harbour"; one of nem', ["--market", "harbour"]],
  ["--json goes with --for", ["--json"]],
])("%s something else: exit 2 and the help", (text, args) => {
  const { status, stderr } = demo(...args);
  expect(status).toBe(2);
  expect(stderr).toContain(text);
});

test("the whole product runs for a while and gives its account: nothing lost, nothing twice, no limit broken", () => {
  const { status, stdout, stderr } = demo("--for", "30s", "--json");
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  expect(last.startsWith("{"), stderr).toBe(true);
  const figures = JSON.parse(last);
  expect(figures).toMatchObject({
    sitesOnline: 3,
    recordsLost: 0,
    recordsDuplicated: 0,
    limitViolations: 0,
    currency: "AUD",
    pricesGenerated: true,
  });
  expect(figures.controlCycles).toBeGreaterThan(300);
  expect(figures.bidsAccepted).toBeGreaterThan(4);
  expect(figures.leasesApplied).toBeGreaterThan(4);
  expect(figures.meteredMWh).toBeGreaterThan(0);
  expect(status).toBe(0);
});

test("another market, another currency: ERCOT's curves and ancillary services", () => {
  const run = demo("--market", "ercot", "--for", "45s", "--json");
  const last = run.stdout.trimEnd().split("\n").at(-1) ?? "";
  expect(last.startsWith("{"), run.stderr).toBe(true);
  const figures = JSON.parse(last);
  expect(figures).toMatchObject({
    sitesOnline: 3,
    recordsLost: 0,
    bidsRefused: 0,
    limitViolations: 0,
    currency: "USD",
  });
  expect(figures.bidsAccepted).toBeGreaterThan(2);
  expect(run.status).toBe(0);
});

const recorded = resolve(import.meta.dirname, "../../../shared/data/aemo_nem/price_demand_5min_2023_NSW1.csv.gz");

test.skipIf(!existsSync(recorded))(
  "a recorded year of prices is replayed (skipped where the recording is not at hand)",
  () => {
    const { status, signal, stdout, stderr } = demo("--for", "20s", "--json", "--prices", recorded);
    const last = stdout.trimEnd().split("\n").at(-1) ?? "";
    expect(last.startsWith("{"), `status ${status}, signal ${signal}: ${stderr}`).toBe(true);
    expect(JSON.parse(last)).toMatchObject({ pricesGenerated: false, recordsLost: 0, limitViolations: 0 });
    expect(status, last).toBe(0);
  },
);

test.skipIf(!existsSync(recorded))(
  "a gzipped file that was cut off is refused (skipped where no recording is at hand)",
  () => {
    const file = join(folder, "cut.csv.gz");
    writeFileSync(file, readFileSync(recorded).subarray(0, 50_000));
    const { status, stderr } = demo("--prices", file, "--for", "20s", "--json");
    expect(status).toBe(1);
    expect(stderr).toContain("refused");
  },
);
