import { describeError } from "@penstock/protocol/result";

export type FleetAnswer =
  | { readonly ok: true; readonly body: object }
  | { readonly ok: false; readonly isReachable: boolean; readonly sentence: string; readonly code?: string };

/** Something asked to be done, and the token of who asks. */
export interface Act {
  readonly fields: object;
  readonly token: string;
}

const answerWithinMs = 5_000;

/** One question to the aggregator's API, or with an act one thing to do. */
export async function askFleet(url: string, path: string, act?: Act): Promise<FleetAnswer> {
  try {
    const response = await fetch(new URL(`/api/v1/${path}`, url), {
      signal: AbortSignal.timeout(answerWithinMs),
      ...(act !== undefined && {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${act.token}` },
        body: JSON.stringify(act.fields),
      }),
    });
    const body: unknown = await response.json();
    if (response.ok && typeof body === "object" && body !== null) return { ok: true, body };
    if (act !== undefined && isCoded(body)) {
      return { ok: false, isReachable: true, sentence: describeError(body), code: body.code };
    }
    return { ok: false, isReachable: true, sentence: `${url} answered ${response.status}: ${JSON.stringify(body)}` };
  } catch (error) {
    return { ok: false, isReachable: false, sentence: `${url} does not answer: ${reasonOf(error)}` };
  }
}

const isCoded = (body: unknown): body is { readonly code: string } =>
  typeof body === "object" && body !== null && "code" in body && typeof body.code === "string";

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing within ${answerWithinMs / 1000} s`;
  const cause = error.cause as { code?: unknown } | undefined;
  return typeof cause?.code === "string" ? cause.code : error.message;
}
