import { connect } from "node:net";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { isChallenge, leaveProof } from "./user-proof.ts";

/** One JSON object on the site's socket; `op` is one of the files in agent/requests. */
export type SiteRequest = { readonly op: string } & Readonly<Record<string, unknown>>;

export interface AskError extends CodedError {
  readonly code: "site.unreachable" | "site.not-permitted" | "site.silent" | "site.malformed";
}

const patienceMs = 5_000;

/**
 * One question to the agent on its socket. The answer is its report, or its own `{error}`. Where it must know which Unix
 * user asks, the proof is left and the question put again.
 */
export function askSite(
  path: string,
  request: SiteRequest,
  timeoutMs = patienceMs,
): Promise<Result<Record<string, unknown>, AskError>> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const text = JSON.stringify(request);
    let parts: string[] = [];
    let takeProofAway: (() => void) | undefined;
    const settle = (result: Result<Record<string, unknown>, AskError>) => {
      clearTimeout(timer);
      takeProofAway?.();
      socket.destroy();
      resolve(result);
    };
    const hear = (line: string) => {
      const answer = parse(line, path);
      const challenge = answer.ok && takeProofAway === undefined ? challengeIn(answer.value) : undefined;
      if (challenge === undefined) {
        settle(answer);
        return;
      }
      try {
        takeProofAway = leaveProof(path, challenge, text);
      } catch (cause) {
        settle(ok({ version: 1, error: { code: "second-person.proof-refused", why: String(cause) } }));
        return;
      }
      parts = [];
      socket.write(`${JSON.stringify({ op: "proven", challenge, request: text })}\n`);
    };
    const timer = setTimeout(() => settle(fail({ code: "site.silent", path, afterMs: timeoutMs })), timeoutMs);
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(`${text}\n`));
    socket.on("data", (data: string) => {
      const end = data.indexOf("\n");
      parts.push(end < 0 ? data : data.slice(0, end));
      if (end >= 0) hear(parts.join(""));
    });
    socket.on("error", (error: NodeJS.ErrnoException) =>
      settle(
        fail({
          code: error.code === "EACCES" ? "site.not-permitted" : "site.unreachable",
          path,
          detail: error.message,
        }),
      ),
    );
    socket.on("close", () => settle(fail({ code: "site.unreachable", path, detail: "the agent hung up" })));
  });
}

/** Of an agent that must know who asks. */
function challengeIn({ error }: Record<string, unknown>): string | undefined {
  const { code, challenge } = (error ?? {}) as Record<string, unknown>;
  return code === "second-person.unproven" && isChallenge(challenge) ? challenge : undefined;
}

function parse(line: string, path: string): Result<Record<string, unknown>, AskError> {
  try {
    return ok(JSON.parse(line) as Record<string, unknown>);
  } catch {
    return fail({ code: "site.malformed", path });
  }
}
