import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sampleSite } from "@penstock/edge/agent/testing/sample-agent.ts";
import { sampleStatus } from "@penstock/edge/agent/testing/sample-status.ts";
import { commandEntries } from "@penstock/edge/cli/commands/index.ts";
import { serveOperators } from "@penstock/edge/cli/operator-socket.ts";
import { invariant } from "@penstock/protocol/result";
import { seconds } from "@penstock/protocol/units";
import { type Benchmark, median, rounded } from "./bench.ts";

const root = resolve(import.meta.dirname, "../..");
const BUNDLE = join(root, "edge/dist/sitectl.js");

/** What is typed after a command's name; a command that is not here is run bare, or with --help where it changes something. */
const TYPED: Readonly<Record<string, readonly string[]>> = {
  "why-not": ["2"],
  "why-unit": ["unit-1"],
  watch: ["--count", "1"],
  line: ["--count", "1"],
  explain: ["device.lost"],
  detect: ["127.0.0.1", "--ports", "1"],
  completion: ["bash"],
  "config check": [join(root, "edge/config/examples/park.yaml")],
  "config diff": [join(root, "edge/config/examples/park.yaml")],
};
/** Asks more of a site than the one here has, or does something. */
const ONLY_HELP =
  /^(alarms (ack|shelve)|devices (probe|read|watch)|connections trust|commission|bundle|stop|resume|limit|approve|mode|replay|evidence|config (apply|confirm|rollback|show|history))/;

/**
 * What each command of the built `sitectl` costs from its first instruction to its last, in processor time, so that it
 * counts the same on a busy machine; beside it a Node that does nothing, started in turn with it. Commands ask a real agent
 * on its socket, on the virtual clock.
 */
export const sitectl: Benchmark = {
  name: "sitectl",
  text: "processor time of each command of the built sitectl, beside a Node that does nothing",
  async run({ repeats, progress }) {
    build();
    const folder = mkdtempSync(join(tmpdir(), "penstock-sitectl-"));
    const preload = join(folder, "count.cjs");
    writeFileSync(preload, COUNT);
    const close = await serveSample(join(folder, "bench.sock"));
    const run = (args: readonly string[]) => cpuMs(["--require", preload, ...args], folder);
    try {
      const anchors: number[] = [];
      const commands: { command: string; cpuMs: number; ratio: number }[] = [];
      for (const { name } of commandEntries) {
        const typed = ONLY_HELP.test(name) ? ["--help"] : (TYPED[name] ?? []);
        const args = [BUNDLE, ...name.split(" "), ...typed];
        await run(args); // What was compiled is kept from here on, as on a box where it was used before.
        const times: number[] = [];
        const beside: number[] = [];
        for (let repeat = 0; repeat < repeats; repeat++) {
          beside.push(await run(["-e", "0"]));
          times.push(await run(args));
        }
        anchors.push(median(beside));
        const command = [name, ...typed.map((word) => word.replace(`${root}/`, ""))].join(" ");
        commands.push({ command, cpuMs: rounded(median(times)), ratio: rounded(median(times) / median(beside), 3) });
        progress(
          `${command.padEnd(44)} ${rounded(median(times), 3)} ms, ${rounded(median(times) / median(beside), 2)} of a bare Node`,
        );
      }
      const [slowest] = commands.toSorted((a, b) => b.cpuMs - a.cpuMs);
      return {
        slowest: slowest?.command,
        slowestCpuMs: slowest?.cpuMs,
        medianCpuMs: rounded(median(commands.map((one) => one.cpuMs))),
        anchorCpuMs: rounded(median(anchors)),
        commands,
      };
    } finally {
      close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Says at the end what the process has used; a file descriptor of its own keeps it apart from what is printed. */
const COUNT = `process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  require("node:fs").writeSync(3, String((user + system) / 1e3));
});`;

function cpuMs(args: readonly string[], folder: string): Promise<number> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, HOME: folder, XDG_CACHE_HOME: folder, PENSTOCK_RUN_DIR: folder },
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stdio[3]?.on("data", (text) => {
    said += String(text);
  });
  return new Promise((done) => child.on("close", () => done(Number(said))));
}

function build(): void {
  const tsup = join(root, "node_modules/tsup/dist/cli-default.js");
  const args = [tsup, "--config", "tsup.config.ts"];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: join(root, "edge"), encoding: "utf8" });
  invariant(status === 0, `the bundle could not be built: ${stderr}`);
}

async function serveSample(path: string): Promise<() => void> {
  const { clock, boot } = sampleSite();
  const { agent } = boot();
  clock.advance(seconds(5));
  const served = await serveOperators(path, (request, role, answer) => {
    agent.onLoopOutput({ type: "status", status: sampleStatus(clock) });
    agent.operate(request, role, answer);
    clock.advance(seconds(1));
  });
  invariant(served.ok, "the sample site can be asked");
  return () => served.value.close();
}
