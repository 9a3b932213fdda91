import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StatusReport, WhyReport } from "@penstock/edge/agent/site-report.ts";
import { Child, patiently } from "./child-process.ts";
import { askJson } from "./json-lines.ts";
import type { SiteName } from "./scene.ts";
import { type SiteSetting, siteDocumentOf } from "./site-config.ts";

/** One edge as a process: written a configuration, started, killed, started again on the same disk. */
export class EdgeProcess {
  readonly name: SiteName;
  readonly socket: string;
  readonly storeFile: string;
  readonly #configFile: string;
  readonly #logFile: string;
  #child: Child | undefined;

  constructor(name: SiteName, runFolder: string, setting: SiteSetting) {
    this.name = name;
    this.socket = setting.addresses.socket;
    this.storeFile = setting.addresses.storeFile;
    this.#configFile = join(runFolder, "config", `${name}.yaml`);
    this.#logFile = join(runFolder, "log", `edge-${name}.log`);
    mkdirSync(join(runFolder, "config"), { recursive: true });
    // An edge never makes the folder of its store: on a real box that would hide a disk that is not mounted.
    mkdirSync(dirname(this.storeFile), { recursive: true });
    // JSON is YAML: what a program writes needs no prettier form.
    writeFileSync(this.#configFile, `${JSON.stringify(siteDocumentOf(name, setting), null, 2)}\n`);
  }

  get isRunning(): boolean {
    return this.#child?.isRunning ?? false;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  start(): void {
    if (this.isRunning) return;
    this.#child = new Child({
      name: `the edge of ${this.name}`,
      script: "edge/main.ts",
      args: ["--config", this.#configFile, "--trust-plant-on-first-use"],
      logFile: this.#logFile,
    });
  }

  /** Answers on its socket, and its loop has spoken. */
  async ready(withinMs = 60_000): Promise<void> {
    const child = this.#child;
    await patiently(`the edge of ${this.name}`, withinMs, async () => {
      if (child?.isRunning === false) await child.firstLine(); // Throws what it ended with.
      const status = await this.status();
      return status?.loop ? true : undefined;
    });
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.signal(signal);
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
  }

  async status(): Promise<StatusReport | undefined> {
    return (await this.ask({ op: "status" })) as StatusReport | undefined;
  }

  async why(): Promise<WhyReport | undefined> {
    return (await this.ask({ op: "why" })) as WhyReport | undefined;
  }

  /** Undefined while nobody answers. */
  async ask(question: object): Promise<Record<string, unknown> | undefined> {
    if (!this.isRunning) return undefined;
    return askJson({ path: this.socket }, question).catch(() => undefined);
  }
}
