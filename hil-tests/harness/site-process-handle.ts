import { join } from "node:path";
import type { Fault } from "@penstock/firmware-sims/faults/index.ts";
import type { SiteAddresses } from "@penstock/firmware-sims/servers/index.ts";
import type { PowerSample } from "@penstock/firmware-sims/sites/power-log.ts";
import type { SiteTruth } from "@penstock/firmware-sims/sites/site-truth.ts";
import { Child } from "./child-process.ts";
import { askJson } from "./json-lines.ts";
import type { SiteProcessOptions, Verdict } from "./site-process.ts";
import type { CommandedPower } from "./write-log.ts";

/** A simulated site in a process of its own, and its door for testers. */
export class SiteProcess {
  readonly #child: Child;
  #addresses: SiteAddresses | undefined;

  constructor(options: SiteProcessOptions, runFolder: string) {
    this.#child = new Child({
      name: `the plant ${options.site}`,
      script: "hil-tests/harness/site-process.ts",
      args: [JSON.stringify(options)],
      logFile: join(runFolder, "log", `plant-${options.site}.log`),
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  async ready(): Promise<SiteAddresses> {
    this.#addresses ??= JSON.parse(await this.#child.firstLine()) as SiteAddresses;
    return this.#addresses;
  }

  portOf(device: string): number {
    const { units, meter, branchMeters } = this.#known();
    return [...units, meter, ...branchMeters].find(({ id }) => id === device)?.port ?? 0;
  }

  get plantEndpointUrl(): string {
    return this.#known().plant.endpointUrl;
  }

  async truth(): Promise<SiteTruth> {
    return (await this.#ask({ op: "truth" }))["truth"] as SiteTruth;
  }

  async verdict(): Promise<Verdict> {
    return (await this.#ask({ op: "verdict" }))["verdict"] as Verdict;
  }

  fault(device: string, fault: Fault): Promise<unknown> {
    return this.#ask({ op: "fault", device, fault });
  }

  clear(device: string): Promise<unknown> {
    return this.#ask({ op: "clear", device });
  }

  commandByGridOperator(powerW: number | undefined): Promise<unknown> {
    return this.#ask({ op: "grid-operator-setpoint", powerW: powerW ?? null });
  }

  limitByGridOperator(powerWMin: number | null, powerWMax: number | null): Promise<unknown> {
    return this.#ask({ op: "grid-operator-limit", powerWMin, powerWMax });
  }

  moveFrequency(hz: number | undefined, overMs = 0): Promise<unknown> {
    return this.#ask({ op: "frequency", hz: hz ?? null, overMs });
  }

  playFrequency(samplesHz: readonly number[], intervalMs: number): Promise<unknown> {
    return this.#ask({ op: "frequency-trace", samplesHz, intervalMs });
  }

  regulate(powerW: number): Promise<unknown> {
    return this.#ask({ op: "regulation", powerW });
  }

  logPower(): Promise<unknown> {
    return this.#ask({ op: "log-power", on: true });
  }

  async powerLog(): Promise<readonly PowerSample[]> {
    return (await this.#ask({ op: "power-log" }))["samples"] as readonly PowerSample[];
  }

  /** Keeps the set-points that reach the units from now on. */
  logWrites(): Promise<unknown> {
    return this.#ask({ op: "log-writes" });
  }

  async writeLog(): Promise<readonly CommandedPower[]> {
    return (await this.#ask({ op: "write-log" }))["writes"] as readonly CommandedPower[];
  }

  /** SIGSTOP makes all its devices stand still at once. */
  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal);
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }

  async #ask(question: object): Promise<Record<string, unknown>> {
    const { host, port } = this.#known().control;
    const answer = await askJson({ host, port }, question);
    if (answer["ok"] !== true)
      throw new Error(`the plant refused ${JSON.stringify(question)}: ${JSON.stringify(answer["error"])}`);
    return answer;
  }

  #known(): SiteAddresses {
    if (this.#addresses === undefined) throw new Error("the plant is not ready yet");
    return this.#addresses;
  }
}
