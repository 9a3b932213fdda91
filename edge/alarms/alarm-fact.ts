import { PRIORITIES } from "../explanations/index.ts";
import type { Alarm, AlarmLogEntry } from "./alarm.ts";
import { type AlarmBook, noAlarms } from "./alarm-book.ts";

/** Where the store keeps the book. */
export const alarmFact = "alarms";

export const alarmsToFact = ({ alarms, log }: AlarmBook): unknown => ({ alarms: [...alarms.values()], log });

/** What can be read of it; what cannot is left out: an alarm that still holds is raised again by its condition. */
export function alarmsFromFact(fact: unknown): AlarmBook {
  if (!isRecord(fact) || !Array.isArray(fact["alarms"]) || !Array.isArray(fact["log"])) return noAlarms;
  const alarms = fact["alarms"].filter(isAlarm);
  return { alarms: new Map(alarms.map((alarm) => [alarm.id, alarm])), log: fact["log"].filter(isLogEntry) };
}

function isAlarm(value: unknown): value is Alarm {
  if (!isRecord(value)) return false;
  const { id, code, device, text, priority, isActive, ackedBy, shelf, raisedMs, returnedMs, times } = value;
  return (
    [id, code, text].every((part) => typeof part === "string") &&
    [device, ackedBy].every((part) => part === null || typeof part === "string") &&
    PRIORITIES.some((known) => known === priority) &&
    typeof isActive === "boolean" &&
    (shelf === null || (isRecord(shelf) && typeof shelf["untilMs"] === "number")) &&
    [raisedMs, times].every((part) => typeof part === "number") &&
    (returnedMs === null || typeof returnedMs === "number")
  );
}

const isLogEntry = (value: unknown): value is AlarmLogEntry =>
  isRecord(value) && typeof value["timeMs"] === "number" && typeof value["id"] === "string";

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
