import type { DeskAct } from "@penstock/protocol/fleet";
import type { Clock } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { Journal } from "./journal.ts";
import type { MarketClock } from "./market-clock.ts";
import type { Person } from "./person.ts";

/** What a person changed at the desk, for ever. */
export interface LoggedAct extends DeskAct {
  readonly role: string;
  /** `gate`, `kill`, `clear-kill`, `attest`. */
  readonly act: string;
  /** What it was done to: a unit, a site, the desk. */
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The latest acts, newest first: at most so many, and none older than a month of market time. */
export function latestActs({ marketClock, journal }: ActLogPorts, limit: number): readonly LoggedAct[] {
  const nowMs = marketClock.nowMs();
  const span = { startMs: (nowMs - MONTH_MS) as UtcMs, endMs: (nowMs + 1) as UtcMs };
  const entries = journal.entries("desk-act", span).slice(-limit);
  return entries.map(({ body }) => body as LoggedAct).reverse();
}

const MONTH_MS = 31 * 86_400_000;

export interface ActLogPorts {
  readonly clock: Clock;
  readonly marketClock: MarketClock;
  readonly journal: Journal;
}

/** Writes an act down before it counts, and says how it is to be shown. */
export function logAct(
  { clock, marketClock, journal }: ActLogPorts,
  act: Pick<LoggedAct, "act" | "subject" | "before" | "after">,
  { name, role }: Person,
  why: string,
): DeskAct {
  const atMs = clock.nowMs();
  const body: LoggedAct = { ...act, by: name, role, why, atMs };
  journal.append({
    kind: "desk-act",
    id: `act.${act.act}.${act.subject}.${atMs}`,
    knownAtMs: atMs,
    intervalStartMs: marketClock.nowMs(),
    body,
  });
  return { by: name, why, atMs };
}
