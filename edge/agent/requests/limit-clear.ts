import { latchRequest } from "./latch-request.ts";

export const limitClear = latchRequest({
  op: "limit-clear",
  parse: () => ({}),
  refuse: ({ localLimitW }) => (localLimitW === undefined ? { code: "operator.no-limit" } : undefined),
  apply: (latches) => ({ ...latches, localLimitW: undefined }),
});
