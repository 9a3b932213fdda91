import { connect } from "node:net";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";

/** One JSON object on the site's socket; `op` is one of the files in agent/requests. */
export type SiteRequest = { readonly op: string } & Readonly<Record<string, unknown>>;

export interface AskError extends CodedError {
  readonly code: "site.unreachable" | "site.not-permitted" | "site.silent" | "site.malformed";
}

const patienceMs = 5_000;

/** One question to the agent on its socket. The answer is its report, or its own `{error}`. */
export function askSite(
  path: string,
  request: SiteRequest,
  timeoutMs = patienceMs,
): Promise<Result<Record<string, unknown>, AskError>> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const parts: string[] = [];
    const settle = (result: Result<Record<string, unknown>, AskError>) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => settle(fail({ code: "site.silent", path, afterMs: timeoutMs })), timeoutMs);
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (data: string) => {
      const end = data.indexOf("\n");
      parts.push(end < 0 ? data : data.slice(0, end));
      if (end >= 0) settle(parse(parts.join(""), path));
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

function parse(line: string, path: string): Result<Record<string, unknown>, AskError> {
  try {
    return ok(JSON.parse(line) as Record<string, unknown>);
  } catch {
    return fail({ code: "site.malformed", path });
  }
}
