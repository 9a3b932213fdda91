import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SimClock } from "@penstock/protocol/time";
import { seconds, UtcMs } from "@penstock/protocol/units";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetHttp, fleetHttp } from "./index.ts";
import { FixtureFleet } from "./testing/fixture-fleet.ts";

const clock = new SimClock(UtcMs(1_700_000_000_000));
const fleet = new FixtureFleet(clock);
const pageFolder = mkdtempSync(join(tmpdir(), "fleet-page-"));
let server: FleetHttp;

beforeAll(async () => {
  writeFileSync(join(pageFolder, "index.html"), "<!doctype html><title>x</title>");
  writeFileSync(join(pageFolder, "page.js"), "1");
  writeFileSync(join(pageFolder, ".built-from"), "secret");
  const started = await fleetHttp({
    model: fleet.model,
    port: 0,
    pageFolder,
    routes: { report: () => ({ version: 1, x: 2 }) },
  });
  if (!started.ok) throw new Error(started.error.code);
  server = started.value;
});

afterAll(async () => {
  await server.close();
  rmSync(pageFolder, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Sends a path as it is: `fetch` would tidy it first. */
function ask(path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((done, failed) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path, ...options }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => done({ status: response.statusCode, headers: response.headers, body }));
    });
    sent.on("error", failed);
    sent.end();
  });
}

test.each([
  ["summary", { version: 1, sitesOnline: 3 }],
  ["sites", { version: 1, sites: expect.arrayContaining([expect.objectContaining({ siteId: "park" })]) }],
  ["sites/park", { version: 1, siteId: "park" }],
  ["sites/park/history", { version: 1, siteId: "park", timeMs: expect.any(Array) }],
  ["market", { version: 1, markets: [expect.objectContaining({ pricesGenerated: true })] }],
  ["bids", { version: 1, bids: expect.arrayContaining([expect.objectContaining({ unitId: "PNSTK1" })]) }],
  ["alarms", { version: 1, alarms: [] }],
  ["report", { version: 1, x: 2 }],
])("GET /api/v1/%s", async (path, expected) => {
  const { status, body, headers } = await ask(`/api/v1/${path}`);
  expect(status).toBe(200);
  expect(headers["cache-control"]).toBe("no-store");
  expect(JSON.parse(body)).toMatchObject(expected);
});

test.each([
  "/api/v1/sites/nowhere",
  "/api/v1/sites/nowhere/history",
  "/api/v1/constructor",
  "/api/v2/sites",
  "/api/",
  "/.built-from",
  "/../package.json",
  "/%2e%2e/package.json",
  "/%ff",
])("%s is not found", async (path) => {
  const { status } = await ask(path);
  expect(status).toBe(404);
});

test("the page may load nothing from elsewhere, run nothing inline and be framed by nobody", async () => {
  const { status, headers } = await ask("/");
  expect(status).toBe(200);
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(headers["x-content-type-options"]).toBe("nosniff");
});

test("a page that has not changed is not sent again", async () => {
  const first = await ask("/page.js");
  expect(first.status).toBe(200);
  const again = await ask("/page.js", { headers: { "If-None-Match": String(first.headers["etag"]) } });
  expect(again).toMatchObject({ status: 304, body: "" });
});

test.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s changes nothing: it is refused", async (method) => {
  expect(await ask("/api/v1/sites", { method })).toMatchObject({ status: 405 });
});

test("a foreign name that points here is not answered", async () => {
  expect(await ask("/api/v1/sites", { headers: { Host: "evil.example" } })).toMatchObject({ status: 421 });
  expect(await ask("/api/v1/sites", { headers: { Host: `localhost:${server.port}` } })).toMatchObject({ status: 200 });
});

test("the stream begins with a snapshot and goes on with deltas, numbered without a gap", async () => {
  const abort = new AbortController();
  const response = await fetch(`${server.url}/api/v1/stream`, { signal: abort.signal });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  const events = () => [...text.matchAll(/event: (\w+)\nid: (\d+)\ndata: (.*)\n\n/g)];
  const readUntil = async (count: number) => {
    while (events().length < count) text += decoder.decode((await reader.read()).value, { stream: true });
  };
  await readUntil(1);
  for (let i = 0; i < 3; i++) {
    clock.advance(seconds(1));
    fleet.second();
  }
  await readUntil(4);
  expect(events().map(([, name]) => name)).toEqual(["snapshot", "delta", "delta", "delta"]);
  const numbers = events().map(([, , id]) => Number(id));
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  for (const [, , id, data] of events())
    expect(JSON.parse(data ?? "")).toMatchObject({ version: 1, sequence: Number(id) });
  abort.abort();
});

test("a reader that stops reading is let go and holds nobody up", async () => {
  const socket = connect(server.port, "127.0.0.1");
  const closed = new Promise<void>((done) => socket.on("close", () => done()));
  socket.on("error", () => {});
  socket.write("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await new Promise<void>((done) => socket.once("data", () => done()));
  socket.pause();
  // Far more than the sockets' own buffers take.
  for (let i = 0; i < 3000 && !socket.destroyed; i++) {
    fleet.second();
    if (i % 100 === 0) await new Promise((done) => setImmediate(done));
  }
  expect(await ask("/api/v1/summary")).toMatchObject({ status: 200 });
  socket.resume();
  await closed;
});

test("a port that is taken, and a page that is not built, are each one clear answer", async () => {
  expect(await fleetHttp({ model: fleet.model, port: server.port, pageFolder })).toMatchObject({
    ok: false,
    error: { code: "http.cannot-listen", reason: "EADDRINUSE" },
  });
  const bare = await fleetHttp({ model: fleet.model, port: 0, pageFolder: join(pageFolder, "nothing") });
  if (!bare.ok) throw new Error(bare.error.code);
  const response = await fetch(bare.value.url);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: "http.page-not-built" });
  await bare.value.close();
});
