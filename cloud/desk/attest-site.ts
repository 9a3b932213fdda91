import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { clamp, type Ms, type UtcMs, type W, type Wh } from "@penstock/protocol/units";
import type { SiteEntry } from "../config/cloud-config.ts";
import type { SiteCapability } from "../strategies/strategy.ts";
import type { SiteReading } from "./site-reading.ts";

/** A site that may be bid: what a strategy plans with, and what the site itself says it can do right now. */
export interface AttestedSite {
  /** For planning: sizes of the whole battery, state of charge expected at the start of the interval. */
  readonly capability: SiteCapability;
  /** Sizes the site attests at this moment; a bid never exceeds them, whatever was planned. */
  readonly chargeWMaxNow: W;
  readonly dischargeWMaxNow: W;
  readonly measuredSoc: number;
  readonly measuredAtMs: UtcMs;
  readonly ageMs: Ms;
  /** Of its grid-relevant settings: what it tells, and what was attested. */
  readonly capabilityHash: string;
  readonly attestedHash: string;
}

export interface AttestationMoment {
  /** Wall time now. */
  readonly nowMs: UtcMs;
  readonly ageMsMax: Ms;
  /** Market time between the reading and the start of the interval: energy moves in market time. */
  readonly untilStartMs: Ms;
  /** The settings that were attested; undefined when none ever were. */
  readonly attestedHash: string | undefined;
}

export interface NotAttested extends CodedError {
  readonly code:
    | "desk.site-offline"
    | "desk.site-silent"
    | "desk.site-stale"
    | "desk.site-clock"
    | "desk.site-unknown"
    | "desk.capability-unknown"
    | "desk.capability-changed"
    | "desk.gate-shut";
  readonly siteId: string;
}

/**
 * Decides whether a site can be bid. It fails closed: silence, age, a clock that runs ahead of ours, one missing
 * value or settings nobody attested leave the site out, with the reason.
 */
export function attestSite(
  entry: SiteEntry,
  reading: SiteReading,
  moment: AttestationMoment,
): Result<AttestedSite, NotAttested> {
  const { siteId } = entry;
  const refuse = (code: NotAttested["code"], facts: object = {}) => fail<NotAttested>({ code, siteId, ...facts });
  if (!reading.online) return refuse("desk.site-offline");
  if (reading.measuredAtMs === undefined) return refuse("desk.site-silent");
  const ageMs = (moment.nowMs - reading.measuredAtMs) as Ms;
  if (ageMs > moment.ageMsMax) return refuse("desk.site-stale", { ageMs, ageMsMax: moment.ageMsMax });
  if (-ageMs > moment.ageMsMax) return refuse("desk.site-clock", { aheadMs: -ageMs });
  const { capabilityHash } = reading;
  const { attestedHash } = moment;
  if (capabilityHash === undefined || attestedHash === undefined) return refuse("desk.capability-unknown");
  if (capabilityHash !== attestedHash) {
    return refuse("desk.capability-changed", { toldHash: capabilityHash, attestedHash });
  }
  const { soc, powerWMaxCharge, powerWMaxDischarge, batteryPowerW } = reading;
  if (!isFraction(soc)) return refuse("desk.site-unknown", { missing: "state of charge" });
  if (!isSize(powerWMaxCharge)) return refuse("desk.site-unknown", { missing: "charge capability" });
  if (!isSize(powerWMaxDischarge)) return refuse("desk.site-unknown", { missing: "discharge capability" });
  if (batteryPowerW === undefined || !Number.isFinite(batteryPowerW)) {
    return refuse("desk.site-unknown", { missing: "battery power" });
  }

  const { capacityWh } = reading;
  if (!isSize(capacityWh)) return refuse("desk.site-unknown", { missing: "usable capacity" });
  if (capacityWh === 0) return refuse("desk.site-unknown", { missing: "available units" });
  // Fewer units run than the site has: plan with their share of the power, not with a moment's taper near full.
  const share = Math.min(1, capacityWh / entry.capacityWh);
  return ok({
    capability: {
      siteId,
      available: true,
      soc: socAfter(soc, batteryPowerW, moment.untilStartMs, capacityWh, entry.efficiencyOneWay),
      socMin: entry.socMin,
      socMax: entry.socMax,
      capacityWh,
      powerWMaxCharge: Math.floor(entry.powerWMaxCharge * share) as W,
      powerWMaxDischarge: Math.floor(entry.powerWMaxDischarge * share) as W,
      efficiencyOneWay: entry.efficiencyOneWay,
      costPerMWh: entry.costPerMWh,
    },
    chargeWMaxNow: powerWMaxCharge,
    dischargeWMaxNow: powerWMaxDischarge,
    measuredSoc: soc,
    measuredAtMs: reading.measuredAtMs,
    ageMs: Math.max(0, ageMs) as Ms,
    capabilityHash,
    attestedHash,
  });
}

/** Where the state of charge will be when the present power goes on for `durationMs` of market time. */
export function socAfter(
  soc: number,
  powerW: number,
  durationMs: number,
  capacityWh: Wh,
  efficiencyOneWay: number,
): number {
  const meterWh = (powerW * Math.max(0, durationMs)) / 3_600_000;
  const storedWh = meterWh > 0 ? meterWh / efficiencyOneWay : meterWh * efficiencyOneWay;
  return clamp(soc - storedWh / capacityWh, 0, 1);
}

const isFraction = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 1;
const isSize = <T extends number>(value: T | undefined): value is T =>
  value !== undefined && Number.isFinite(value) && value >= 0;
