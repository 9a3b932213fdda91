import type { OperatorRequest } from "./request.ts";

/** The servers the site offers SCADA: where they listen, and who is connected. */
export const northbound: OperatorRequest<object> = {
  op: "northbound",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { northbound, view }, answer) => {
    const { siteId, nowMs } = view();
    answer({ version: 1, site: siteId, timeMs: nowMs, servers: northbound() });
  },
};
