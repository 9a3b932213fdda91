import type { IncomingMessage } from "node:http";
import type { CodedError, Result } from "@penstock/protocol/result";
import type { Person } from "../desk/person.ts";
import type { People } from "./people.ts";

/** Something a person does: the rest of the path, the body as JSON says it, and who asks. */
export type Action = (rest: string, body: unknown, by: Person) => Result<object, CodedError>;

export interface Answer {
  readonly status: number;
  readonly body: object;
}

const BODY_BYTES_MAX = 64 << 10;

/**
 * Takes a POST: from our own page or a program, as JSON, by somebody we know. A page of another origin cannot say a
 * token it does not have, and is turned away before that.
 */
export async function act(request: IncomingMessage, action: Action, rest: string, people: People): Promise<Answer> {
  const { headers } = request;
  if (headers.origin !== undefined && hostOf(headers.origin) !== headers.host) {
    return { status: 403, body: { code: "http.foreign-origin", origin: headers.origin.slice(0, 200) } };
  }
  if (!/^application\/json\b/.test(headers["content-type"] ?? ""))
    return { status: 415, body: { code: "http.not-json" } };
  if (people.count === 0)
    return { status: 403, body: { code: "http.no-people", wanted: "people in the configuration" } };
  const by = people.who(headers.authorization);
  if (by === undefined)
    return { status: 401, body: { code: "http.unknown-person", wanted: "Authorization: Bearer TOKEN" } };
  const text = await bodyOf(request);
  if (text === undefined) return { status: 413, body: { code: "http.too-long", bytesMax: BODY_BYTES_MAX } };
  const body = parsed(text);
  if (body === undefined) return { status: 400, body: { code: "http.broken-json" } };
  const done = action(rest, body, by);
  return done.ok
    ? { status: 200, body: { version: 1, ...done.value } }
    : { status: statusOf(done.error), body: done.error };
}

/** Forbidden, not there, or not as things stand. */
function statusOf({ code }: CodedError): number {
  if (code === "desk.not-permitted") return 403;
  if (code === "desk.unknown-act") return 404;
  return 409;
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);
