import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { fail, ok, type Result } from "@penstock/protocol/result";
import type { UnixUser } from "../agent/requests/caller.ts";
import type { Role } from "../agent/requests/request.ts";
import { emptyProofFolder } from "./check-proof.ts";
import { ProofDoor } from "./proof-door.ts";
import { socketPath } from "./socket-path.ts";

/** A request is a few words, or a configuration of hundreds of units; a peer that sends more in one line is not `sitectl`. */
const lineBytesMax = 1024 * 1024;

/** `user` is there where the request could not do without and the user has proven who they are. */
export type HandleRequest = (
  request: unknown,
  role: Role,
  answer: (response: unknown) => void,
  user?: UnixUser,
) => void;

/** Unix groups (names or numbers) that own the sockets of a role. */
export interface Access {
  readonly adminGroup?: string | undefined;
  readonly operatorGroup?: string | undefined;
  readonly viewerGroup?: string | undefined;
}

/**
 * Serves people at the site: one JSON request a line, one JSON answer a line. A role is a Unix socket of its own
 * whose owner, group and mode (0660) say who may open it; the kernel checks. The first, for admins, is always
 * there and is also the lock that keeps a second agent off the same site; the others where a group is named.
 * Errors: `socket.in-use`, `socket.unavailable`, `socket.no-group`.
 */
export async function serveOperators(
  path: string,
  handle: HandleRequest,
  access: Access = {},
): Promise<Result<{ close(): void }>> {
  if (existsSync(path) && (await isAnswering(path))) return fail({ code: "socket.in-use", path });
  const servers: Server[] = [];
  const close = () => {
    for (const server of servers) server.close();
  };
  const doors: readonly (readonly [Role, string | undefined])[] = [
    ["admin", access.adminGroup],
    ["operator", access.operatorGroup],
    ["viewer", access.viewerGroup],
  ];
  for (const [role, group] of doors) {
    const door = socketPath(path, role);
    if (existsSync(door)) unlinkSync(door); // Left behind by a process that was killed, or by another configuration.
    if (role !== "admin" && group === undefined) continue;
    const opened = await open(door, role, group, handle);
    if (!opened.ok) {
      close();
      return opened;
    }
    servers.push(opened.value);
  }
  return ok({ close });
}

async function open(
  path: string,
  role: Role,
  group: string | undefined,
  handle: HandleRequest,
): Promise<Result<Server>> {
  const groupId = group === undefined ? undefined : groupIdOf(group);
  if (group !== undefined && groupId === undefined) return fail({ code: "socket.no-group", group });
  const server = createServer((socket) => serve(socket, path, role, handle));
  server.maxConnections = CALLERS_MAX;
  try {
    mkdirSync(dirname(path), { recursive: true });
    emptyProofFolder(path);
    await listen(server, path);
    if (groupId !== undefined) chownSync(path, -1, groupId);
    chmodSync(path, 0o660);
  } catch (cause) {
    server.close();
    return fail({ code: "socket.unavailable", path, detail: cause instanceof Error ? cause.message : String(cause) });
  }
  return ok(server);
}

/** At one door at a time. People who never hang up must not cost the devices their file handles. */
const CALLERS_MAX = 64;

/** Node has no getgrnam; the file is the same everywhere. */
function groupIdOf(group: string): number | undefined {
  if (/^\d+$/.test(group)) return Number(group);
  const lines = existsSync("/etc/group") ? readFileSync("/etc/group", "utf8").split("\n") : [];
  const line = lines.map((text) => text.split(":")).find(([name]) => name === group);
  return line?.[2] === undefined ? undefined : Number(line[2]);
}

function serve(socket: Socket, path: string, role: Role, handle: HandleRequest): void {
  const door = new ProofDoor(path, (request, answer, user) => handle(request, role, answer, user));
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
      door.handle(parse(line), (response) => {
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
