import { type Alarm, stateOf } from "../alarms/alarm.ts";
import type { SiteConfig } from "../config/site-config.ts";
import type { Priority } from "../explanations/index.ts";
import type { ServedAlarm } from "./server-link.ts";

/** The site's alarms as OPC UA conditions need them, pure: each on the node of what it is about. */
export const alarmList = (alarms: readonly Alarm[], site: SiteConfig): readonly ServedAlarm[] =>
  alarms.map((alarm) => ({
    id: alarm.id,
    source: sourceOf(alarm.device, site),
    text: alarm.times > 1 ? `${alarm.text} (${alarm.times} times)` : alarm.text,
    severity: SEVERITY[alarm.priority],
    isActive: alarm.isActive,
    isAcked: alarm.ackedBy !== null,
    comment: commentOf(alarm),
    timeMs: alarm.returnedMs ?? alarm.raisedMs,
  }));

/** OPC 10000-5, 6.4.2: 667 to 1,000 is of high urgency, 334 to 666 of medium, 1 to 333 of low. */
const SEVERITY: Readonly<Record<Priority, number>> = { critical: 1_000, high: 750, medium: 500, low: 200 };

function sourceOf(device: string | null, { units, meter, plant }: SiteConfig): string {
  if (units.some(({ id }) => id === device)) return `Site/Units/${device}`;
  if (device === meter.id) return "Site/Meter";
  return plant !== undefined && device === plant.id ? "Site/Plant" : "Site";
}

function commentOf(alarm: Alarm): string {
  if (stateOf(alarm) === "shelved" && alarm.shelf !== null)
    return `put aside by ${alarm.shelf.by}: ${alarm.shelf.reason}`;
  return alarm.ackedBy === null ? "" : `seen by ${alarm.ackedBy}`;
}
