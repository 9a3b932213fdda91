import type { UtcMs } from "@penstock/protocol/units";
import { alarmHealth } from "../../alarms/alarm-health.ts";
import { type OperatorRequest, parseLimit } from "./request.ts";

/** What became of alarms lately, and how well they serve. */
export const alarmLog: OperatorRequest<{ limit: number }> = {
  op: "alarm-log",
  role: "viewer",

  parse({ limit: asked }) {
    const limit = parseLimit(asked);
    return limit === undefined ? undefined : { limit };
  },

  answer({ limit }, { alarms, view }, answer) {
    const { siteId, nowMs } = view();
    const health = alarmHealth(alarms.log, nowMs as UtcMs);
    answer({ version: 1, site: siteId, timeMs: nowMs, log: alarms.log.slice(-limit), health });
  },
};
