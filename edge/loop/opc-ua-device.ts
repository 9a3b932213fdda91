import { Worker } from "node:worker_threads";
import { type CodedError, invariant } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import type { MeterConfig, UnitConfig } from "../config/site-config.ts";
import type { NodeAnswer } from "../transports/node-link.ts";
import { nodeTransport } from "../transports/node-transport.ts";
import type { RegisterTransport } from "../transports/register-transport.ts";
import { findOpcUaFile, OPC_UA_PACKAGE } from "./opc-ua-package.ts";

export interface OpcUaDeviceOptions {
  readonly device: UnitConfig | MeterConfig;
  readonly siteId: string;
  readonly trustOnFirstUse: boolean;
  readonly clock: Clock;
}

/**
 * A mapped OPC UA device: its session lives in a thread of its own, from a package of its own. While that is not
 * installed, or has died, every request is answered as disconnected, and the unit is lost like any other.
 */
export function opcUaDevice({ device, siteId, trustOnFirstUse, clock }: OpcUaDeviceOptions): RegisterTransport {
  const { host, port, map, pkiFolder, endpointPath = "" } = device;
  invariant(
    map?.nodes !== undefined && pkiFolder !== undefined,
    "an OPC UA device has a map and a folder for its keys",
  );
  const { nodes } = map;
  let worker: Worker | undefined;
  let isStopping = false;
  const transport = nodeTransport({
    clock,
    post(request) {
      if (worker !== undefined) worker.postMessage(request);
      else if (request.kind !== "reset") later({ id: request.id, ok: false, refused: false, error: NO_THREAD });
    },
    close() {
      isStopping = true;
      worker?.postMessage("stop");
    },
  });
  start();
  return transport;

  function start(): void {
    const file = findOpcUaFile("device-thread");
    if (file === undefined || isStopping) return;
    const endpointUrl = `opc.tcp://${host}:${port}${endpointPath}`;
    worker = new Worker(file, { workerData: { endpointUrl, pkiFolder, siteId, nodes, trustOnFirstUse } });
    worker.on("message", (answer: NodeAnswer) => transport.hear(answer));
    worker.on("error", () => {}); // Its end is heard below; the device is lost meanwhile.
    worker.on("exit", () => {
      worker = undefined;
      if (!isStopping) clock.after(RESTART_AFTER_MS, start);
    });
  }

  /** After the transport has noted what it waits for. */
  function later(answer: NodeAnswer): void {
    queueMicrotask(() => transport.hear(answer));
  }
}

const RESTART_AFTER_MS = seconds(5);
/** The package may not be installed. */
const NO_THREAD: CodedError = { code: "opc-ua.no-thread", package: OPC_UA_PACKAGE };
