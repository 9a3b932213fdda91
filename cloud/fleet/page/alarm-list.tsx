import { ALARM_PRIORITIES, type AlarmDocument, type SummaryDocument } from "@penstock/protocol/fleet";
import { age } from "./format.ts";

const listedMax = 5;

/** Shown only when there is one: what is wrong, where, since when, and what to do. */
export function AlarmList({ alarms, nowMs }: { readonly alarms: readonly AlarmDocument[]; readonly nowMs: number }) {
  const listed = alarms.slice(0, listedMax);
  return (
    <section class="panel alarms" aria-label="Open alarms">
      <ul>
        {listed.map((alarm) => (
          <li key={alarm.id} class={`alarm alarm-${alarm.priority}`}>
            <span class="alarm-priority">{alarm.priority}</span>
            <span class="alarm-place">
              {[alarm.siteId ?? "cloud", alarm.device].filter((part) => part !== null).join(" / ")}
            </span>
            <span class="alarm-text">
              {alarm.text}
              {alarm.hides > 0 && <span class="tag">explains {alarm.hides} more</span>}
              {alarm.count > 1 && <span class="tag">{alarm.count} times</span>}
              {alarm.action !== null && <em>{alarm.action}</em>}
            </span>
            <span class="alarm-age">{age(nowMs - alarm.sinceMs)}</span>
          </li>
        ))}
      </ul>
      {alarms.length > listedMax && <p class="more">and {alarms.length - listedMax} more: fleetctl alarms</p>}
    </section>
  );
}

/** `1 high, 2 medium`. Changes only when the counts do, so that it can be spoken. */
export function alarmWords(openAlarms: SummaryDocument["openAlarms"]): string {
  const counts = ALARM_PRIORITIES.filter((priority) => openAlarms[priority] > 0);
  if (counts.length === 0) return "Nothing needs you";
  return counts.map((priority) => `${openAlarms[priority]} ${priority}`).join(", ");
}
