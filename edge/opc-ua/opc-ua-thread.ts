import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SystemClock } from "@penstock/protocol/time";
import { setErrorLogger, setWarningLogger } from "node-opcua-client";
import type { PlantConfig } from "../config/site-config.ts";
import type { PlantThreadMessage } from "../loop/plant-thread.ts";
import { PlantClient } from "./plant-client.ts";
import { openPlantSession } from "./plant-session.ts";
import { openPki, trustFirstServer } from "./secure-session.ts";

/** What the loop thread hands to this one. */
export interface OpcUaThreadData {
  readonly plant: PlantConfig;
  readonly siteId: string;
  /** Trusts the first server seen and stores its certificate. For benches and demos, never for a site. */
  readonly trustOnFirstUse: boolean;
}

invariant(!isMainThread && parentPort !== null, "the OPC UA client runs in a thread of its own");
const port = parentPort;
const { plant, siteId, trustOnFirstUse } = workerData as OpcUaThreadData;
const clock = new SystemClock();

// What the library has to say is said in events; standard output belongs to the process.
setWarningLogger(() => {});
setErrorLogger(() => {});

const post = (message: PlantThreadMessage): void => port.postMessage(message);
const pki = await openPki({ folder: plant.pkiFolder, siteId, endpointUrl: plant.endpointUrl, clock });
const client = new PlantClient({
  clock,
  rng: new Rng(`${siteId}/${process.pid}`),
  readEveryMs: plant.readEveryMs,
  connect: async () => {
    if (trustOnFirstUse) await trustFirstServer(pki);
    return openPlantSession(pki);
  },
  onReading: (reading) => post({ type: "plant", reading }),
  onLost: (error) => post({ type: "plant-lost", error }),
  onEvent: (event) => {
    const facts = { ...event.facts, device: plant.id, endpointUrl: plant.endpointUrl };
    post({ type: "event", event: { ...event, facts } });
  },
});
port.on("message", async (message) => {
  if (message !== "stop") return;
  await client.stop();
  await pki.manager.dispose();
  port.close();
});
client.start();
