/** How much an alarm matters, by what somebody has to do and how soon. */
export const PRIORITIES = ["critical", "high", "medium", "low"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** A code of the product in words: what happened, what the system did about it, what to do. */
export interface Explanation {
  readonly code: string;
  readonly kind: "alarm" | "event" | "limit" | "error";
  /** Alarms only: critical = nobody controls or people are at risk; high = power or money is lost now; medium = a margin is gone; low = look at it this week. */
  readonly priority?: Priority;
  readonly happened: string;
  readonly system: string;
  readonly fix: string;
}

type Words = readonly [code: string, happened: string, system: string, fix: string];

export const alarms = (priority: Priority, ...list: readonly Words[]): readonly Explanation[] =>
  list.map((words) => ({ ...explanation("alarm", words), priority }));
export const events = (...list: readonly Words[]): readonly Explanation[] =>
  list.map((words) => explanation("event", words));
export const limits = (...list: readonly Words[]): readonly Explanation[] =>
  list.map((words) => explanation("limit", words));
export const errors = (...list: readonly Words[]): readonly Explanation[] =>
  list.map((words) => explanation("error", words));

const explanation = (kind: Explanation["kind"], [code, happened, system, fix]: Words): Explanation => ({
  code,
  kind,
  happened,
  system,
  fix,
});
