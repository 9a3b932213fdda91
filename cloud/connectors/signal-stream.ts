import type { ServerResponse } from "node:http";
import type { OperatorWish } from "../dispatch/fleet-target.ts";

/** So often an empty line says that the line is alive. */
const ALIVE_EVERY_MS = 5_000;
const LISTENERS_MAX = 20;

/** The operator's end of a signal line: whoever listens is told each wish as it is made, and nothing of before. */
export class SignalStream {
  readonly #listeners = new Set<ServerResponse>();
  #alive: NodeJS.Timeout | undefined;

  get listeners(): number {
    return this.#listeners.size;
  }

  add(response: ServerResponse): void {
    if (this.#listeners.size >= LISTENERS_MAX) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
    response.socket?.setNoDelay(true);
    response.write("\n");
    this.#listeners.add(response);
    response.on("close", () => this.#listeners.delete(response));
    this.#alive ??= setInterval(() => this.#write("\n"), ALIVE_EVERY_MS).unref();
  }

  tell(wish: OperatorWish): void {
    this.#write(`${JSON.stringify(wish)}\n`);
  }

  /** A line of any text, as an operator that is out of order would say it. */
  mumble(text: string): void {
    this.#write(`${text}\n`);
  }

  /** Cuts every line. */
  cut(): void {
    for (const listener of this.#listeners) listener.destroy();
  }

  close(): void {
    clearInterval(this.#alive);
    for (const listener of this.#listeners) listener.end();
  }

  /** Whoever does not listen fast enough is cut off rather than waited for. */
  #write(text: string): void {
    for (const listener of this.#listeners)
      if (!listener.write(text) && listener.writableLength > 65_536) listener.destroy();
  }
}
