import { Ms } from "@penstock/protocol/units";
import { type AlarmAct, shelfMsMax } from "../../alarms/alarm-desk.ts";
import { parseAlarmAct } from "./alarm-act.ts";
import { type OperatorRequest, refusal } from "./request.ts";

/** Put aside for a time, at most a shift. Never a critical one. */
export const alarmShelve: OperatorRequest<AlarmAct & { readonly forMs: Ms }> = {
  op: "alarm-shelve",
  role: "operator",

  parse(fields) {
    const act = parseAlarmAct(fields);
    const { forMs } = fields;
    const isDuration = typeof forMs === "number" && forMs > 0 && forMs <= shelfMsMax;
    return act !== undefined && isDuration ? { ...act, forMs: Ms(forMs) } : undefined;
  },

  answer({ forMs, ...act }, { alarms, view }, answer) {
    const result = alarms.shelve(act, forMs);
    answer(result.ok ? { version: 1, site: view().siteId, shelved: result.value, forMs } : refusal(result.error));
  },
};
