import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { apiAnswer } from "./api-routes.ts";
import { EventStream } from "./event-stream.ts";
import type { FleetModel } from "./fleet-model.ts";
import { type Action, act } from "./http-actions.ts";
import { People } from "./people.ts";
import { loadPage, type StaticFile } from "./static-page.ts";

export interface FleetHttpOptions {
  readonly model: FleetModel;
  /** 0 for any free port. */
  readonly port: number;
  /** Default 127.0.0.1. There are no accounts: another machine wants a proxy that has. */
  readonly host?: string;
  /** Names this server may be called by, beside its own address; guards against rebinding of a foreign name to it. */
  readonly hostNames?: readonly string[];
  /** Where the built page lies. */
  readonly pageFolder: string;
  /** Further answers under `/api/v1/`, by first part of the path, each a whole document; undefined: there is none. */
  readonly routes?: Readonly<Record<string, (rest: string) => object | undefined>>;
  /** What can be done with a POST under `/api/v1/`, by first part of the path, and by whom. Without people: nothing. */
  readonly actions?: Readonly<Record<string, Action>>;
  readonly people?: People;
}

export interface FleetHttp {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The fleet view over HTTP: JSON under `/api/v1`, live changes under `/api/v1/stream`, the page at `/`. Looking is free
 * for whoever reaches it; what changes something wants a person's token.
 */
export async function fleetHttp(options: FleetHttpOptions): Promise<Result<FleetHttp, CodedError>> {
  const host = options.host ?? "127.0.0.1";
  const page = loadPage(options.pageFolder);
  const stream = new EventStream(options.model);
  const people = options.people ?? new People([]);
  const names = new Set([...loopbackNames, host, ...(options.hostNames ?? [])]);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    for (const [name, value] of securityHeaders) response.setHeader(name, value);
    const path = pathOf(request);
    if (!names.has(hostNameOf(request))) return answer(response, 421, { code: "http.unknown-host" });
    const action = path.startsWith(apiRoot) ? actionTo(path.slice(apiRoot.length), options) : undefined;
    if (request.method === "POST" && action !== undefined) {
      void act(request, action.run, action.rest, people)
        .catch(() => ({ status: 400, body: { code: "http.cut-off" } }))
        .then(({ status, body }) => answer(response, status, body));
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return answer(response, 405, { code: "http.read-only" });
    }
    if (path === "/api/v1/stream") return stream.add(response);
    if (path === "/api/v1/me") {
      const person = people.who(request.headers.authorization);
      return answer(response, person === undefined ? 401 : 200, person ?? { code: "http.unknown-person" });
    }
    if (!path.startsWith("/api/")) return answerFile(request, response, page, path);
    const found = path.startsWith(apiRoot) ? answerTo(path.slice(apiRoot.length), options) : undefined;
    answer(response, found === undefined ? 404 : 200, found ?? { code: "http.not-found", path: path.slice(0, 200) });
  });
  server.maxConnections = 500;
  const listening = await listen(server, options.port, host);
  if (!listening.ok) return listening;
  return ok({
    port: listening.value,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${listening.value}`,
    close: () =>
      new Promise((done) => {
        stream.close();
        server.close(() => done());
        server.closeAllConnections();
      }),
  });
}

const apiRoot = "/api/v1/";

function answerTo(name: string, { model, routes = {} }: FleetHttpOptions): object | undefined {
  const [first = "", ...rest] = name.split("/");
  return Object.hasOwn(routes, first) ? routes[first]?.(rest.join("/")) : apiAnswer(model, name);
}

function actionTo(name: string, { actions = {} }: FleetHttpOptions): { run: Action; rest: string } | undefined {
  const [first = "", ...rest] = name.split("/");
  const run = Object.hasOwn(actions, first) ? actions[first] : undefined;
  return run === undefined ? undefined : { run, rest: rest.join("/") };
}

/** Nothing from elsewhere, nothing inline, nobody may frame it. */
const securityHeaders: readonly (readonly [string, string])[] = [
  [
    "Content-Security-Policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
  ["X-Content-Type-Options", "nosniff"],
  ["Referrer-Policy", "no-referrer"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
];

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

const hostNameOf = ({ headers }: IncomingMessage): string => (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();

/** Undecodable is no path of ours. */
function pathOf({ url = "/" }: IncomingMessage): string {
  try {
    return decodeURIComponent(url.split("?", 1)[0] ?? "/");
  } catch {
    return "";
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
}

function answerFile(
  { headers }: IncomingMessage,
  response: ServerResponse,
  page: ReadonlyMap<string, StaticFile>,
  path: string,
): void {
  const file = page.get(path);
  if (page.size === 0) answer(response, 503, { code: "http.page-not-built", build: "npm run build" });
  else if (file === undefined) answer(response, 404, { code: "http.not-found", path: path.slice(0, 200) });
  else {
    const head = { "Content-Type": file.type, ETag: file.etag, "Cache-Control": "no-cache" };
    if (headers["if-none-match"] === file.etag) response.writeHead(304, head).end();
    else response.writeHead(200, { ...head, "Content-Length": file.body.length }).end(file.body);
  }
}

function listen(server: Server, port: number, host: string): Promise<Result<number, CodedError>> {
  return new Promise((done) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      done(fail({ code: "http.cannot-listen", host, port, reason: error.code ?? error.message })),
    );
    server.listen(port, host, () => {
      const address = server.address();
      done(ok(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
