import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { MarketOperator } from "../desk/market-operator.ts";
import { keyHeader, paths, type SubmissionAnswer } from "./operator-messages.ts";
import { SignalStream } from "./signal-stream.ts";

export interface OperatorServerOptions {
  readonly operator: MarketOperator;
  readonly rng: Rng;
  /** 0 for any free port. Loopback only: it has no accounts. */
  readonly port: number;
  readonly trouble?: Trouble;
}

/** Shares 0..1 of submissions that meet with each, drawn from the seed. */
export interface Trouble {
  /** Taken, and the answer never sent: the connection is cut. */
  readonly loseAnswer?: number;
  /** Never taken: the connection is cut before the operator sees it. */
  readonly loseRequest?: number;
  /** Answered this much later. */
  readonly delay?: { readonly share: number; readonly delayMs: Ms };
  /** A busy page of a proxy instead of an answer, 503. */
  readonly busy?: number;
  /** Handed to the operator a second time, as a relay that repeats itself would. */
  readonly twice?: number;
}

export interface OperatorServer {
  readonly url: string;
  readonly counts: {
    submissions: number;
    lostAnswers: number;
    lostRequests: number;
    busy: number;
    repeated: number;
    twice: number;
  };
  /** What it says on its signal line. */
  readonly signals: SignalStream;
  /** Makes the next submission meet with one kind of trouble, whatever the seed says. */
  next(trouble: "lose-answer" | "lose-request" | "busy"): void;
  close(): Promise<void>;
}

/**
 * A market operator behind HTTP, for desks that have no real one: it takes what its rulebook takes, and it is as
 * unreliable as it is told to be. Each key is answered once and for all.
 */
export async function operatorServer({
  operator,
  rng,
  port,
  trouble = {},
}: OperatorServerOptions): Promise<Result<OperatorServer, CodedError>> {
  const answers = new Map<string, { readonly fileHash: string; readonly answer: SubmissionAnswer }>();
  const counts = { submissions: 0, lostAnswers: 0, lostRequests: 0, busy: 0, repeated: 0, twice: 0 };
  const signals = new SignalStream();
  const forced: ("lose-answer" | "lose-request" | "busy")[] = [];

  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://operator");
    if (request.method === "POST" && pathname === paths.submissions) void take(request, response);
    else if (request.method === "GET" && (pathname === paths.results || pathname === paths.reserveResults)) {
      const startMs = Number(searchParams.get("startMs")) as UtcMs;
      const endMs = Number(searchParams.get("endMs")) as UtcMs;
      const answered = (answer: Result<object, CodedError>): void =>
        say(
          response,
          answer.ok ? 200 : 404,
          answer.ok ? { ok: true, results: answer.value } : { ok: false, error: answer.error },
        );
      if (pathname === paths.results) operator.results({ startMs, endMs }, answered);
      else if (operator.reserveResults !== undefined) operator.reserveResults({ startMs, endMs }, answered);
      else answered(fail({ code: "operator.no-such-auction" }));
    } else if (request.method === "GET" && pathname === paths.signals) signals.add(response);
    else say(response, 404, { ok: false, error: { code: "operator.no-such-path" } });
  });

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    counts.submissions++;
    const luck = forced.shift() ?? draw();
    const file = await bodyOf(request);
    if (luck === "lose-request" || file === undefined) {
      counts.lostRequests++;
      request.socket.destroy();
      return;
    }
    if (luck === "busy") {
      counts.busy++;
      response.writeHead(503, { "content-type": "text/html" }).end("<html>busy</html>");
      return;
    }
    const answer = await answerTo(file, String(request.headers[keyHeader] ?? ""), luck === "twice");
    if (luck === "lose-answer") {
      counts.lostAnswers++;
      request.socket.destroy();
      return;
    }
    const { delay } = trouble;
    const send = () => say(response, answer.ok ? 202 : 422, answer);
    if (delay !== undefined && rng.chance(delay.share)) setTimeout(send, delay.delayMs);
    else send();
  }

  async function answerTo(file: string, key: string, isTwice: boolean): Promise<SubmissionAnswer> {
    const fileHash = createHash("sha256").update(file).digest("hex");
    const known = answers.get(key);
    if (known !== undefined) {
      counts.repeated++;
      if (known.fileHash === fileHash) return known.answer;
      return { ok: false, refusal: { code: "operator.key-reused", violations: [] } };
    }
    const first = await handIn(file);
    if (isTwice) {
      // The operator's own rule, that a version counts once, is what must hold here.
      counts.twice++;
      await handIn(file);
    }
    if (key !== "") answers.set(key, { fileHash, answer: first });
    return first;
  }

  const handIn = (file: string): Promise<SubmissionAnswer> =>
    new Promise((done) => {
      operator.submit(file, (answer) =>
        done(answer.ok ? { ok: true, receipt: answer.value } : { ok: false, refusal: answer.error }),
      );
    });

  function draw(): "lose-answer" | "lose-request" | "busy" | "twice" | undefined {
    if (rng.chance(trouble.loseAnswer ?? 0)) return "lose-answer";
    if (rng.chance(trouble.loseRequest ?? 0)) return "lose-request";
    if (rng.chance(trouble.busy ?? 0)) return "busy";
    if (rng.chance(trouble.twice ?? 0)) return "twice";
    return undefined;
  }

  return new Promise((done) => {
    server.once("error", (error) => done(fail({ code: "operator.cannot-listen", port, reason: error.message })));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const listening = typeof address === "object" && address !== null ? address.port : port;
      done(
        ok({
          url: `http://127.0.0.1:${listening}`,
          counts,
          signals,
          next: (kind) => forced.push(kind),
          close: () =>
            new Promise<void>((closed) => {
              signals.close();
              server.close(() => closed());
              server.closeAllConnections();
            }),
        }),
      );
    });
  });
}

const FILE_BYTES_MAX = 4_000_000;

/** Undefined when it is longer than any bid file, or cut off. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes > FILE_BYTES_MAX) return undefined;
      chunks.push(chunk as Buffer);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
