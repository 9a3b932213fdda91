import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/**
 * Whatever a client's bytes make the library throw costs that client its connection and nobody anything else. It is
 * needed: node-opcua 2.186 takes its error listeners away while it answers a Hello, so an oversized chunk in the same
 * packet as the Hello would end the process, from anybody who can reach the port. Holds for every connection this process
 * accepts from now on.
 */
export function guardConnections(onThrown: (from: string, cause: string) => void): void {
  subscribe("net.server.socket", (message) => {
    const { socket } = message as { readonly socket: Socket };
    const emit = socket.emit.bind(socket);
    socket.emit = (event: string | symbol, ...facts: unknown[]): boolean => {
      try {
        return emit(event as "data", ...(facts as [Buffer]));
      } catch (error) {
        onThrown(socket.remoteAddress ?? "somewhere", error instanceof Error ? error.message : String(error));
        socket.destroy();
        return true;
      }
    };
  });
}
