import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Clock, Timer } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import type { Alarm } from "../alarms/alarm.ts";
import type { SiteConfig } from "../config/site-config.ts";
import { findOpcUaFile, OPC_UA_PACKAGE } from "../loop/opc-ua-package.ts";
import { alarmList } from "./alarm-list.ts";
import type { NorthboundAgent, NorthboundServer, ServerReport } from "./northbound.ts";
import type { NorthboundOpcUaConfig } from "./northbound-config.ts";
import { OperatorWrites } from "./operator-writes.ts";
import type { FromServer, ServedClient, ToServer, WriteStatus } from "./server-link.ts";
import type { SiteNode } from "./site-node.ts";
import { siteNodes } from "./site-nodes.ts";

export interface OpcUaServerOptions {
  readonly clock: Clock;
  readonly site: SiteConfig;
  readonly opcUa: NorthboundOpcUaConfig;
  readonly agent: NorthboundAgent;
}

/**
 * The edge's end of its OPC UA server, which is a process of its own from a package of its own: what strangers can reach
 * over the network shares neither memory nor a thread with what controls the batteries. It is sent a picture whenever the
 * loop has spoken, and answers nothing that the loop waits for. When it ends it is started again.
 */
export class OpcUaServer implements NorthboundServer {
  readonly #options: OpcUaServerOptions;
  readonly #nodes: readonly SiteNode[];
  readonly #writes: OperatorWrites;
  #child: ChildProcess | undefined;
  #again: Timer | undefined;
  #state = "starting";
  #clients: readonly ServedClient[] = [];
  #isTold = false;
  readonly #refusals = new Map<string, { readonly toldMs: number; leftOut: number }>();
  #alarmsTold = "";
  #isReady = false;
  #isClosing = false;

  constructor(options: OpcUaServerOptions) {
    this.#options = options;
    this.#nodes = siteNodes(options.site);
    this.#writes = new OperatorWrites(options.site, options.opcUa, options.agent);
    this.#start();
  }

  update(): void {
    // A picture waits until the last one is on its way: a server that does not read costs nothing but its own news.
    if (!this.#isReady) return;
    const view = { ...this.#options.agent.view(), setpointForMs: this.#writes.setpointForMs };
    if (view.site === undefined) return;
    this.#isReady = false;
    this.#tellAlarms(view.alarms);
    const samples = this.#nodes.map((node) => node.sample(view));
    this.#post({ type: "picture", timeMs: view.site.timeMs, samples }, () => {
      this.#isReady = true;
    });
  }

  report(): ServerReport {
    const { host, port } = this.#options.opcUa;
    return {
      protocol: "OPC UA",
      address: `opc.tcp://${host}:${port}`,
      state: this.#state,
      clients: this.#clients,
    };
  }

  /** The process id, for tests that look at it or kill it. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#again?.cancel();
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    this.#post({ type: "stop" });
    const patience = setTimeout(() => child.kill("SIGKILL"), CLOSE_WITHIN_MS);
    await ended;
    clearTimeout(patience);
  }

  #start(): void {
    const file = findOpcUaFile("server-process");
    if (file === undefined) {
      this.#state = "not installed";
      this.#tell(
        "northbound.opc-ua-not-installed",
        `${OPC_UA_PACKAGE} is not installed: SCADA does not see the site`,
        {},
      );
      return;
    }
    const child = fork(fileURLToPath(file), {
      serialization: "advanced",
      execArgv: ["--disable-warning=ExperimentalWarning", `--max-old-space-size=${HEAP_MB}`],
      // What the library prints to standard output is nobody's result.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child = child;
    child.on("message", (message) => this.#hear(message as FromServer));
    child.on("error", () => {}); // Its end is heard below.
    child.on("exit", (code, signal) => this.#ended(child, signal ?? `code ${code}`));
  }

  #hear(message: FromServer): void {
    const { site, opcUa } = this.#options;
    switch (message.type) {
      case "ready":
        this.#post({ type: "serve", siteId: site.siteId, config: opcUa, nodes: this.#nodes.map(({ node }) => node) });
        return;
      case "listening":
        this.#state = "listening";
        this.#isReady = true;
        this.#isTold = false;
        this.#alarmsTold = "";
        this.update();
        return;
      case "not-listening":
        this.#state = "not listening";
        this.#tell("northbound.not-listening", `the site's OPC UA server cannot listen on port ${opcUa.port}`, {
          cause: message.cause,
        });
        return;
      case "clients":
        this.#clients = message.clients;
        return;
      case "refused":
        this.#refused(message);
        return;
      case "write":
        this.#writes.write(message, (status) => {
          const { path, by } = message;
          if (status !== "Good") this.#options.agent.noteRefusal(by, "write", { path, status });
          this.update();
          this.#post({ type: "answered", id: message.id, status });
        });
        return;
      case "acknowledge":
        this.#post({ type: "answered", id: message.id, status: this.#acknowledge(message) });
        this.update();
        return;
    }
  }

  /** A stranger who keeps knocking is one line every ten seconds, with how often. */
  #refused({ from, cause, fingerprint }: Extract<FromServer, { type: "refused" }>): void {
    const { agent, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const known = this.#refusals.get(cause);
    if (known !== undefined && nowMs - known.toldMs < REFUSED_EVERY_MS) {
      known.leftOut++;
      return;
    }
    if (this.#refusals.size >= CAUSES_MAX) this.#refusals.clear();
    this.#refusals.set(cause, { toldMs: nowMs, leftOut: 0 });
    agent.noteRefusal(from, "log-in", { cause, fingerprint: fingerprint ?? null });
    agent.note({
      code: "northbound.client-refused",
      level: "warning",
      text: `OPC UA: ${from} was refused: ${cause}`,
      facts: { from, cause, fingerprint: fingerprint ?? null, leftOutBefore: known?.leftOut ?? 0 },
    });
  }

  #tellAlarms(all: readonly Alarm[]): void {
    const alarms = alarmList(all, this.#options.site);
    const told = JSON.stringify(alarms);
    if (told !== this.#alarmsTold) this.#post({ type: "alarms", alarms });
    this.#alarmsTold = told;
  }

  #acknowledge({ alarm, by, reason }: Extract<FromServer, { type: "acknowledge" }>): WriteStatus {
    const { agent, opcUa } = this.#options;
    if (!opcUa.grantAcknowledge) {
      agent.noteRefusal(by, "acknowledge", { alarm });
      return "BadUserAccessDenied";
    }
    return agent.acknowledgeAlarm(alarm, `scada ${by}`, reason).ok ? "Good" : "BadEventIdUnknown";
  }

  #ended(child: ChildProcess, cause: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#isReady = false;
    this.#clients = [];
    if (this.#isClosing) return;
    const wasListening = this.#state === "listening";
    this.#state = "ended, starts again";
    if (wasListening)
      this.#tell("northbound.server-ended", "the site's OPC UA server ended; it is started again", { cause });
    this.#again = this.#options.clock.after(RESTART_AFTER_MS, () => this.#start());
  }

  /** Once, until it listens again. */
  #tell(code: string, text: string, facts: Readonly<Record<string, unknown>>): void {
    if (!this.#isTold) this.#options.agent.note({ code, level: "alarm", text, facts });
    this.#isTold = true;
  }

  #post(message: ToServer, sent?: () => void): void {
    if (this.#child?.connected) this.#child.send(message, () => sent?.());
  }
}

const HEAP_MB = 256;
const RESTART_AFTER_MS = seconds(5);
const CLOSE_WITHIN_MS = 5_000;
const REFUSED_EVERY_MS = seconds(10);
const CAUSES_MAX = 32;
