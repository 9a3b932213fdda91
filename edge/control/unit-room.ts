import { allocate } from "./allocate.ts";
import type { SiteImage } from "./image.ts";
import { rowsFor } from "./kept-rows.ts";
import type { LimitContext, UnitGroup, UnitLimit } from "./limits/limit.ts";
import { meanStateOfCharge, tilt } from "./tilt.ts";

/**
 * What each unit may do this cycle, narrowed limit by limit. The arrays belong to one cycle at a time and are
 * used again by the next, so that a site of 200 units makes no garbage here.
 */
export class UnitRoom {
  length = 0;
  powerWMin: Float64Array;
  powerWMax: Float64Array;
  /** Which unit limit drew the bound last, by its place on the shelf. */
  minDrawnBy: Uint8Array;
  maxDrawnBy: Uint8Array;
  sumWMin = 0;
  sumWMax = 0;

  constructor(capacity = 16) {
    this.powerWMin = new Float64Array(capacity);
    this.powerWMax = new Float64Array(capacity);
    this.minDrawnBy = new Uint8Array(capacity);
    this.maxDrawnBy = new Uint8Array(capacity);
  }

  /** Opens every unit to its nameplate. */
  reset({ units }: SiteImage): void {
    if (units.length > this.powerWMin.length) {
      this.powerWMin = new Float64Array(2 * units.length);
      this.powerWMax = new Float64Array(2 * units.length);
      this.minDrawnBy = new Uint8Array(2 * units.length);
      this.maxDrawnBy = new Uint8Array(2 * units.length);
    }
    this.length = units.length;
    for (let index = 0; index < units.length; index++) {
      const unit = units[index];
      if (unit === undefined) continue;
      this.powerWMin[index] = -unit.rating.chargeWMax;
      this.powerWMax[index] = unit.rating.dischargeWMax;
      this.minDrawnBy[index] = 0;
      this.maxDrawnBy[index] = 0;
    }
  }

  /** Narrows every unit by one limit and adds up what is left. Bounds are whole watts, rounded towards 0. */
  narrow(limit: UnitLimit, place: number, image: SiteImage, context: LimitContext): void {
    const { powerWMin, powerWMax, length } = this;
    let sumWMin = 0;
    let sumWMax = 0;
    for (let index = 0; index < length; index++) {
      const unit = image.units[index];
      let min = powerWMin[index] ?? 0;
      let max = powerWMax[index] ?? 0;
      const interval = unit === undefined ? undefined : limit.interval(unit, context, index);
      if (interval !== undefined && interval.powerWMin > min) {
        min = interval.powerWMin;
        this.minDrawnBy[index] = place;
      }
      if (interval !== undefined && interval.powerWMax < max) {
        max = interval.powerWMax;
        this.maxDrawnBy[index] = place;
      }
      min = Math.ceil(min) + 0; // Never −0.
      max = Math.floor(max);
      powerWMin[index] = min;
      powerWMax[index] = max;
      sumWMin += min;
      sumWMax += max;
    }
    this.sumWMin = sumWMin;
    this.sumWMax = sumWMax;
    for (const group of limit.groups?.(image, context) ?? none) {
      this.sumWMin += this.#share(group, Math.ceil(group.powerWMin) + 0, powerWMin, this.minDrawnBy, place, image);
      this.sumWMax += this.#share(group, Math.floor(group.powerWMax), powerWMax, this.maxDrawnBy, place, image);
    }
  }

  /** Where units may do less together than each could alone, the room is shared out as power would be. By how much the sum changed. */
  #share(
    { places }: UnitGroup,
    boundW: number,
    room: Float64Array,
    drawnBy: Uint8Array,
    limit: number,
    { units }: SiteImage,
  ): number {
    let sumW = 0;
    for (const place of places) sumW += units[place] === undefined ? 0 : (room[place] ?? 0);
    if (Math.abs(sumW) <= Math.abs(boundW)) return 0;
    const rows = rowsFor(places.length);
    const soc = meanStateOfCharge(units);
    for (let row = 0; row < places.length; row++) {
      const unit = units[places[row] ?? -1];
      const roomW = unit === undefined ? 0 : (room[places[row] ?? -1] ?? 0);
      rows.min[row] = Math.min(0, roomW);
      rows.max[row] = Math.max(0, roomW);
      rows.weight[row] = unit === undefined ? 0 : Math.abs(roomW) * tilt(unit, soc, sumW > 0);
    }
    const sharedW = allocate(boundW, places.length, rows);
    for (let row = 0; row < places.length; row++) {
      const place = places[row] ?? -1;
      if (units[place] === undefined) continue;
      const shareW = rows.share[row] ?? 0;
      if (shareW !== room[place]) drawnBy[place] = limit;
      room[place] = shareW;
    }
    return sharedW - sumW;
  }
}

const none: readonly UnitGroup[] = [];
