import type { UtcMs } from "@penstock/protocol/units";
import type { Priority } from "../explanations/index.ts";

/** Something that is so now and that somebody should look at. */
export interface AlarmCondition {
  readonly code: string;
  /** What it is about; null for the site as a whole. */
  readonly device: string | null;
  readonly text: string;
}

/**
 * An alarm with its life (ISA-18.2, 5.4): *unacked* it is so and nobody has seen it, *acked* it is so and somebody
 * has, *returned* it is over and nobody has seen it, *shelved* somebody put it aside for a time. Over and seen, it
 * is gone.
 */
export type AlarmState = "unacked" | "acked" | "returned" | "shelved";

export interface Alarm extends AlarmCondition {
  /** `code` or `code/device`: what people name it by. */
  readonly id: string;
  readonly priority: Priority;
  readonly isActive: boolean;
  readonly ackedBy: string | null;
  readonly shelf: { readonly untilMs: UtcMs; readonly by: string; readonly reason: string } | null;
  readonly raisedMs: UtcMs;
  readonly returnedMs: UtcMs | null;
  /** How often it came since it was last gone: an alarm that chatters is one line with a number. */
  readonly times: number;
}

export type AlarmChange = "raised" | "returned" | "acked" | "shelved" | "unshelved" | "gone";

/** One line of the alarm log. */
export interface AlarmLogEntry {
  readonly timeMs: UtcMs;
  readonly change: AlarmChange;
  readonly id: string;
  readonly priority: Priority;
  readonly by: string | null;
}

export const alarmId = ({ code, device }: Pick<AlarmCondition, "code" | "device">): string =>
  device === null ? code : `${code}/${device}`;

export function stateOf({ shelf, isActive, ackedBy }: Alarm): AlarmState {
  if (shelf !== null) return "shelved";
  if (!isActive) return "returned";
  return ackedBy === null ? "unacked" : "acked";
}
