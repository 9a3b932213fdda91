import { chmodSync, existsSync, mkdirSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { fail, ok, type Result } from "@penstock/protocol/result";

/** A request is a few words; a peer that sends more in one line is not `sitectl`. */
const lineBytesMax = 64 * 1024;

/**
 * Serves people at the site: one JSON request a line, one JSON answer a line, on a Unix socket whose file
 * mode (0660) says who may. Also the lock that keeps a second agent off the same site.
 * Errors: `socket.in-use`, `socket.unavailable`.
 */
export async function serveOperators(
  path: string,
  handle: (request: unknown, answer: (response: unknown) => void) => void,
): Promise<Result<{ close(): void }>> {
  if (existsSync(path)) {
    if (await isAnswering(path)) return fail({ code: "socket.in-use", path });
    unlinkSync(path); // Left behind by a process that was killed.
  }
  const server = createServer((socket) => serve(socket, handle));
  try {
    mkdirSync(dirname(path), { recursive: true });
    await listen(server, path);
  } catch (cause) {
    return fail({ code: "socket.unavailable", path, detail: cause instanceof Error ? cause.message : String(cause) });
  }
  chmodSync(path, 0o660);
  return ok({ close: () => server.close() });
}

function serve(socket: Socket, handle: (request: unknown, answer: (response: unknown) => void) => void): void {
  let buffered = "";
  socket.setEncoding("utf8");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    buffered += text;
    if (buffered.length > lineBytesMax) {
      socket.destroy();
      return;
    }
    const lines = buffered.split("\n");
    buffered = lines.pop() ?? "";
    for (const line of lines) {
      handle(parse(line), (response) => {
        if (!socket.destroyed) socket.write(`${JSON.stringify(response)}\n`);
      });
    }
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const isAnswering = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
