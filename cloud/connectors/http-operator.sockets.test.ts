import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fail, ok } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { afterEach, expect, test } from "vitest";
import type { MarketOperator } from "../desk/market-operator.ts";
import { httpOperator } from "./http-operator.ts";
import { operatorServer } from "./operator-server.ts";
import type { OperatorLine } from "./retrying-operator.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Takes every file once, by its own words. */
class Counting implements MarketOperator {
  readonly taken: string[] = [];
  submit(bidFile: string, done: Parameters<MarketOperator["submit"]>[1]): void {
    if (bidFile === "bad") {
      done(fail({ code: "operator.rules", violations: [{ rule: "r", where: "w", message: "m" }] }));
      return;
    }
    this.taken.push(bidFile);
    done(ok({ receivedAtMs: UtcMs(7), bids: 1 }));
  }
  results(_: unknown, done: Parameters<MarketOperator["results"]>[1]): void {
    done(fail({ code: "operator.not-cleared" }));
  }
}

async function served() {
  const operator = new Counting();
  const server = await operatorServer({ operator, rng: new Rng("server"), port: 0 });
  if (!server.ok) throw new Error(server.error.code);
  closers.push(server.value.close);
  return { operator, server: server.value, line: httpOperator({ url: server.value.url, timeoutMs: Ms(500) }) };
}

const submit = (line: OperatorLine, file: string, key: string) =>
  new Promise<unknown>((done) => line.submit(file, key, done));

test("a file is taken, a refused one comes back with its rules", async () => {
  const { line } = await served();
  expect(await submit(line, "good", "1")).toEqual(ok({ receivedAtMs: 7, bids: 1 }));
  expect(await submit(line, "bad", "2")).toMatchObject({
    ok: false,
    error: { code: "operator.rules", violations: [{ rule: "r" }] },
  });
});

test("after a lost answer the same key gets the answer, and nothing is taken twice", async () => {
  const { operator, server, line } = await served();
  server.next("lose-answer");
  expect(await submit(line, "good", "1")).toMatchObject({ ok: "lost" });
  expect(await submit(line, "good", "1")).toEqual(ok({ receivedAtMs: 7, bids: 1 }));
  expect(operator.taken).toEqual(["good"]);
});

test("a lost request was never taken; asked again it is", async () => {
  const { operator, server, line } = await served();
  server.next("lose-request");
  expect(await submit(line, "good", "1")).toMatchObject({ ok: "lost" });
  expect(operator.taken).toEqual([]);
  expect(await submit(line, "good", "1")).toMatchObject({ ok: true });
});

test("one key for two files is refused", async () => {
  const { line } = await served();
  await submit(line, "good", "1");
  expect(await submit(line, "other", "1")).toMatchObject({ ok: false, error: { code: "operator.key-reused" } });
});

test.each([
  ["a busy page", 503, "text/html", "<html>busy</html>"],
  ["JSON of another shape", 200, "application/json", '{"ok":true,"receipt":{}}'],
  ["half an answer", 200, "application/json", '{"ok":tr'],
])("%s is no answer", async (_, status, type, body) => {
  const server: Server = createServer((__, response) => response.writeHead(status, { "content-type": type }).end(body));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closers.push(() => new Promise((done) => server.close(done)));
  const line = httpOperator({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: Ms(500) });
  expect(await submit(line, "good", "1")).toMatchObject({ ok: "lost" });
});

test("silence is no answer", async () => {
  const server = createServer(() => {});
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closers.push(async () => server.closeAllConnections());
  const line = httpOperator({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: Ms(200) });
  expect(await submit(line, "good", "1")).toMatchObject({ ok: "lost", cause: expect.stringContaining("Timeout") });
  server.close();
});
