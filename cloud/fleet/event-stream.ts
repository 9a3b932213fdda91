import type { ServerResponse } from "node:http";
import type { FleetModel } from "./fleet-model.ts";

const clientsMax = 200;
/** A reader this far behind is let go; it comes back for a snapshot. */
const bufferedBytesMax = 4 << 20;

/** Server-sent events: a `snapshot` first, then each `delta`, every one with its sequence as id. */
export class EventStream {
  readonly #model: FleetModel;
  readonly #clients = new Set<ServerResponse>();
  readonly #stopListening: () => void;

  constructor(model: FleetModel) {
    this.#model = model;
    this.#stopListening = model.listen((delta) => {
      if (this.#clients.size === 0) return;
      const text = eventText("delta", delta.sequence, delta);
      for (const client of this.#clients) this.#send(client, text);
    });
  }

  add(response: ServerResponse): void {
    if (this.#clients.size >= clientsMax) {
      response.writeHead(503, { "Retry-After": "10" }).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const snapshot = this.#model.snapshot();
    response.write(`retry: 1000\n\n${eventText("snapshot", snapshot.sequence, snapshot)}`);
    this.#clients.add(response);
    response.on("close", () => this.#clients.delete(response));
  }

  close(): void {
    this.#stopListening();
    for (const client of this.#clients) client.end();
    this.#clients.clear();
  }

  #send(client: ServerResponse, text: string): void {
    if (client.writableLength > bufferedBytesMax) client.destroy();
    else client.write(text);
  }
}

const eventText = (name: string, sequence: number, data: object): string =>
  `event: ${name}\nid: ${sequence}\ndata: ${JSON.stringify(data)}\n\n`;
