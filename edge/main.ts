import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeError } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { EdgeAgent } from "./agent/edge-agent.ts";
import { noLatches } from "./agent/latches-fact.ts";
import { serveOperators } from "./cli/operator-socket.ts";
import { loadSiteConfig } from "./config/load-site-config.ts";
import type { SiteConfig } from "./config/site-config.ts";
import type { Grant, Latches } from "./control/step-types.ts";
import { type LoopHandle, startLoopThread } from "./loop/loop-handle.ts";
import type { EdgeEvent, LoopInput, LoopOutput } from "./loop/loop-types.ts";
import { RecorderHandle } from "./recorder/recorder-handle.ts";
import { StoreHandle } from "./store/store-handle.ts";
import { mqttLink } from "./sync/mqtt-link.ts";

/** The process of one site: threads, sockets and signals around the agent. Nothing is decided here. */

const usage = `penstock-edge --config FILE [--trust-plant-on-first-use]

Runs one battery site: keeps its limits, follows leases, stores and reports.

  --config FILE                 the site, see edge/config/examples
  --trust-plant-on-first-use    benches and demos: accept the plant controller's certificate when first seen

  penstock-edge --config edge/config/examples/park.yaml`;

/** How long an orderly end may take before the process goes anyway. */
const endWithinMs = 5_000;
/** Time for the death certificate to leave before the threads end. */
const goodbyeMs = 200;

async function run(config: SiteConfig, trustPlantOnFirstUse: boolean): Promise<void> {
  const store = new StoreHandle(config.store);
  const loop = new LoopSlot();
  const { cloud } = config;
  const agent = new EdgeAgent({
    clock: new SystemClock(),
    rng: new Rng(randomBytes(8).toString("hex")),
    config,
    store,
    ...(cloud && {
      link: mqttLink({
        brokerUrl: cloud.brokerUrl,
        username: cloud.username,
        password: () => readFileSync(cloud.passwordFile, "utf8").trim(),
      }),
    }),
    loop,
    onEvent: logEvent,
  });

  const recorder =
    config.recorder &&
    new RecorderHandle(config.recorder, (error) => process.stderr.write(`the recorder: ${describeError(error)}\n`));

  const socket = await serveOperators(
    config.socket,
    (request, role, answer) => agent.operate(request, role, answer),
    config.access,
  );
  if (!socket.ok) {
    if (socket.error.code === "socket.in-use") exitWith(`an agent for this site is already running (${config.socket})`);
    process.stderr.write(`sitectl will not find this site: ${describeError(socket.error)}\n`);
  }

  let isEnding = false;
  const end = async (exitCode: number) => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(exitCode || 1), endWithinMs).unref();
    agent.stop();
    // The units keep their last set-point and come to rest by their own timers.
    await loop.stop();
    await new Promise((resolve) => setTimeout(resolve, goodbyeMs));
    await Promise.all([store.close(), recorder?.close()]);
    if (socket.ok) socket.value.close();
    process.exit(exitCode);
  };
  process.on("SIGTERM", () => void end(0));
  process.on("SIGINT", () => void end(0));

  agent.start(() => {
    if (isEnding) return;
    const { initialLatches, initialGrants } = loop.initial;
    loop.fill(
      startLoopThread(
        { config, initialLatches, initialGrants, trustPlantOnFirstUse },
        {
          onOutput: (output) => {
            agent.onLoopOutput(output);
            if (output.type === "recording" || output.type === "evidence") recorder?.keep(output);
            sayControlling(config, output);
          },
          onFailure: (cause) => {
            process.stderr.write(`the control loop failed: ${cause instanceof Error ? cause.stack : String(cause)}\n`);
            void end(1);
          },
        },
      ),
    );
  });
}

/** Where the loop will be: until its thread runs, what it is told becomes what it starts with. */
class LoopSlot {
  readonly initial: { initialLatches: Latches; initialGrants: readonly Grant[] } = {
    initialLatches: noLatches,
    initialGrants: [],
  };
  readonly #early: LoopInput[] = [];
  #handle: LoopHandle | undefined;

  post(input: LoopInput): void {
    if (this.#handle !== undefined) this.#handle.post(input);
    else if (input.type === "latches") this.initial.initialLatches = input.latches;
    else if (input.type === "grants") this.initial.initialGrants = input.grants;
    else this.#early.push(input);
  }

  fill(handle: LoopHandle): void {
    this.#handle = handle;
    for (const input of this.#early.splice(0)) handle.post(input);
  }

  async stop(): Promise<void> {
    await this.#handle?.stop();
  }
}

let isControlling = false;

function sayControlling({ siteId, units, control, socket }: SiteConfig, output: LoopOutput): void {
  if (isControlling || output.type !== "status") return;
  const ready = output.status.image.units.filter(({ powerW }) => powerW.quality === "good").length;
  if (ready === 0) return;
  isControlling = true;
  const { periodMs } = control;
  process.stdout.write(`${siteId}: controlling ${ready} of ${units.length} units every ${periodMs} ms (${socket})\n`);
}

function logEvent({ timeMs, level, code, text, facts }: EdgeEvent): void {
  const time = new Date(timeMs).toISOString();
  process.stderr.write(`${time} ${level.padEnd(7)} ${code}: ${text} ${JSON.stringify(facts)}\n`);
}

function readArguments(): { readonly config: string; readonly trustPlant: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        config: { type: "string" },
        "trust-plant-on-first-use": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    if (values.config === undefined) throw new Error("--config FILE is needed");
    return { config: values.config, trustPlant: values["trust-plant-on-first-use"] };
  } catch (cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}\n`);
    process.exit(2);
  }
}

function exitWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const args = readArguments();
const loaded = loadSiteConfig(args.config);
if (!loaded.ok) exitWith(loaded.error.text);
await run(loaded.value, args.trustPlant);
