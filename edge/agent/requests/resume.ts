import { latchRequest } from "./latch-request.ts";

export const resume = latchRequest({
  op: "resume",
  parse: () => ({}),
  refuse: ({ stop }) => (stop === undefined ? { code: "operator.not-stopped" } : undefined),
  widens: ({ stop }) => stop && { now: `stopped by ${stop.by}: ${stop.reason}`, after: "not stopped" },
  apply: (latches) => ({ ...latches, stop: undefined }),
});
