import { clamp, W } from "@penstock/protocol/units";
import type { PowerInterval, SiteImage } from "./image.ts";
import { between, meets, narrow, unbounded } from "./interval.ts";
import type { LimitContext, Rank, SiteLimit, UnitLimit } from "./limits/limit.ts";
import { Reason } from "./reason.ts";
import type { Because, CoreAlarm } from "./step-types.ts";
import type { UnitRoom } from "./unit-room.ts";
import { inWords } from "./words.ts";

export interface Shelf {
  readonly unitLimits: readonly UnitLimit[];
  readonly siteLimits: readonly SiteLimit[];
}

export interface ClampedWish {
  readonly clampedW: W;
  /** All limits together. */
  readonly interval: PowerInterval;
  /** Without those that only bind the baseline: what the whole may do, services included. */
  readonly whole: PowerInterval;
  /** Only those that apply at once, whatever the ramp. */
  readonly atOnce: PowerInterval;
  readonly because: readonly Because[];
  readonly alarms: readonly CoreAlarm[];
}

/**
 * Intersects the limits rank by rank and clamps the wish after each, so that every limit is told apart by how far it
 * moved the target. Within a rank their order does not matter. Where a rank does not meet what stronger ones left,
 * theirs stays, reduced to its point nearest the weaker one, and `limit-conflict` is raised: never silently 0.
 */
export function clampWish(
  wishW: W,
  shelf: Shelf,
  image: SiteImage,
  context: LimitContext,
  room: UnitRoom,
): ClampedWish {
  const because: Because[] = [];
  const alarms: CoreAlarm[] = [];
  let clampedW: number = wishW;
  const account = (limit: UnitLimit | SiteLimit, own: PowerInterval, left: PowerInterval) => {
    const nowW = clamp(clampedW, left.powerWMin, left.powerWMax);
    if (nowW === clampedW) return;
    because.push(new Reason(limit, own, nowW - clampedW, image, context));
    clampedW = nowW;
  };

  const units = openUnits(shelf.unitLimits, image, context, room, account);
  const all = new Ranks(units);
  const whole = context.config.services === undefined ? all : new Ranks(units);
  const atOnce = new Ranks(units);
  for (const limit of shelf.siteLimits) {
    const own = limit.interval(image, context);
    if (own === undefined) continue;
    if (limit.yields === undefined && !meets(all.left, own)) alarms.push(conflict(limit, own, all.left));
    all.narrow(limit.rank, own);
    if (whole !== all && limit.bindsBaselineOnly === undefined) whole.narrow(limit.rank, own);
    // One that stronger limits leave nothing has lost: it must not push past them while they are still approached.
    if (own.pace === "at-once" && meets(all.stronger, own)) atOnce.narrow(limit.rank, own);
    account(limit, own, all.left);
  }
  return { clampedW: W(clampedW), interval: all.left, whole: whole.left, atOnce: atOnce.left, because, alarms };
}

/** What the units can do in sum, unit limit by unit limit. No bound at all where the shelf has none. */
function openUnits(
  limits: readonly UnitLimit[],
  image: SiteImage,
  context: LimitContext,
  room: UnitRoom,
  account: (limit: UnitLimit, own: PowerInterval, left: PowerInterval) => void,
): PowerInterval {
  let left = unbounded;
  room.reset(image);
  for (let place = 0; place < limits.length; place++) {
    const limit = limits[place];
    if (limit === undefined) continue;
    const { sumWMin, sumWMax } = room;
    room.narrow(limit, place, image, context);
    if (place > 0 && room.sumWMin === sumWMin && room.sumWMax === sumWMax) continue;
    left = { powerWMin: W(room.sumWMin), powerWMax: W(room.sumWMax) };
    account(limit, left, left);
  }
  return left;
}

/** Narrows an interval by ranks of limits, the stronger first. */
class Ranks {
  left: PowerInterval;
  /** What the ranks above the last one left. */
  stronger: PowerInterval;
  #rank: Rank | undefined;
  #rankWMin = Number.NEGATIVE_INFINITY;
  #rankWMax = Number.POSITIVE_INFINITY;

  constructor(strongest: PowerInterval) {
    this.left = strongest;
    this.stronger = strongest;
  }

  narrow(rank: Rank, { powerWMin, powerWMax }: PowerInterval): void {
    if (rank !== this.#rank) {
      this.#rank = rank;
      this.stronger = this.left;
      this.#rankWMin = Number.NEGATIVE_INFINITY;
      this.#rankWMax = Number.POSITIVE_INFINITY;
    }
    this.#rankWMin = Math.max(this.#rankWMin, powerWMin);
    this.#rankWMax = Math.min(this.#rankWMax, powerWMax);
    this.left = narrow(this.stronger, between(this.#rankWMin, this.#rankWMax));
  }
}

const conflict = (limit: SiteLimit, own: PowerInterval, stronger: PowerInterval): CoreAlarm => ({
  code: "limit-conflict",
  text:
    `${limit.name} asks for ${inWords(own.powerWMin)} to ${inWords(own.powerWMax)}, ` +
    `stronger limits allow only ${inWords(stronger.powerWMin)} to ${inWords(stronger.powerWMax)}: theirs hold`,
});
