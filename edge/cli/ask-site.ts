import { connect } from "node:net";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { OperatorRequest } from "../agent/operator-request.ts";

export interface AskError extends CodedError {
  readonly code: "site.unreachable" | "site.silent" | "site.malformed";
}

const patienceMs = 5_000;

/** One question to the agent on its socket. The answer is its report, or its own `{error}`. */
export function askSite(path: string, request: OperatorRequest): Promise<Result<Record<string, unknown>, AskError>> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = "";
    const settle = (result: Result<Record<string, unknown>, AskError>) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => settle(fail({ code: "site.silent", path, afterMs: patienceMs })), patienceMs);
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (data: string) => {
      text += data;
      const end = text.indexOf("\n");
      if (end >= 0) settle(parse(text.slice(0, end), path));
    });
    socket.on("error", (error) => settle(fail({ code: "site.unreachable", path, detail: error.message })));
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
