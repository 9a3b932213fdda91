import { connect, type NetConnectOpts } from "node:net";

/** One question, one answer, each a line of JSON over a socket of its own. */
export function askJson(where: NetConnectOpts, question: object, timeoutMs = 3_000): Promise<Record<string, unknown>> {
  return new Promise((done, refuse) => {
    const socket = connect(where);
    let text = "";
    const end = (error: Error) => {
      socket.destroy();
      refuse(error);
    };
    socket.setTimeout(timeoutMs, () => end(new Error(`no answer within ${timeoutMs} ms`)));
    socket.on("error", end);
    socket.on("close", () => refuse(new Error("closed without an answer")));
    socket.on("connect", () => socket.write(`${JSON.stringify(question)}\n`));
    socket.on("data", (chunk) => {
      text += chunk.toString("utf8");
      const lineEnd = text.indexOf("\n");
      if (lineEnd < 0) return;
      done(JSON.parse(text.slice(0, lineEnd)) as Record<string, unknown>);
      socket.destroy();
    });
  });
}
