import type { AlarmAct } from "../../alarms/alarm-desk.ts";
import { parseAlarmAct } from "./alarm-act.ts";
import { type OperatorRequest, refusal } from "./request.ts";

/** Somebody has seen it: one alarm, all of a code, or `all`. */
export const alarmAck: OperatorRequest<AlarmAct> = {
  op: "alarm-ack",
  role: "operator",
  parse: parseAlarmAct,
  answer(act, { alarms, view }, answer) {
    const result = alarms.acknowledge(act);
    answer(result.ok ? { version: 1, site: view().siteId, acknowledged: result.value } : refusal(result.error));
  },
};
