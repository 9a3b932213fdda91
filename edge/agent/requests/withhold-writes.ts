import { isText, type OperatorRequest, refusal } from "./request.ts";

/** The watchdog test of commissioning: one unit hears nothing for a while. Can only bring it to rest. */
export const withholdWrites: OperatorRequest<{ device: string; forMs: number; by: string; reason: string }> = {
  op: "withhold-writes",
  role: "admin",

  parse({ device, forMs, by, reason }) {
    const isDuration = typeof forMs === "number" && forMs > 0 && forMs <= 120_000;
    return isText(device) && isText(by) && isText(reason) && isDuration ? { device, forMs, by, reason } : undefined;
  },

  answer({ device, forMs, by, reason }, { askLoop, audit, view }, answer) {
    askLoop({ about: "withhold-writes", device, forMs }, (result) => {
      audit.person(by, "withhold-writes", result.ok ? "done" : result.error.code, { reason, device, forMs });
      answer(result.ok ? { version: 1, site: view().siteId, device, forMs } : refusal(result.error));
    });
  },
};
