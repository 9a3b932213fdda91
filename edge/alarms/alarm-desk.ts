import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { hours, type Ms, minutes, UtcMs } from "@penstock/protocol/units";
import type { AuditLog } from "../agent/audit-log.ts";
import { explain } from "../explanations/index.ts";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { EdgeStore } from "../store/edge-store.ts";
import { type Alarm, type AlarmCondition, type AlarmLogEntry, alarmId } from "./alarm.ts";
import { type AlarmBook, acknowledge, noAlarms, noteMomentary, shelve, updateAlarms } from "./alarm-book.ts";
import { alarmFact, alarmsFromFact, alarmsToFact } from "./alarm-fact.ts";
import { isFlood } from "./alarm-flood.ts";

export interface AlarmDeskOptions {
  readonly clock: Clock;
  readonly store: EdgeStore;
  readonly audit: AuditLog;
  readonly tell: (event: Omit<EdgeEvent, "timeMs">) => void;
}

/** What a person may do with an alarm, and why. */
export interface AlarmAct {
  readonly id: string;
  readonly by: string;
  readonly reason: string;
}

/** A shelf is no drawer: an alarm is back in a shift at the latest. */
export const shelfMsMax = hours(12);
/** A shelved alarm left over from a clock that was wrong may not stay away for ever. */
const futureMsMax = shelfMsMax + minutes(1);

/**
 * The site's alarms as people work with them, kept over restarts. Conditions come in whenever the loop reports;
 * people acknowledge and shelve; every act is audited and told as an event. It never touches control.
 */
export class AlarmDesk {
  readonly #options: AlarmDeskOptions;
  #book: AlarmBook = noAlarms;
  readonly #lastSeenMs = new Map<string, number>();
  readonly #firstSeenMs = new Map<string, number>();
  #wasFlood = false;

  constructor(options: AlarmDeskOptions) {
    this.#options = options;
  }

  /** What the last process left; alarms raised before the disk answered stay. */
  restore(fact: unknown): void {
    const nowMs = this.#options.clock.nowMs();
    const restored = alarmsFromFact(fact);
    const alarms = new Map(restored.alarms);
    for (const alarm of restored.alarms.values()) {
      this.#lastSeenMs.set(alarm.id, nowMs);
      if (alarm.shelf !== null && alarm.shelf.untilMs > nowMs + futureMsMax)
        alarms.set(alarm.id, { ...alarm, shelf: null });
    }
    for (const [id, alarm] of this.#book.alarms) if (!alarms.has(id)) alarms.set(id, alarm);
    this.#book = { alarms, log: [...restored.log, ...this.#book.log] };
  }

  /** Call whenever something may have changed, about once a second. */
  update(conditions: readonly AlarmCondition[]): void {
    const nowMs = this.#options.clock.nowMs();
    const lasting = conditions.filter((condition) => this.#hasLasted(condition, nowMs));
    for (const condition of lasting) this.#lastSeenMs.set(alarmId(condition), nowMs);
    this.#become(updateAlarms(this.#book, lasting, this.#lastSeenMs, nowMs));
    const ids = new Set(conditions.map(alarmId));
    for (const id of this.#firstSeenMs.keys()) if (!ids.has(id)) this.#firstSeenMs.delete(id);
    const flood = isFlood(this.#book.log, nowMs);
    if (flood && !this.#wasFlood) {
      this.#options.tell({
        code: "alarm.flood",
        level: "warning",
        text: "more than ten alarms in ten minutes; medium and low ones are grouped",
        facts: {},
      });
    }
    this.#wasFlood = flood;
  }

  /** An event that is an alarm by itself and has no condition that could end. */
  heard({ code, level, text, facts }: Omit<EdgeEvent, "timeMs">): void {
    if (level !== "alarm" || facts["state"] !== undefined || conditional.has(code)) return;
    if (explain(code)?.kind !== "alarm") return;
    const device = typeof facts["device"] === "string" ? facts["device"] : null;
    this.#become(noteMomentary(this.#book, { code, device, text }, this.#options.clock.nowMs()));
  }

  get alarms(): readonly Alarm[] {
    return [...this.#book.alarms.values()];
  }

  get log(): readonly AlarmLogEntry[] {
    return this.#book.log;
  }

  get isFlood(): boolean {
    return this.#wasFlood;
  }

  acknowledge(act: AlarmAct): Result<readonly string[]> {
    return this.#act("acknowledged", act, {}, (book, id, nowMs) => acknowledge(book, id, act.by, nowMs));
  }

  /** Errors: `operator.no-alarm`, `alarm.not-for-shelving` (a critical one). */
  shelve(act: AlarmAct, forMs: Ms): Result<readonly string[]> {
    const critical = this.#matching(act.id).find(({ priority }) => priority === "critical");
    if (critical !== undefined) return fail({ code: "alarm.not-for-shelving", alarm: critical.id });
    const untilMs = UtcMs(this.#options.clock.nowMs() + Math.min(forMs, shelfMsMax));
    const shelf = { untilMs, by: act.by, reason: act.reason };
    return this.#act("shelved", act, { untilMs }, (book, id, nowMs) => shelve(book, id, shelf, nowMs));
  }

  #act(
    what: "acknowledged" | "shelved",
    { id, by, reason }: AlarmAct,
    facts: Readonly<Record<string, unknown>>,
    change: (book: AlarmBook, id: string, nowMs: UtcMs) => AlarmBook | undefined,
  ): Result<readonly string[], CodedError> {
    const { clock, audit, tell } = this.#options;
    const ids = this.#matching(id).map((alarm) => alarm.id);
    if (ids.length === 0) return fail({ code: "operator.no-alarm", alarm: id });
    for (const one of ids) this.#become(change(this.#book, one, clock.nowMs()) ?? this.#book);
    audit.person(by, `alarm-${what}`, "done", { reason, alarm: id, ...facts });
    tell({ code: `alarm.${what}`, level: "info", text: `${by}: ${reason}`, facts: { by, alarm: id, ...facts } });
    return ok(ids);
  }

  /** `device.lost/unit-3` is one alarm, `device.lost` all of its kind, `all` every one. */
  #matching(id: string): readonly Alarm[] {
    return this.alarms.filter((alarm) => id === "all" || alarm.id === id || alarm.code === id);
  }

  #hasLasted(condition: AlarmCondition, nowMs: UtcMs): boolean {
    const id = alarmId(condition);
    const firstMs = this.#firstSeenMs.get(id) ?? nowMs;
    this.#firstSeenMs.set(id, firstMs);
    return nowMs - firstMs >= (onDelayMs[condition.code] ?? 0);
  }

  /** The disk is told of what changed; an alarm counts whether or not the disk takes it. */
  #become(book: AlarmBook): void {
    if (book === this.#book) return;
    this.#book = book;
    this.#options.store.put(alarmFact, alarmsToFact(book), () => {});
  }
}

/** What is so for a moment at every start is no alarm until it has lasted. */
const onDelayMs: Readonly<Record<string, number>> = {
  "sync.offline": 10_000,
  "meter-missing": 2_000,
  "plant-missing": 2_000,
  "loop.silent": 2_000,
};

/** Told as events when they begin, and held as conditions for as long as they last. */
const conditional = new Set(["device.lost", "device.identity-changed", "device.map-mismatch", "store.trouble"]);
