import type { UtcMs } from "@penstock/protocol/units";
import type { CoreAlarm } from "../control/step-types.ts";
import type { EdgeEvent } from "./loop-types.ts";

/** The core names its alarms in every cycle they hold; people are told when one begins and when it is over. */
export class AlarmEdges {
  #active = new Map<string, CoreAlarm>();

  edges(lists: readonly (readonly CoreAlarm[])[], timeMs: UtcMs): readonly EdgeEvent[] {
    if (this.#active.size === 0 && lists.every((alarms) => alarms.length === 0)) return NONE;
    const now = new Map(lists.flat().map((alarm) => [alarm.code, alarm]));
    const events: EdgeEvent[] = [];
    for (const alarm of now.values()) {
      if (this.#active.has(alarm.code)) continue;
      events.push({ code: alarm.code, level: "alarm", text: alarm.text, timeMs, facts: { state: "begins" } });
    }
    for (const alarm of this.#active.values()) {
      if (now.has(alarm.code)) continue;
      events.push({ code: alarm.code, level: "info", text: alarm.text, timeMs, facts: { state: "over" } });
    }
    this.#active = now;
    return events;
  }
}

const NONE: readonly EdgeEvent[] = [];
