import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { SoakResult } from "./soak.ts";

test.skipIf(!existsSync("/proc/self/fd"))(
  "under churn nothing of plants, edges and cloud leaks, and each is whole again in its time (skipped without /proc)",
  () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [resolve(import.meta.dirname, "main.ts"), "--minutes", "1", "--seed", "5", "--json"],
      { encoding: "utf8", timeout: 290_000 },
    );
    const last = stdout.trimEnd().split("\n").at(-1) ?? "";
    expect(last.startsWith("{"), stderr).toBe(true);
    const { series, findings, ...figures } = JSON.parse(last) as SoakResult;
    // A minute leaves some series open; one that grows in it shows all the more.
    expect(series.filter(({ verdict }) => verdict === "grows" || verdict === "too-much")).toEqual([]);
    expect(findings.filter((text) => !text.includes("a longer run could"))).toEqual([]);
    expect(figures).toMatchObject({ recordsLost: 0, recordsDuplicated: 0, limitViolations: 0 });
    expect(figures.controlCycles).toBeGreaterThan(300);
    // Judged it was: of every process every quantity, plants have no disk.
    expect(series.length).toBe(3 * 8 - 1);
    expect(series.filter(({ points }) => points < 12)).toEqual([]);
    const done = Object.values(figures.recoveries).reduce((sum, { count }) => sum + count, 0);
    expect(done).toBeGreaterThanOrEqual(3);
  },
  300_000,
);
