import { latchRequest } from "./latch-request.ts";

export const stop = latchRequest({
  op: "stop",
  outdates: ["resume"],
  isUrgent: true,
  level: "warning",
  parse: () => ({}),
  apply: (latches, { by, reason }) => ({ ...latches, stop: { by, reason } }),
});
