import type { UtcMs } from "@penstock/protocol/units";
import { priorityOf } from "../explanations/index.ts";
import { type Alarm, type AlarmChange, type AlarmCondition, type AlarmLogEntry, alarmId } from "./alarm.ts";

/** Every alarm that is not gone, by id, and what became of alarms lately. */
export interface AlarmBook {
  readonly alarms: ReadonlyMap<string, Alarm>;
  /** Oldest first, at most {@link logMax}. */
  readonly log: readonly AlarmLogEntry[];
}

export const noAlarms: AlarmBook = { alarms: new Map(), log: [] };

/** A condition must be away this long before its alarm returns: one that flickers stays one alarm. */
const offDelayMs = 5_000;
const logMax = 500;

/**
 * What the conditions of this moment make of the book. `lastSeenMs` is when each active alarm's condition was last
 * seen, kept by the caller because it means nothing after a restart. Pure; the same book when nothing changed.
 */
export function updateAlarms(
  book: AlarmBook,
  conditions: readonly AlarmCondition[],
  lastSeenMs: ReadonlyMap<string, number>,
  nowMs: UtcMs,
): AlarmBook {
  const change = new BookChange(book, nowMs);
  const present = new Set<string>();
  for (const condition of conditions) {
    const id = alarmId(condition);
    present.add(id);
    const known = change.get(id);
    if (known === undefined) change.set("raised", raised(condition, id, nowMs));
    else if (!known.isActive) change.set("raised", again(known, condition, nowMs));
    else if (known.text !== condition.text) change.reword({ ...known, text: condition.text });
  }
  for (const alarm of book.alarms.values()) {
    const awayMs = nowMs - (lastSeenMs.get(alarm.id) ?? 0);
    if (!alarm.isActive || present.has(alarm.id) || awayMs < offDelayMs) continue;
    change.set("returned", { ...alarm, isActive: false, returnedMs: nowMs });
  }
  for (const alarm of change.all()) {
    if (alarm.shelf !== null && nowMs >= alarm.shelf.untilMs) {
      // What comes off the shelf calls for attention anew if it is still so.
      change.set("unshelved", { ...alarm, shelf: null, ackedBy: null });
    }
  }
  for (const alarm of change.all()) if (isGone(alarm)) change.remove(alarm);
  return change.book();
}

/** Something that happened and is over: it stays until somebody has seen it. */
export function noteMomentary(book: AlarmBook, condition: AlarmCondition, nowMs: UtcMs): AlarmBook {
  const id = alarmId(condition);
  const change = new BookChange(book, nowMs);
  const known = change.get(id);
  if (known?.isActive) return book;
  const alarm = known === undefined ? raised(condition, id, nowMs) : again(known, condition, nowMs);
  change.set("raised", { ...alarm, isActive: false, returnedMs: nowMs });
  return change.book();
}

/** Undefined when there is no such alarm. */
export function acknowledge(book: AlarmBook, id: string, by: string, nowMs: UtcMs): AlarmBook | undefined {
  const change = new BookChange(book, nowMs);
  const alarm = change.get(id);
  if (alarm === undefined) return undefined;
  if (alarm.ackedBy !== null) return book;
  const acked = { ...alarm, ackedBy: by };
  change.set("acked", acked, by);
  if (isGone(acked)) change.remove(acked);
  return change.book();
}

/** Undefined when there is no such alarm. A critical one is not for shelving; the caller refuses that. */
export function shelve(book: AlarmBook, id: string, shelf: NonNullable<Alarm["shelf"]>, nowMs: UtcMs) {
  const change = new BookChange(book, nowMs);
  const alarm = change.get(id);
  if (alarm === undefined) return undefined;
  change.set("shelved", { ...alarm, shelf }, shelf.by);
  return change.book();
}

const raised = (condition: AlarmCondition, id: string, nowMs: UtcMs): Alarm => ({
  ...condition,
  id,
  priority: priorityOf(condition.code),
  isActive: true,
  ackedBy: null,
  shelf: null,
  raisedMs: nowMs,
  returnedMs: null,
  times: 1,
});

const again = (known: Alarm, { text }: AlarmCondition, nowMs: UtcMs): Alarm => ({
  ...known,
  text,
  isActive: true,
  ackedBy: null,
  raisedMs: nowMs,
  returnedMs: null,
  times: known.times + 1,
});

const isGone = ({ isActive, ackedBy, shelf }: Alarm): boolean => !isActive && ackedBy !== null && shelf === null;

/** Collects changes; the book it came from stays as it was, and is given back when nothing changed. */
class BookChange {
  readonly #before: AlarmBook;
  readonly #nowMs: UtcMs;
  #alarms: Map<string, Alarm> | undefined;
  readonly #log: AlarmLogEntry[] = [];

  constructor(before: AlarmBook, nowMs: UtcMs) {
    this.#before = before;
    this.#nowMs = nowMs;
  }

  get(id: string): Alarm | undefined {
    return (this.#alarms ?? this.#before.alarms).get(id);
  }

  all(): readonly Alarm[] {
    return [...(this.#alarms ?? this.#before.alarms).values()];
  }

  set(change: AlarmChange, alarm: Alarm, by: string | null = null): void {
    this.reword(alarm);
    this.#log.push({ timeMs: this.#nowMs, change, id: alarm.id, priority: alarm.priority, by });
  }

  /** A change nobody needs to hear of. */
  reword(alarm: Alarm): void {
    this.#alarms ??= new Map(this.#before.alarms);
    this.#alarms.set(alarm.id, alarm);
  }

  remove({ id, priority }: Alarm): void {
    this.#alarms ??= new Map(this.#before.alarms);
    this.#alarms.delete(id);
    this.#log.push({ timeMs: this.#nowMs, change: "gone", id, priority, by: null });
  }

  book(): AlarmBook {
    if (this.#alarms === undefined) return this.#before;
    return { alarms: this.#alarms, log: [...this.#before.log, ...this.#log].slice(-logMax) };
  }
}
