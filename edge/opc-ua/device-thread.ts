import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import { SystemClock } from "@penstock/protocol/time";
import { setErrorLogger, setWarningLogger } from "node-opcua-client";
import type { MappedNode } from "../devices/mapped/mapped-device.ts";
import type { NodeRequest } from "../transports/node-link.ts";
import { DeviceNodes } from "./device-nodes.ts";
import { openDeviceSession } from "./device-session.ts";
import { openPki, trustFirstServer } from "./secure-session.ts";

/** What the loop thread hands to the thread of one mapped device. */
export interface DeviceThreadData {
  readonly endpointUrl: string;
  readonly pkiFolder: string;
  readonly siteId: string;
  readonly nodes: readonly MappedNode[];
  /** Trusts the first server seen and stores its certificate. For benches and demos, never for a site. */
  readonly trustOnFirstUse: boolean;
}

invariant(!isMainThread && parentPort !== null, "an OPC UA device is spoken to in a thread of its own");
const port = parentPort;
const { endpointUrl, pkiFolder, siteId, nodes, trustOnFirstUse } = workerData as DeviceThreadData;

// What the library has to say is said in answers; standard output belongs to the process.
setWarningLogger(() => {});
setErrorLogger(() => {});

const clock = new SystemClock();
const pki = await openPki({ folder: pkiFolder, siteId, endpointUrl, clock });
const device = new DeviceNodes({
  clock,
  connect: async () => {
    if (trustOnFirstUse) await trustFirstServer(pki);
    return openDeviceSession(pki, nodes, clock);
  },
  answer: (answer) => port.postMessage(answer),
});
port.on("message", async (message: NodeRequest | "stop") => {
  if (message !== "stop") return device.hear(message);
  await device.close();
  await pki.manager.dispose();
  port.close();
});
