import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { describeError } from "@penstock/protocol/result";
import { SystemClock } from "@penstock/protocol/time";
import { serveOperators } from "./cli/operator-socket.ts";
import { ConfigDesk, type ConfigDeskOptions } from "./config/config-desk.ts";
import { filesBeside } from "./config/files-beside.ts";
import { loadSiteConfig } from "./config/load-site-config.ts";
import type { SiteConfig } from "./config/site-config.ts";
import type { EdgeEvent, LoopOutput } from "./loop/loop-types.ts";
import { RunningSite } from "./running-site.ts";
import { StoreHandle } from "./store/store-handle.ts";

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

async function run(source: ConfigDeskOptions["source"], fileConfig: SiteConfig, trustPlant: boolean): Promise<void> {
  const clock = new SystemClock();
  let site: RunningSite | undefined;
  const waiting: (() => void)[] = [];
  const socket = await serveOperators(
    fileConfig.socket,
    (request, role, answer, user) => {
      const ask = () => site?.agent.operate(request, role, answer, user);
      // In its first moment the agent does not know yet what to run on; who asks then can wait that long.
      if (site === undefined) waiting.push(ask);
      else ask();
    },
    fileConfig.access,
  );
  if (!socket.ok) {
    const { socket: path } = fileConfig;
    if (socket.error.code === "socket.in-use") exitWith(`an agent for this site is already running (${path})`);
    process.stderr.write(`sitectl will not find this site: ${describeError(socket.error)}\n`);
  }

  const store = new StoreHandle(fileConfig.store);
  const untold: Omit<EdgeEvent, "timeMs">[] = [];
  const configDesk = new ConfigDesk(
    {
      clock,
      store,
      source,
      switchTo: (config) => void changeTo(config),
      tell: (event) => {
        if (site === undefined) untold.push(event);
        else site.agent.note(event);
      },
    },
    fileConfig,
  );

  let isEnding = false;
  const end = async (exitCode: number) => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(exitCode || 1), endWithinMs).unref();
    await site?.stop();
    await new Promise((resolve) => setTimeout(resolve, goodbyeMs));
    await store.close();
    if (socket.ok) socket.value.close();
    process.exit(exitCode);
  };
  process.on("SIGTERM", () => void end(0));
  process.on("SIGINT", () => void end(0));

  let change = Promise.resolve();
  const changeTo = (config: SiteConfig) => {
    // One after the other; the units keep what they were told last for the moment in between.
    change = change.then(async () => {
      await site?.stop();
      begin(config);
    });
  };
  const begin = (config: SiteConfig) => {
    if (isEnding) return;
    site = new RunningSite({
      clock,
      config,
      configDesk,
      store,
      trustPlantOnFirstUse: trustPlant,
      onEvent: logEvent,
      onLoopOutput: (output) => {
        sayControlling(config, output);
        if (output.type === "slept") changeTo(config);
      },
      onLoopFailure: (cause) => {
        process.stderr.write(`the control loop failed: ${cause instanceof Error ? cause.stack : String(cause)}\n`);
        void end(1);
      },
    });
    for (const event of untold.splice(0)) site.agent.note(event);
    for (const ask of waiting.splice(0)) ask();
  };
  configDesk.start(begin);
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
const folder = dirname(resolve(args.config));
const source = {
  text: readFileSync(args.config, "utf8"),
  file: args.config,
  folder,
  readText: filesBeside(folder),
};
await run(source, loaded.value, args.trustPlant);
