import { ALARM_PRIORITIES, type AlarmDocument, type AlarmPriority, FLEET_VERSION } from "@penstock/protocol/fleet";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import { alarmKind } from "./alarm-catalogue.ts";

export interface RaisedAlarm {
  readonly code: string;
  readonly text: string;
  readonly siteId: string | null;
  readonly device?: string;
  /** Tells alarms of one code and place apart. */
  readonly subject?: string;
  /** When it began, if that is known better than now. */
  readonly sinceMs?: UtcMs;
  /** Closes by itself after this long unless it is raised again. Absent: it stands until it is cleared. */
  readonly standsMs?: Ms;
  /** Nobody is told before it has stood this long: what rights itself needs nobody. */
  readonly delayMs?: Ms;
}

/**
 * The open alarms of the fleet. The same cause at the same place is one alarm however often it is raised. A lost
 * link explains everything behind it: those alarms are kept but counted at it instead of listed.
 */
export class Alarms {
  readonly #open = new Map<string, OpenAlarm>();

  raise(raised: RaisedAlarm, nowMs: UtcMs): void {
    const id = idOf(raised);
    const held = this.#open.get(id);
    const { standsMs, delayMs = 0 } = raised;
    this.#open.set(id, {
      raised,
      sinceMs: held?.sinceMs ?? raised.sinceMs ?? nowMs,
      listedFromMs: held?.listedFromMs ?? nowMs + delayMs,
      closesMs: standsMs === undefined ? undefined : nowMs + standsMs,
      count: (held?.count ?? 0) + 1,
    });
    if (this.#open.size > alarmsMax) this.#dropOne();
  }

  clear(place: Pick<RaisedAlarm, "code" | "siteId" | "device" | "subject">): void {
    this.#open.delete(idOf(place));
  }

  /** Clears what a condition no longer holds for. */
  clearWhere(isOver: (raised: RaisedAlarm) => boolean): void {
    for (const [id, { raised }] of this.#open) if (isOver(raised)) this.#open.delete(id);
  }

  /** What people should see, most pressing and oldest first. */
  list(nowMs: UtcMs): readonly AlarmDocument[] {
    const standing: [string, OpenAlarm][] = [];
    for (const [id, alarm] of this.#open) {
      if (alarm.closesMs !== undefined && nowMs >= alarm.closesMs) this.#open.delete(id);
      else if (nowMs >= alarm.listedFromMs) standing.push([id, alarm]);
    }
    const causes = standing.filter(([, { raised }]) => raised.code in hides);
    const causeOf = ([id, { raised }]: [string, OpenAlarm]): string | undefined =>
      causes.find(([causeId, cause]) => causeId !== id && hides[cause.raised.code]?.(cause.raised, raised))?.[0];
    const hidden = new Map<string, number>();
    const listed = standing.filter((alarm) => {
      const cause = causeOf(alarm);
      if (cause !== undefined) hidden.set(cause, (hidden.get(cause) ?? 0) + 1);
      return cause === undefined;
    });
    return listed.map(([id, alarm]) => document(id, alarm, hidden.get(id) ?? 0)).sort(byUrgency);
  }

  /** A flood keeps what matters most and is newest. */
  #dropOne(): void {
    const last = [...this.#open].sort(([, a], [, b]) => rank(b.raised) - rank(a.raised) || a.sinceMs - b.sinceMs)[0];
    if (last !== undefined) this.#open.delete(last[0]);
  }
}

interface OpenAlarm {
  readonly raised: RaisedAlarm;
  readonly sinceMs: UtcMs;
  readonly listedFromMs: number;
  readonly closesMs: number | undefined;
  readonly count: number;
}

const alarmsMax = 5_000;

/** Which alarms a cause explains. */
const hides: Readonly<Record<string, (cause: RaisedAlarm, other: RaisedAlarm) => boolean>> = {
  "cloud.link-lost": (_cause, other) => other.siteId !== null,
  "site.link-lost": (cause, other) => other.siteId === cause.siteId && other.code !== "cloud.link-lost",
};

const idOf = ({ code, siteId, device, subject }: Pick<RaisedAlarm, "code" | "siteId" | "device" | "subject">): string =>
  [siteId ?? "cloud", device, subject, code].filter((part) => part !== undefined).join("/");

function document(id: string, { raised, sinceMs, count }: OpenAlarm, hiddenCount: number): AlarmDocument {
  const { code, text, siteId, device } = raised;
  return {
    version: FLEET_VERSION,
    id,
    siteId,
    device: device ?? null,
    code,
    ...alarmKind(code),
    text,
    sinceMs,
    count,
    hides: hiddenCount,
  };
}

const rank = ({ code }: { readonly code: string }): number => rankOf(alarmKind(code).priority);
const rankOf = (priority: AlarmPriority): number => ALARM_PRIORITIES.indexOf(priority);

const byUrgency = (a: AlarmDocument, b: AlarmDocument): number =>
  rankOf(a.priority) - rankOf(b.priority) || a.sinceMs - b.sinceMs || a.id.localeCompare(b.id);
