export type FleetAnswer =
  | { readonly ok: true; readonly body: object }
  | { readonly ok: false; readonly isReachable: boolean; readonly sentence: string };

const answerWithinMs = 5_000;

/** One question to the aggregator's API. */
export async function askFleet(url: string, path: string): Promise<FleetAnswer> {
  try {
    const response = await fetch(new URL(`/api/v1/${path}`, url), { signal: AbortSignal.timeout(answerWithinMs) });
    const body: unknown = await response.json();
    if (!response.ok || typeof body !== "object" || body === null) {
      return { ok: false, isReachable: true, sentence: `${url} answered ${response.status}: ${JSON.stringify(body)}` };
    }
    return { ok: true, body };
  } catch (error) {
    return { ok: false, isReachable: false, sentence: `${url} does not answer: ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing within ${answerWithinMs / 1000} s`;
  const cause = error.cause as { code?: unknown } | undefined;
  return typeof cause?.code === "string" ? cause.code : error.message;
}
