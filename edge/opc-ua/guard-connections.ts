import { AsyncLocalStorage } from "node:async_hooks";
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
      const address = addressOf(socket);
      try {
        return beingServed.run(address, () => emit(event as "data", ...(facts as [Buffer])));
      } catch (error) {
        onThrown(address, error instanceof Error ? error.message : String(error));
        socket.destroy();
        return true;
      }
    };
  });
}

/** Whose bytes led to what runs now, also after it has waited for something: the library itself passes no address on. */
export const addressBeingServed = (): string => beingServed.getStore() ?? "somewhere";

const beingServed = new AsyncLocalStorage<string>();

/** An IPv4 client on a dual-stack socket looks like ::ffff:10.0.0.7. */
const addressOf = ({ remoteAddress }: Socket): string => plainAddress(remoteAddress);

export const plainAddress = (address: string | undefined): string => (address ?? "somewhere").replace(/^::ffff:/, "");
