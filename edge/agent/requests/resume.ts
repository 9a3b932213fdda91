import { latchRequest } from "./latch-request.ts";

export const resume = latchRequest({
  op: "resume",
  parse: () => ({}),
  refuse: ({ stop }) => (stop === undefined ? { code: "operator.not-stopped" } : undefined),
  apply: (latches) => ({ ...latches, stop: undefined }),
});
