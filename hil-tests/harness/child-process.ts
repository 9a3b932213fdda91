import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/**
 * One process of the product, started by the harness: its words go to a log file, its first line of stdout
 * can be waited for, and it dies with us because we hold its input open.
 */
export class Child {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #logFile: string;
  readonly #firstLine: Promise<string>;
  readonly exited: Promise<number | null>;
  #hasExited = false;

  constructor(options: {
    name: string;
    script: string;
    args: readonly string[];
    logFile: string;
    env?: NodeJS.ProcessEnv;
  }) {
    const { name, script, args, logFile, env } = options;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile, { flags: "a" });
    this.#name = name;
    this.#logFile = logFile;
    this.#child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", resolve(root, script), ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    this.#child.stderr?.pipe(log, { end: false });
    this.#child.stdout?.pipe(log, { end: false });
    this.exited = new Promise((done) => {
      this.#child.on("exit", (code) => {
        this.#hasExited = true;
        done(code);
      });
    });
    this.#firstLine = new Promise((done, refuse) => {
      let text = "";
      this.#child.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8");
        const end = text.indexOf("\n");
        if (end >= 0) done(text.slice(0, end));
      });
      this.#child.on("error", refuse);
      this.#child.on("exit", (code, signal) => refuse(new Error(this.#ended(code, signal))));
    });
    // Whoever waits for the line is told; where nobody does, an early end is seen by `exited`.
    this.#firstLine.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return !this.#hasExited;
  }

  firstLine(): Promise<string> {
    return this.#firstLine;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGTERM, and SIGKILL when that is not enough. */
  async stop(patienceMs = 8_000): Promise<void> {
    if (this.#hasExited) return;
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), patienceMs);
    await this.exited;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    if (this.#hasExited) return;
    this.signal("SIGKILL");
    await this.exited;
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): string {
    return `${this.#name} ended early (${signal ?? `exit ${code}`}); its log is ${this.#logFile}`;
  }
}

/** Asks again and again until there is an answer. */
export async function patiently<T>(what: string, withinMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    if (Date.now() > endMs) throw new Error(`${what}: no answer within ${withinMs / 1e3} s`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
