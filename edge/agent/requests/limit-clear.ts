import { latchRequest } from "./latch-request.ts";
import { limitWords } from "./limit-words.ts";

export const limitClear = latchRequest({
  op: "limit-clear",
  parse: () => ({}),
  refuse: ({ localLimitW }) => (localLimitW === undefined ? { code: "operator.no-limit" } : undefined),
  widens: ({ localLimitW }) => localLimitW && { now: limitWords(localLimitW), after: "no local limit" },
  apply: (latches) => ({ ...latches, localLimitW: undefined }),
});
