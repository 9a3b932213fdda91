import { Worker } from "node:worker_threads";
import type { Clock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import type { PlantConfig } from "../config/site-config.ts";
import type { LoopInput, LoopOutput } from "./loop-types.ts";
import { findOpcUaFile, OPC_UA_PACKAGE } from "./opc-ua-package.ts";

export interface PlantThreadOptions {
  readonly plant: PlantConfig;
  readonly siteId: string;
  readonly trustOnFirstUse: boolean;
  readonly clock: Clock;
  readonly accept: (input: LoopInput) => void;
  readonly emit: (output: LoopOutput) => void;
}

/** Out come plant readings, and why there are none, as the loop takes them, and events; in comes "stop". */
export type PlantThreadMessage =
  | Extract<LoopInput, { type: "plant" | "plant-lost" }>
  | Extract<LoopOutput, { type: "event" }>;

/**
 * The plant controller's reader in a thread of its own, from a package of its own that only sites with OPC UA
 * install. When it is not there, or dies, the loop sees no plant readings, which is what its limits are made
 * for, and somebody is told. A thread that died is started again.
 */
export function startPlantThread(options: PlantThreadOptions): { stop(): void } {
  const { plant, clock } = options;
  let worker: Worker | undefined;
  let isStopping = false;
  if (plant.driver === "opc-ua-plant") start();
  else say("plant.unknown-driver", `there is no plant driver named ${plant.driver}`, {});
  return {
    stop() {
      isStopping = true;
      worker?.postMessage("stop");
    },
  };

  function start(): void {
    const file = findOpcUaFile("opc-ua-thread");
    if (file === undefined) {
      say(
        "plant.opc-ua-not-installed",
        `the site has an OPC UA plant controller but ${OPC_UA_PACKAGE} is not installed`,
        {},
      );
      return;
    }
    const { siteId, trustOnFirstUse, accept, emit } = options;
    worker = new Worker(file, { workerData: { plant, siteId, trustOnFirstUse } });
    worker.on("message", (message: PlantThreadMessage) => {
      if (message.type === "event") emit(message);
      else accept(message);
    });
    worker.on("error", (error) => say("plant.thread-failed", "the OPC UA thread failed", { cause: String(error) }));
    worker.on("exit", () => {
      if (!isStopping) clock.after(RESTART_AFTER_MS, start);
    });
  }

  function say(code: string, text: string, facts: Readonly<Record<string, unknown>>): void {
    const event = { code, level: "alarm", text, timeMs: clock.nowMs(), facts: { ...facts, device: plant.id } } as const;
    options.emit({ type: "event", event });
  }
}

const RESTART_AFTER_MS = seconds(5);
