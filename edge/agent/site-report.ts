import { type Alarm, type AlarmState, stateOf } from "../alarms/alarm.ts";
import type { ConfigStatus } from "../config/config-report.ts";
import type { Reading } from "../control/image.ts";
import type { Grant, Latches } from "../control/step-types.ts";
import { PRIORITIES } from "../explanations/index.ts";
import type { EdgeEvent, SiteStatus } from "../loop/loop-types.ts";
import type { StoreStats } from "../store/edge-store.ts";
import type { SyncStatus } from "../sync/sync.ts";
import { latchesToFact } from "./latches-fact.ts";

/** Everything the agent knows, to be put into words. */
export interface AgentView {
  readonly siteId: string;
  readonly monotonicMs: number;
  readonly nowMs: number;
  /** Undefined until the loop has spoken. */
  readonly site: SiteStatus | undefined;
  readonly latches: Latches;
  readonly grants: readonly Grant[];
  readonly sync: SyncStatus | undefined;
  /** Undefined where the site has only the configuration it was made with. */
  readonly config: ConfigStatus | undefined;
  readonly isStoring: boolean;
  readonly heldRecords: number;
  /** Undefined where nobody asks: a site without a cloud takes no leases. */
  readonly isClockTrusted: boolean | undefined;
  readonly alarms: readonly Alarm[];
  readonly isAlarmFlood: boolean;
  /** How many requests wait for a second person. */
  readonly approvalsWaiting: number;
}

/** What `sitectl` prints. `version` moves when a field changes its meaning or goes; fields may be added. */
const version = 1;

/** One screen of truth. Powers in W, + out; null where it is not known. */
export function statusReport(view: AgentView, store: StoreStats | undefined) {
  const { site } = view;
  const explanation = site?.explanation;
  return {
    version,
    site: view.siteId,
    timeMs: view.nowMs,
    statusAgeMs: site === undefined ? null : Math.max(0, view.nowMs - site.timeMs),
    gridPowerW: known(site?.image.meter.powerW),
    batteryPowerW: sum(site?.image.units.map((unit) => known(unit.powerW))),
    frequencyHz: known(site?.image.meter.frequencyHz),
    soc: meanSoc(site),
    wishW: explanation?.wishW ?? null,
    targetW: explanation?.targetW ?? null,
    source: explanation?.source ?? null,
    because: explanation?.because.filter(({ movedW }) => movedW !== 0).map(({ limit }) => limit) ?? [],
    units: (site?.image.units ?? []).map((unit) => ({
      id: unit.id,
      powerW: known(unit.powerW),
      soc: known(unit.soc),
      state: known(unit.state),
      temperatureC: known(unit.temperatureC),
      quality: unit.powerW.quality,
    })),
    latches: latchesToFact(view.latches),
    lease: leaseReport(view).followed,
    loop: site?.loop ?? null,
    devices: site?.devices ?? [],
    link: view.sync ?? null,
    config: view.config ?? null,
    store: { storing: view.isStoring, heldRecords: view.heldRecords, ...(store ?? {}) },
    alarms: alarmsReport(view).alarms,
    approvalsWaiting: view.approvalsWaiting,
  };
}

/** The chain of the last cycle: wish, limits in order of authority, ramp, units. */
export function whyReport(view: AgentView) {
  const explanation = view.site?.explanation;
  return {
    version,
    site: view.siteId,
    timeMs: view.site?.timeMs ?? null,
    source: explanation?.source ?? null,
    leaseId: explanation?.leaseId ?? null,
    wishW: explanation?.wishW ?? null,
    wishText: explanation?.wishText ?? null,
    services: explanation?.services ?? [],
    reactive: explanation?.reactive ?? [],
    limits: (explanation?.because ?? []).map(({ limit, interval, movedW, text }) => ({
      limit,
      powerWMin: finite(interval.powerWMin),
      powerWMax: finite(interval.powerWMax),
      movedW,
      text,
    })),
    powerWMin: finite(explanation?.interval.powerWMin),
    powerWMax: finite(explanation?.interval.powerWMax),
    clampedW: explanation?.clampedW ?? null,
    targetW: explanation?.targetW ?? null,
    /** Measured, in sum; `units` are those that could not take their share. */
    batteryPowerW: sum(view.site?.image.units.map((unit) => known(unit.powerW))),
    unitsTotal: view.site?.image.units.length ?? 0,
    units: explanation?.units ?? [],
    alarms: explanation?.alarms ?? [],
  };
}

export function leaseReport(view: AgentView) {
  const followed = view.site?.explanation.leaseId;
  const leases = view.grants.map((grant) => ({
    id: grant.leaseId,
    sequence: grant.sequence,
    kind: grant.kind,
    priority: grant.priority,
    powerW: grant.powerW,
    reason: grant.reason,
    endsInMs: Math.round(grant.expiresMonotonicMs - view.monotonicMs),
    onExpire: grant.onExpire.action,
    followed: grant.leaseId === followed,
  }));
  return { version, site: view.siteId, leases, followed: leases.find((lease) => lease.followed) ?? null };
}

/** What somebody should look at: alarms that are so, those that are over and unseen, those put aside. */
export function alarmsReport({ siteId, nowMs, alarms, isAlarmFlood }: AgentView) {
  const inOrder = alarms.toSorted(
    (one, other) =>
      PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority) || one.raisedMs - other.raisedMs,
  );
  const inState = (...states: readonly AlarmState[]) =>
    inOrder.map((alarm) => ({ ...alarm, state: stateOf(alarm) })).filter(({ state }) => states.includes(state));
  return {
    version,
    site: siteId,
    timeMs: nowMs,
    flood: isAlarmFlood,
    alarms: inState("unacked", "acked"),
    returned: inState("returned"),
    shelved: inState("shelved"),
  };
}

export const eventsReport = (siteId: string, events: readonly EdgeEvent[]) => ({ version, site: siteId, events });

export type StatusReport = ReturnType<typeof statusReport>;
export type WhyReport = ReturnType<typeof whyReport>;
export type LeaseReport = ReturnType<typeof leaseReport>;
export type AlarmsReport = ReturnType<typeof alarmsReport>;
export type EventsReport = ReturnType<typeof eventsReport>;

const known = <T>(reading: Reading<T> | undefined): T | null =>
  reading === undefined || reading.quality === "missing" ? null : reading.value;

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** Of what is known; null when nothing is. */
function sum(values: readonly (number | null)[] | undefined): number | null {
  const known = (values ?? []).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

function meanSoc(site: SiteStatus | undefined): number | null {
  let energyWh = 0;
  let capacityWh = 0;
  for (const { soc, rating } of site?.image.units ?? []) {
    if (soc.quality === "missing") continue;
    energyWh += soc.value * rating.capacityWh;
    capacityWh += rating.capacityWh;
  }
  return capacityWh === 0 ? null : energyWh / capacityWh;
}
