import { type Fields, isText } from "./request.ts";

/** Which alarm, who and why. */
export function parseAlarmAct({ alarm, by, reason }: Fields) {
  return isText(alarm) && isText(by) && isText(reason) ? { id: alarm, by, reason } : undefined;
}
