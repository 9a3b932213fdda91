import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { elsewhere } from "./fault-list.ts";
import { type FaultRow, faultTable, type RanTest } from "./fault-table.ts";

const HELP = `npm run faults -- [--json]

Runs the tests of the fault list (Modbus, OPC UA, time, process, commands) and prints the table fault, test, result.
Exit 1 when a test failed. "open" is a fault no test bears yet.
`;

const root = resolve(import.meta.dirname, "../..");

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: "boolean" }, help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const rows = faultTable(await runTests());
  const count = (result: FaultRow["result"]) => rows.filter((row) => row.result === result).length;
  if (values.json) {
    const counts = { total: rows.length, passed: count("passed"), failed: count("failed"), open: count("open") };
    process.stdout.write(`${JSON.stringify({ ...counts, faults: rows })}\n`);
  } else {
    for (const row of rows) {
      process.stdout.write(`${row.section} ${row.id}  ${row.result.padEnd(6)}  ${row.what}\n`);
      for (const { title, status, file } of row.tests)
        process.stdout.write(`${" ".repeat(14)}${status}: ${title} (${file})\n`);
    }
    process.stdout.write(
      `${count("passed")} passed, ${count("failed")} failed, ${count("open")} open of ${rows.length}\n`,
    );
  }
  return count("failed") === 0 && count("passed") > 0 ? 0 : 1;
}

/** This folder and the files that bear a fault elsewhere; those over real sockets only by the tests that bear one. */
async function runTests(): Promise<readonly RanTest[]> {
  const isOverSockets = (file: string) => file.endsWith(".sockets.test.ts");
  const files = [...new Set(elsewhere.map(({ file }) => file))];
  const inProcess = await run("unit", ["hil-tests/faults", ...files.filter((file) => !isOverSockets(file))]);
  const named = elsewhere.filter(({ file }) => isOverSockets(file)).map(({ test }) => literally(test));
  const bearing = `(${["\\d+: .+", ...named].join("|")})$`;
  const overSockets = await run("sockets", ["hil-tests/faults", ...files.filter(isOverSockets), "-t", bearing]);
  return [...inProcess, ...overSockets];
}

const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

async function run(project: "unit" | "sockets", args: readonly string[]): Promise<readonly RanTest[]> {
  const folder = mkdtempSync(join(tmpdir(), "penstock-faults-"));
  const report = join(folder, "report.json");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const all = [vitest, "run", "--project", project, "--reporter=json", `--outputFile=${report}`, ...args];
  await new Promise<void>((done) => {
    const child = spawn(process.execPath, all, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    child.on("exit", () => done());
  });
  try {
    const { testResults } = JSON.parse(readFileSync(report, "utf8")) as VitestReport;
    return testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ title, status }) => ({
        file: relative(root, name),
        title,
        status: status === "passed" || status === "failed" ? status : "skipped",
      })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

process.exitCode = await main();
