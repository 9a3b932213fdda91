import type { UtcMs } from "@penstock/protocol/units";
import type { Alarm, AlarmLogEntry } from "./alarm.ts";

/** ISA-18.2, 16.5.4: more than this many in ten minutes is more than a person can take in. */
const floodRaised = 10;
const floodWindowMs = 600_000;

export function isFlood(log: readonly AlarmLogEntry[], nowMs: UtcMs): boolean {
  const fromMs = nowMs - floodWindowMs;
  let raised = 0;
  for (let i = log.length - 1; i >= 0 && (log[i]?.timeMs ?? 0) > fromMs; i--) if (log[i]?.change === "raised") raised++;
  return raised > floodRaised;
}

/** What a person sees on one line: an alarm, or all of one kind. */
export interface AlarmLine {
  readonly code: string;
  readonly alarms: readonly Alarm[];
}

/**
 * Alarms of one kind in one state are one line once there are this many of them, and in a flood, where their
 * priority is medium or low, already from two. A critical or high alarm of a kind of its own always has its line.
 */
const groupFrom = 4;

export function groupAlarms(alarms: readonly Alarm[], flood: boolean): readonly AlarmLine[] {
  const kinds = new Map<string, Alarm[]>();
  for (const alarm of alarms) {
    const kind = `${alarm.code} ${alarm.isActive} ${alarm.ackedBy === null} ${alarm.shelf === null}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), alarm]);
  }
  return [...kinds.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const isMinor = first.priority === "medium" || first.priority === "low";
    const isGrouped = same.length >= (flood && isMinor ? 2 : groupFrom);
    return isGrouped
      ? [{ code: first.code, alarms: same }]
      : same.map((alarm) => ({ code: alarm.code, alarms: [alarm] }));
  });
}
