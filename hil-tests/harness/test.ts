import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/**
 * `npm test`: everything, in two passes. Units, properties and virtual worlds first, side by side; then the
 * tests on real processes and sockets, one at a time, because they share this machine's cores with what they
 * measure. Ends with one line, `N passed, N failed`.
 */
const HELP = `npm test [-- OPTIONS] [PATH ...]

  Runs all tests, or those whose path contains PATH.

  --unit      only the first pass (seconds): units, properties, virtual worlds, house rules
  --sockets   only the second pass (minutes): real processes, sockets, Chromium
  --help      this text

  npm test -- edge/control     the control core's tests
`;

const root = resolve(import.meta.dirname, "../..");

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { unit: { type: "boolean" }, sockets: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const both = !values.unit && !values.sockets;
  if (both || values.sockets) bringChromium();

  const outcomes: Outcome[] = [];
  if (both || values.unit) outcomes.push(await vitest("unit", positionals));
  if (both || values.sockets) outcomes.push(await vitest("sockets", positionals));

  const total = (count: keyof Outcome) => outcomes.reduce((sum, outcome) => sum + outcome[count], 0);
  const skipped = total("skipped");
  process.stdout.write(
    `${total("passed")} passed, ${total("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
  );
  return total("failed") === 0 && total("passed") > 0 ? 0 : 1;
}

async function vitest(project: string, filters: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "penstock-test-"));
  const report = join(folder, "report.json");
  const status = await new Promise<number>((done) => {
    const child = spawn(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--project",
        project,
        "--reporter=dot",
        "--reporter=json",
        `--outputFile.json=${report}`,
        "--passWithNoTests",
        ...filters,
      ],
      { cwd: root, stdio: "inherit" },
    );
    child.on("exit", (code) => done(code ?? 1));
  });
  try {
    if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
    const json = JSON.parse(readFileSync(report, "utf8"));
    const outcome = { passed: json.numPassedTests, failed: json.numFailedTests, skipped: json.numPendingTests };
    // A file that did not load, or an error outside any test, fails the run though no test did.
    return status !== 0 && outcome.failed === 0 ? { ...outcome, failed: 1 } : outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The page is looked at in Debian's Chromium. Where Debian packages cannot be had, those tests skip and say so. */
function bringChromium(): void {
  if (existsSync("/usr/bin/chromium") || process.platform !== "linux" || process.getuid?.() !== 0) return;
  process.stderr.write("penstock: installing Chromium for the page's tests (apt-get) …\n");
  const quiet = { stdio: "ignore" as const, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update"], quiet);
  spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], quiet);
  if (!existsSync("/usr/bin/chromium"))
    process.stderr.write("penstock: Chromium could not be installed; the page's tests will be skipped\n");
}

process.exitCode = await main();
