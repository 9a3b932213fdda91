import { type Interval, localDateOf, localDayAt } from "@penstock/protocol/time";
import { clamp, energyWh, type MonotonicMs, Ms, seconds, type UtcMs, Wh } from "@penstock/protocol/units";
import type { SiteImage, UnitImage } from "./image.ts";
import type { OwnerTerms } from "./site-control-config.ts";

/**
 * What the battery has been through, as its owner's terms count it. Plain data, kept on disk. It is counted from the
 * units' own lifetime counters, so a process that was away for an hour knows of that hour when it is back.
 */
export interface EnergyLedger {
  readonly takenMonotonicMs: MonotonicMs;
  /** The owner's day, 23 to 25 hours long, and its month, 1..12. */
  readonly day: Interval;
  readonly month: number;
  readonly dischargedTodayWh: Wh;
  readonly dischargedSinceRestWh: Wh;
  /** How long all units have been idle. */
  readonly restedMs: Ms;
  readonly counters: Readonly<Record<string, UnitCounter>>;
}

export interface UnitCounter {
  /** The last word of the unit's lifetime counter. */
  readonly lifetimeWh: Wh | undefined;
  /** Added up from its power since that word, where no newer one can be had. */
  readonly estimatedWh: Wh;
}

/** The ledger at this moment; the same object while less than a second has passed. */
export function advanceLedger(before: EnergyLedger | undefined, image: SiteImage, terms: OwnerTerms): EnergyLedger {
  if (before === undefined) return beginLedger(image, terms);
  const elapsedMs = image.monotonicMs - before.takenMonotonicMs;
  if (elapsedMs >= 0 && elapsedMs < everyMs) return before;
  // Over a pause only counters know; the last power says nothing about it.
  const countedMs = Ms(clamp(elapsedMs, 0, 2 * everyMs));
  const counters: Record<string, UnitCounter> = {};
  let movedWh = 0;
  let isIdle = true;
  for (const unit of image.units) {
    const counter = count(before.counters[unit.id], unit, countedMs);
    counters[unit.id] = counter.now;
    movedWh += counter.movedWh;
    isIdle &&= idle(unit);
  }
  // A wall clock that steps back does not begin a day again, and with it a budget.
  const isNewDay = image.nowMs >= before.day.endMs;
  const restedMs = Ms(isIdle ? before.restedMs + countedMs : 0);
  const isRested = terms.rest !== undefined && restedMs >= terms.rest.forMs;
  return {
    takenMonotonicMs: image.monotonicMs,
    ...(isNewDay ? dayOf(image.nowMs, terms) : { day: before.day, month: before.month }),
    dischargedTodayWh: Wh((isNewDay ? 0 : before.dischargedTodayWh) + movedWh),
    dischargedSinceRestWh: Wh(isRested ? 0 : before.dischargedSinceRestWh + movedWh),
    restedMs,
    counters,
  };
}

/** Often enough: a battery takes minutes to use up what a day allows. */
const everyMs = seconds(1);

function beginLedger(image: SiteImage, terms: OwnerTerms): EnergyLedger {
  const counters = image.units.map((unit) => [unit.id, count(undefined, unit, Ms(0)).now] as const);
  return {
    takenMonotonicMs: image.monotonicMs,
    ...dayOf(image.nowMs, terms),
    dischargedTodayWh: Wh(0),
    dischargedSinceRestWh: Wh(0),
    restedMs: Ms(0),
    counters: Object.fromEntries(counters),
  };
}

function dayOf(nowMs: UtcMs, { zone, dayStartsAt }: OwnerTerms): Pick<EnergyLedger, "day" | "month"> {
  const day = localDayAt(zone, nowMs, dayStartsAt);
  return { day, month: Number(localDateOf(zone, day.startMs).slice(5, 7)) };
}

/** A counter that went back was replaced: what it lost cannot be known. */
function count(before: UnitCounter | undefined, unit: UnitImage, elapsedMs: Ms): { now: UnitCounter; movedWh: number } {
  const { dischargedWh, powerW } = unit;
  const estimatedWh = before?.estimatedWh ?? 0;
  if (dischargedWh.quality === "good") {
    const countedWh = before?.lifetimeWh === undefined ? 0 : dischargedWh.value - before.lifetimeWh;
    const now = { lifetimeWh: dischargedWh.value, estimatedWh: Wh(0) };
    return { now, movedWh: Math.max(0, countedWh - estimatedWh) };
  }
  const movedWh = powerW.quality === "good" ? energyWh(Math.max(0, powerW.value), elapsedMs) : 0;
  return { now: { lifetimeWh: before?.lifetimeWh, estimatedWh: Wh(estimatedWh + movedWh) }, movedWh };
}

/** A hundredth of the nameplate is no work. A unit that cannot be read cannot be commanded either: it does not count. */
const idle = ({ powerW, rating }: UnitImage): boolean =>
  powerW.quality !== "good" || Math.abs(powerW.value) <= 0.01 * Math.max(rating.chargeWMax, rating.dischargeWMax);

/** Undefined when a fact on disk is not a ledger. */
export function ledgerFromFact(fact: unknown): EnergyLedger | undefined {
  if (!isRecord(fact) || !isRecord(fact["day"]) || !isRecord(fact["counters"])) return undefined;
  const { day, counters } = fact;
  const figures = [day["startMs"], day["endMs"]];
  for (const name of ["takenMonotonicMs", "month", "dischargedTodayWh", "dischargedSinceRestWh", "restedMs"]) {
    figures.push(fact[name]);
  }
  const areCounters = Object.values(counters).every(
    (counter) =>
      isRecord(counter) &&
      Number.isFinite(counter["estimatedWh"]) &&
      (counter["lifetimeWh"] === undefined || Number.isFinite(counter["lifetimeWh"])),
  );
  return figures.every(Number.isFinite) && areCounters ? (fact as unknown as EnergyLedger) : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
