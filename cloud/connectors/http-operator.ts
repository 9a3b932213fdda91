import { fail, ok } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";
import type { z } from "zod";
import { keyHeader, paths, resultsAnswer, submissionAnswer } from "./operator-messages.ts";
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
      const path = `${paths.results}?startMs=${interval.startMs}&endMs=${interval.endMs}`;
      void ask(path, resultsAnswer, { method: "GET" }).then((answer) => {
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

type Lost = { readonly ok: "lost"; readonly cause: string };
const lost = (cause: string): Lost => ({ ok: "lost", cause });
