import { fail, ok } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { Ms } from "@penstock/protocol/units";
import type { z } from "zod";
import { keyHeader, paths, reserveResultsAnswer, resultsAnswer, submissionAnswer } from "./operator-messages.ts";
import type { OperatorLine } from "./retrying-operator.ts";

export interface HttpOperatorOptions {
  /** `http://host:port`, no path. */
  readonly url: string;
  /** Every request is answered within this or counts as lost. */
  readonly timeoutMs: Ms;
}

/**
 * An operator over HTTP. What is not an answer of the agreed shape is no answer: a proxy's error page, half a body or a
 * closed connection all count as lost, and a lost submission is asked again under its key.
 */
export function httpOperator({ url, timeoutMs }: HttpOperatorOptions): OperatorLine {
  return {
    submit(bidFile, key, done) {
      const headers = { "content-type": "application/octet-stream", [keyHeader]: key };
      void ask(paths.submissions, submissionAnswer, { method: "POST", headers, body: bidFile }).then((answer) => {
        if (answer.ok === "lost") done(answer);
        else done(answer.value.ok ? ok(answer.value.receipt) : fail(answer.value.refusal));
      });
    },
    results(interval, done) {
      void ask(pathTo(paths.results, interval), resultsAnswer, { method: "GET" }).then((answer) => {
        if (answer.ok === "lost") done(answer);
        else done(answer.value.ok ? ok(answer.value.results) : fail(answer.value.error));
      });
    },
    reserveResults(block, done) {
      void ask(pathTo(paths.reserveResults, block), reserveResultsAnswer, { method: "GET" }).then((answer) => {
        if (answer.ok === "lost") done(answer);
        else done(answer.value.ok ? ok(answer.value.results) : fail(answer.value.error));
      });
    },
  };

  async function ask<T>(
    path: string,
    shape: z.ZodType<T>,
    init: RequestInit,
  ): Promise<{ readonly ok: true; readonly value: T } | Lost> {
    try {
      const response = await fetch(new URL(path, url), {
        ...init,
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const parsed = shape.safeParse(await response.json());
      return parsed.success
        ? { ok: true, value: parsed.data }
        : lost(`HTTP ${response.status} with a body of another shape`);
    } catch (error) {
      return lost(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }
}

const pathTo = (path: string, { startMs, endMs }: Interval): string => `${path}?startMs=${startMs}&endMs=${endMs}`;

type Lost = { readonly ok: "lost"; readonly cause: string };
const lost = (cause: string): Lost => ({ ok: "lost", cause });
