import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Clock, Timer } from "@penstock/protocol/time";
import { MonotonicMs, Ms } from "@penstock/protocol/units";

/**
 * The loop's end of its supervisor. A permit carries the moment it ends on the machine's monotonic clock, so that one which
 * was read late, after the process had been stopped, permits nothing. A supervisor that dies is started again; meanwhile
 * its last permit runs out.
 */
export class SupervisorHandle {
  readonly #clock: Clock;
  readonly #periodMs: Ms;
  #child: ChildProcess | undefined;
  #permittedUntilMs = MonotonicMs(Number.NEGATIVE_INFINITY);
  #reportDueMs = Number.NEGATIVE_INFINITY;
  #restart: Timer | undefined;
  #isStopped = false;

  constructor(clock: Clock, periodMs: Ms) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#start();
  }

  /** Once a cycle: how many there were. */
  report(cycles: number, nowMs: MonotonicMs): void {
    const input = this.#child?.stdin;
    // A supervisor that does not read is not written to: what waits for it would only grow.
    if (nowMs < this.#reportDueMs || input == null || !input.writable || input.writableLength > 1_000) return;
    this.#reportDueMs = nowMs + REPORT_EVERY_MS;
    input.write(`${cycles}\n`);
  }

  mayCommand(nowMs: MonotonicMs): boolean {
    return nowMs < this.#permittedUntilMs;
  }

  /** The process id, for tests that stop or kill it. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  stop(): void {
    this.#isStopped = true;
    this.#restart?.cancel();
    this.#child?.stdin?.end();
  }

  #start(): void {
    // Beside this file, whether it is the source or a bundle.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const file = fileURLToPath(new URL(`./supervisor.${extension}`, import.meta.url));
    const options = ["--disable-warning=ExperimentalWarning", "--max-old-space-size=32"];
    const child = spawn(process.execPath, [...options, file, String(this.#periodMs)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    child.stdin.on("error", () => {});
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.#permittedUntilMs = MonotonicMs(Number(line));
    });
    const again = () => {
      if (this.#isStopped || this.#child !== child) return;
      this.#child = undefined;
      this.#restart = this.#clock.after(RESTART_MS, () => this.#start());
    };
    child.on("error", again);
    child.on("exit", again);
  }
}

const REPORT_EVERY_MS = 100;
const RESTART_MS = Ms(100);
