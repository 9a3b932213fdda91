import { setPriority } from "node:os";
import { invariant } from "@penstock/protocol/result";
import { SystemClock } from "@penstock/protocol/time";
import { setErrorLogger, setWarningLogger } from "node-opcua-client";
import type { FromServer, ToServer } from "../northbound/server-link.ts";
import { guardConnections } from "./guard-connections.ts";
import { type SiteServer, serveSite } from "./site-server.ts";

/** The OPC UA server in its process: told what to serve and what is so, and gone when the edge is. */
invariant(process.send !== undefined, "the OPC UA server is a process of the edge");
const post = (message: FromServer): void => void process.send?.(message);

// What the library has to say is said in messages; standard output belongs to nobody.
setWarningLogger(() => {});
setErrorLogger(() => {});
// Strangers set its pace: everything else on the box goes first.
setPriority(10);

guardConnections((from, cause) => post({ type: "refused", from, cause, fingerprint: undefined }));

let serving: Promise<SiteServer> | undefined;

process.on("message", async (message: ToServer) => {
  if (message.type === "serve") {
    const { siteId, config, nodes } = message;
    serving = serveSite({ siteId, config, nodes, clock: new SystemClock(), post });
    await serving.catch((cause) => {
      post({ type: "not-listening", cause: cause instanceof Error ? cause.message : String(cause) });
      // The edge starts another one; a server half open is nobody's.
      setTimeout(() => process.exit(1), GOODBYE_MS);
    });
    return;
  }
  const server = await serving;
  if (message.type === "picture") server?.show(message);
  else if (message.type === "alarms") server?.alarm(message);
  else if (message.type === "answered") server?.answered(message);
  else await end(server);
});
process.on("disconnect", async () => end(await serving));
post({ type: "ready" });

async function end(server: SiteServer | undefined): Promise<void> {
  setTimeout(() => process.exit(0), GOODBYE_MS);
  await server?.close();
  process.exit(0);
}

const GOODBYE_MS = 2_000;
