import type { AgentView } from "../agent/site-report.ts";
import type { AlarmCondition } from "./alarm.ts";

/** What somebody should look at, at this moment: the core's own alarms, devices, disk, link and clock. */
export function siteConditions(view: Omit<AgentView, "alarms" | "isAlarmFlood">): readonly AlarmCondition[] {
  const { site, sync, isStoring, isClockTrusted } = view;
  const ofSite = (code: string, text: string): AlarmCondition => ({ code, device: null, text });
  const conditions: AlarmCondition[] = [];
  if (site === undefined) conditions.push(ofSite("loop.silent", "the control loop has not reported yet"));
  else if (view.nowMs - site.timeMs > statusAgeMsMax) {
    const seconds = Math.round((view.nowMs - site.timeMs) / 1_000);
    // One text for the whole silence: words that change each second would be news each second.
    conditions.push(ofSite("loop.silent", `the control loop has been silent for more than ${Math.min(seconds, 5)} s`));
  }
  for (const { code, text } of site?.explanation.alarms ?? []) conditions.push(ofSite(code, text));
  for (const { id, state, lastError } of site?.devices ?? []) {
    if (state !== "lost" && state !== "mismatch") continue;
    const because = lastError === undefined ? "" : `: ${lastError.split(" ")[0]}`;
    conditions.push({ code: `device.${state}`, device: id, text: `${id} is ${state}${because}` });
  }
  if (view.config?.pending != null) {
    conditions.push(ofSite("config.pending", "a new configuration waits to be confirmed: sitectl config confirm"));
  }
  if (!isStoring) conditions.push(ofSite("store.unavailable", "records cannot be stored; leases are refused"));
  if (sync !== undefined && sync.state !== "online") {
    conditions.push(ofSite("sync.offline", `not connected to the cloud (${sync.state})`));
  }
  if (isClockTrusted === false)
    conditions.push(ofSite("clock.not-trusted", "the wall clock jumped a moment ago, or is behind the newest lease"));
  return conditions;
}

/** A loop that reports once a second and has not for this long does not control. */
const statusAgeMsMax = 5_000;
