import type { Clock } from "@penstock/protocol/time";
import type { OPCUAServer, ServerSession } from "node-opcua-server";
import type { FromServer, ServedClient } from "../northbound/server-link.ts";
import { plainAddress } from "./guard-connections.ts";

/** Tells the edge who is logged in, whenever that changes, and whom the server turned away. */
export function watchClients(server: OPCUAServer, clock: Clock, post: (message: FromServer) => void): void {
  const clients = new Map<ServerSession, ServedClient>();
  const tell = () => post({ type: "clients", clients: [...clients.values()] });
  server.on("session_activated", (session) => {
    const user = session.sessionContext.getUserName();
    clients.set(session, { address: addressOf(session), user, sinceMs: clock.nowMs() });
    tell();
  });
  server.on("session_closed", (session) => {
    clients.delete(session);
    tell();
  });
  server.on("openSecureChannelFailure", ({ remoteAddress, reason }) => {
    post({ type: "refused", from: plainAddress(remoteAddress), cause: reason, fingerprint: undefined });
  });
  server.on("connectionRefused", ({ remoteAddress, reason }) => {
    post({ type: "refused", from: plainAddress(remoteAddress), cause: reason, fingerprint: undefined });
  });
}

const addressOf = ({ channel }: ServerSession): string => plainAddress(channel?.remoteAddress);
