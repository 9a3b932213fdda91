import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { modbusTcpTransport } from "@penstock/edge/transports/modbus-tcp.ts";
import type { RegisterTransport } from "@penstock/edge/transports/register-transport.ts";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import { compileAnchor } from "./anchors/compile.ts";
import { type Benchmark, median, percentile, rounded } from "./bench.ts";

const UNITS = 20;
const CYCLES = 500;
const WARM_UP_CYCLES = 200;

/** What a storage unit is asked in a cycle (edge/devices/sunspec-storage.ts): set-point, measurements, read-back. */
const REQUESTS = [
  { kind: "w", address: 40_318, count: 11 },
  { kind: "r", address: 40_073, count: 119 },
  { kind: "r", address: 40_318, count: 40 },
] as const;

/**
 * One cycle's reads and writes for 20 units, each on a connection of its own, against libmodbus in C doing the
 * same on the same server. The anchor is the better of the two ways to use libmodbus: all units from one thread,
 * or a thread a unit. Ours is one thread and one event loop, as in the edge.
 */
export const modbus: Benchmark = {
  name: "modbus",
  text: `one cycle's reads and writes for ${UNITS} units; anchor libmodbus in C`,
  async run({ repeats, progress }) {
    const anchor = compileAnchor({
      source: "modbus-anchor.c",
      packages: ["libmodbus-dev", "libmodbus5"],
      includes: ["modbus"],
      libraries: ["modbus", "pthread"],
    });
    if (!anchor.ok) {
      progress(`skipped: ${anchor.error.text}`);
      return { skipped: anchor.error.text };
    }
    const server = await startServer(anchor.value);
    const figures = { ours: new Figures(), line: new Figures(), threads: new Figures() };
    try {
      for (let repeat = 0; repeat < repeats; repeat++) {
        figures.ours.add(await ourCycles(server.port));
        figures.line.add(anchorCycles(anchor.value, "line", server.port));
        figures.threads.add(anchorCycles(anchor.value, "threads", server.port));
        progress(`run ${repeat + 1} of ${repeats}: p50 ${rounded(figures.ours.p50s.at(-1) ?? Number.NaN)} ms`);
      }
    } finally {
      server.process.kill();
    }
    const { ours, line, threads } = figures;
    const anchorP50Ms = Math.min(line.p50Ms, threads.p50Ms);
    const anchorP99Ms = Math.min(line.p99Ms, threads.p99Ms);
    return {
      units: UNITS,
      requestsPerCycle: UNITS * REQUESTS.length,
      cycles: CYCLES,
      p50Ms: rounded(ours.p50Ms),
      p99Ms: rounded(ours.p99Ms),
      anchor: "libmodbus, the better of one thread and a thread a unit",
      anchorP50Ms: rounded(anchorP50Ms),
      anchorP99Ms: rounded(anchorP99Ms),
      oneThreadP50Ms: rounded(line.p50Ms),
      oneThreadP99Ms: rounded(line.p99Ms),
      threadAUnitP50Ms: rounded(threads.p50Ms),
      threadAUnitP99Ms: rounded(threads.p99Ms),
      ratioP50: rounded(ours.p50Ms / anchorP50Ms),
      ratioP99: rounded(ours.p99Ms / anchorP99Ms),
    };
  },
};

class Figures {
  readonly p50s: number[] = [];
  readonly p99s: number[] = [];

  add(tookMs: readonly number[]): void {
    const measured = tookMs.slice(WARM_UP_CYCLES);
    this.p50s.push(median(measured));
    this.p99s.push(percentile(measured, 0.99));
  }

  get p50Ms(): number {
    return median(this.p50s);
  }

  get p99Ms(): number {
    return median(this.p99s);
  }
}

async function startServer(program: string): Promise<{ readonly process: ChildProcess; readonly port: number }> {
  const server = spawn(program, ["server"], { stdio: ["pipe", "pipe", "inherit"] });
  const [said] = await once(server.stdout, "data");
  return { process: server, port: Number(String(said)) };
}

/** Milliseconds of each cycle. */
async function ourCycles(port: number): Promise<number[]> {
  const clock = new SystemClock();
  const units = Array.from({ length: UNITS }, (_, index) =>
    modbusTcpTransport({ host: "127.0.0.1", port, unitId: 1, clock, rng: new Rng(index) }),
  );
  const tookMs: number[] = [];
  for (let cycle = 0; cycle < WARM_UP_CYCLES + CYCLES; cycle++) {
    const began = process.hrtime.bigint();
    await new Promise<void>((done) => {
      let busy = UNITS;
      for (const unit of units) talk(unit, cycle, () => --busy === 0 && done());
    });
    tookMs.push(Number(process.hrtime.bigint() - began) / 1e6);
  }
  for (const unit of units) unit.close();
  return tookMs;
}

function talk(unit: RegisterTransport, seed: number, done: () => void, at = 0) {
  const request = REQUESTS[at];
  if (request === undefined) return done();
  const { kind, address, count } = request;
  const next = (result: { readonly ok: boolean }): void => {
    invariant(result.ok, `a request of the benchmark failed: ${JSON.stringify(result)}`);
    talk(unit, seed, done, at + 1);
  };
  if (kind === "r") unit.read(address, count, DEADLINE_MS, next);
  else
    unit.write(
      address,
      Uint16Array.from({ length: count }, (_, index) => seed + index),
      DEADLINE_MS,
      next,
    );
}

const DEADLINE_MS = seconds(5);

function anchorCycles(program: string, way: "line" | "threads", port: number): number[] {
  const requests = REQUESTS.map(({ kind, address, count }) => `${kind}${address}:${count}`);
  const args = [way, String(port), String(UNITS), String(WARM_UP_CYCLES + CYCLES), ...requests];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  invariant(status === 0, `the anchor failed: ${stderr}`);
  return stdout
    .trim()
    .split("\n")
    .map((line) => Number(line) / 1e6);
}
