import {
  ALARM_PRIORITIES,
  type AlarmDocument,
  FLEET_VERSION,
  type RecordCounts,
  SITE_STATES,
  type SiteDocument,
  type SummaryDocument,
} from "@penstock/protocol/fleet";
import type { UtcMs, W, Wh } from "@penstock/protocol/units";

/** The fleet in one glance, from the documents that are shown beside it, so that the two never differ. */
export function summarise(
  sites: readonly SiteDocument[],
  alarms: readonly AlarmDocument[],
  records: RecordCounts,
  atMs: UtcMs,
): SummaryDocument {
  const online = sites.filter((site) => site.online);
  const awarded = online.filter((site) => site.awardPowerW !== null);
  const sum = (of: readonly SiteDocument[], read: (site: SiteDocument) => number | null): number =>
    of.reduce((total, site) => total + (read(site) ?? 0), 0);
  return {
    version: FLEET_VERSION,
    atMs,
    sitesTotal: sites.length,
    sitesOnline: online.length,
    sitesByState: countBy(SITE_STATES, sites, (site) => site.state),
    gridPowerW: sum(online, (site) => site.gridPowerW) as W,
    batteryPowerW: sum(online, (site) => site.batteryPowerW) as W,
    awardPowerW: awarded.length === 0 ? null : (sum(awarded, (site) => site.awardPowerW) as W),
    awardedBatteryPowerW: awarded.length === 0 ? null : (sum(awarded, (site) => site.batteryPowerW) as W),
    energyWh: sum(online, (site) => (site.soc ?? 0) * (site.capacityWh ?? 0)) as Wh,
    capacityWh: sum(online, (site) => site.capacityWh) as Wh,
    unitsAvailable: sum(online, (site) => site.unitsAvailable),
    unitsTotal: sum(sites, (site) => site.unitsTotal),
    openAlarms: countBy(ALARM_PRIORITIES, alarms, (alarm) => alarm.priority),
    dataAgeMsMax: online.reduce<number | null>(
      (oldest, { receivedAtMs }) => (receivedAtMs === null ? oldest : Math.max(oldest ?? 0, atMs - receivedAtMs)),
      null,
    ),
    records,
  };
}

function countBy<K extends string, T>(
  keys: readonly K[],
  items: readonly T[],
  keyOf: (item: T) => K,
): Record<K, number> {
  const counts = Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
  for (const item of items) counts[keyOf(item)] += 1;
  return counts;
}
