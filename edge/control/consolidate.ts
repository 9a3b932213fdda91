import type { MonotonicMs } from "@penstock/protocol/units";
import type { SiteImage, UnitImage } from "./image.ts";
import type { MinimumLoad } from "./site-control-config.ts";
import type { UnitRoom } from "./unit-room.ts";

/** Which units rest so that the others are worth their losses. Plain data. */
export interface Resting {
  /** In the order of the image. Empty: none rests. */
  readonly units: readonly boolean[];
  /** Since when too many have worked for too little. */
  readonly thinSinceMs: MonotonicMs | undefined;
}

export const nobodyRests: Resting = { units: [], thinSinceMs: undefined };

/**
 * An inverter that carries a few percent of its rating burns more than it carries. Where all would, some rest and
 * fewer carry the whole. Going to rest waits until it has been so for a while; waking is at once, in the cycle that
 * needs it. Between the two loads nothing changes, so a wish that wavers does not switch units on and off.
 */
export function consolidate(
  targetW: number,
  image: SiteImage,
  room: UnitRoom,
  before: Resting,
  terms: MinimumLoad | undefined,
): Resting {
  if (terms === undefined || targetW === 0) return before;
  const crew = new Crew(targetW, image, room, before);
  const { restBelow, resumeAbove, settleMs } = terms;
  while (crew.isTooSmall || crew.loadWithOneMore >= resumeAbove) if (!crew.wake()) break;
  const isThin = crew.load < restBelow && crew.working > 1;
  const thinSinceMs = isThin ? (before.thinSinceMs ?? image.monotonicMs) : undefined;
  const isSettled = thinSinceMs !== undefined && image.monotonicMs - thinSinceMs >= settleMs;
  if (isSettled) while (crew.load < restBelow && crew.rest());
  if (crew.hasChanged || crew.relieve()) return { units: crew.resting, thinSinceMs: undefined };
  return thinSinceMs === before.thinSinceMs ? before : { units: before.units, thinSinceMs };
}

/** Charge apart by this much, the unit that rests and the one that works change places. */
const reliefSoc = 0.05;

/** The units that can work this way now, and which of them do. */
class Crew {
  readonly resting: boolean[];
  hasChanged = false;
  working = 0;
  readonly #units: readonly UnitImage[];
  readonly #roomW: Float64Array;
  readonly #targetW: number;
  readonly #isDischarging: boolean;
  #ratedW = 0;
  #sumW = 0;

  constructor(targetW: number, { units }: SiteImage, room: UnitRoom, before: Resting) {
    this.#units = units;
    this.#isDischarging = targetW > 0;
    this.#targetW = Math.abs(targetW);
    this.#roomW = this.#isDischarging ? room.powerWMax : room.powerWMin;
    this.resting = units.map((_, index) => before.units[index] === true);
    for (let index = 0; index < units.length; index++) if (!this.resting[index]) this.#count(index, 1);
  }

  get load(): number {
    return this.#ratedW > 0 ? this.#targetW / this.#ratedW : Number.POSITIVE_INFINITY;
  }

  get isTooSmall(): boolean {
    return this.#targetW > this.#sumW;
  }

  get loadWithOneMore(): number {
    const next = this.#best(true);
    return next === undefined ? 0 : this.#targetW / (this.#ratedW + this.#ratingW(next));
  }

  wake(): boolean {
    return this.#change(this.#best(true), false);
  }

  /** Never so many that those who are left could not do it, and never the last. */
  rest(): boolean {
    const worst = this.#best(false);
    if (worst === undefined || this.working <= 1 || this.#sumW - this.#roomOf(worst) < this.#targetW) return false;
    return this.#change(worst, true);
  }

  /** Who has worked long gives way to who has rested. */
  relieve(): boolean {
    const fresh = this.#best(true);
    const tired = this.#best(false);
    if (fresh === undefined || tired === undefined) return false;
    if (this.#fitness(fresh) - this.#fitness(tired) < reliefSoc) return false;
    if (this.#sumW - this.#roomOf(tired) + this.#roomOf(fresh) < this.#targetW) return false;
    return this.#change(fresh, false) && this.#change(tired, true);
  }

  #change(index: number | undefined, toRest: boolean): boolean {
    if (index === undefined) return false;
    this.resting[index] = toRest;
    this.#count(index, toRest ? -1 : 1);
    this.hasChanged = true;
    return true;
  }

  #count(index: number, sign: 1 | -1): void {
    const roomW = this.#roomOf(index);
    if (roomW === 0) return;
    this.working += sign;
    this.#sumW += sign * roomW;
    this.#ratedW += sign * this.#ratingW(index);
  }

  /** Of those at rest the fittest to wake; of those at work the least fit. Of units alike the first wakes and the last rests. */
  #best(atRest: boolean): number | undefined {
    let found: number | undefined;
    for (let index = 0; index < this.#units.length; index++) {
      if (this.resting[index] !== atRest || this.#roomOf(index) === 0) continue;
      if (found === undefined) found = index;
      else if (atRest ? this.#fitness(index) > this.#fitness(found) : this.#fitness(index) <= this.#fitness(found)) {
        found = index;
      }
    }
    return found;
  }

  /** The fuller discharges, the emptier charges. */
  #fitness(index: number): number {
    const soc = this.#units[index]?.soc;
    const value = soc?.quality === "good" ? soc.value : 0.5;
    return this.#isDischarging ? value : -value;
  }

  #roomOf(index: number): number {
    return Math.abs(this.#roomW[index] ?? 0);
  }

  #ratingW(index: number): number {
    const rating = this.#units[index]?.rating;
    return (this.#isDischarging ? rating?.dischargeWMax : rating?.chargeWMax) ?? 0;
  }
}
