import { isText, type OperatorRequest } from "./request.ts";

/** The alarm round trip of commissioning: a real alarm that says it is a test, on every way an alarm goes. */
export const alarmTest: OperatorRequest<{ by: string; reason: string }> = {
  op: "alarm-test",
  role: "operator",
  parse: ({ by, reason }) => (isText(by) && isText(reason) ? { by, reason } : undefined),
  answer({ by, reason }, { audit, tell, view }, answer) {
    audit.person(by, "alarm-test", "done", { reason });
    tell({ code: "commissioning.alarm-test", level: "alarm", text: `a test by ${by}: ${reason}`, facts: { by } });
    answer({ version: 1, site: view().siteId, alarm: "commissioning.alarm-test" });
  },
};
