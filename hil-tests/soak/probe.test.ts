import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { judgeGrowth, type Point } from "./judge-growth.ts";
import { countTree } from "./process-tree.ts";
import { probeEnvironment, threadReports } from "./thread-report.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-probe-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EVERY_MS = 100;

/** A process and a thread of it, watched as a soak watches its own: what `body`, done every 20 ms, leaves behind. */
async function watch(body: string): Promise<Record<"heap" | "handles" | "fileHandles", Point[]>> {
  const script = `const fs = require("node:fs"); const kept = []; setInterval(() => { ${body} }, 20);`;
  const file = join(folder, "thread.cjs");
  writeFileSync(file, script);
  const thread = `new (require("node:worker_threads").Worker)(${JSON.stringify(file)})`;
  const child: ChildProcess = spawn(process.execPath, ["-e", thread], {
    env: { ...process.env, ...probeEnvironment(folder, EVERY_MS) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const seen = { heap: [] as Point[], handles: [] as Point[], fileHandles: [] as Point[] };
  try {
    while (seen.heap.length < 20) {
      if (child.exitCode !== null) throw new Error(`the watched process ended with ${child.exitCode}`);
      await new Promise((done) => setTimeout(done, EVERY_MS));
      const atMs = performance.now();
      const counts = countTree(child.pid ?? 0);
      const threads = threadReports(folder, counts?.pids ?? [], { nowMs: Date.now(), ageMsMax: 60_000 });
      if (counts === undefined || threads.length < 2) continue;
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      seen.heap.push({ atMs, value: sum(threads.map(({ heapBytes }) => heapBytes)) / 1e6 });
      seen.handles.push({ atMs, value: sum(threads.map(({ handles }) => handles)) });
      seen.fileHandles.push({ atMs, value: counts.fileHandles });
    }
  } finally {
    child.kill("SIGKILL");
  }
  return seen;
}

const verdictOf = (points: readonly Point[], swing: number) =>
  judgeGrowth(points.slice(2), { perHour: 0, swing }).verdict;

test.skipIf(!existsSync("/proc/self/fd"))(
  "a thread that keeps what it makes, files it opened and sockets it listens on is found out; one that lets go is not (skipped without /proc)",
  async () => {
    const leaking = await watch(
      `for (let i = 0; i < 5000; i++) kept.push({ i }); kept.push(fs.openSync("/dev/null")); require("node:net").createServer().listen(0);`,
    );
    expect(verdictOf(leaking.heap, 0.5)).toBe("grows");
    expect(verdictOf(leaking.fileHandles, 5)).toBe("grows");
    expect(verdictOf(leaking.handles, 5)).toBe("grows");
    const clean = await watch(
      `const made = []; for (let i = 0; i < 5000; i++) made.push({ i }); fs.closeSync(fs.openSync("/dev/null"));`,
    );
    expect(verdictOf(clean.heap, 0.5)).toBe("flat");
    expect(verdictOf(clean.fileHandles, 5)).toBe("flat");
    expect(verdictOf(clean.handles, 5)).toBe("flat");
  },
);
