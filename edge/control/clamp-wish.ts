import { clamp, W } from "@penstock/protocol/units";
import type { PowerInterval, SiteImage } from "./image.ts";
import { meets, narrow, unbounded } from "./interval.ts";
import type { LimitContext, SiteLimit, UnitLimit } from "./limits/limit.ts";
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
  /** Only those that apply at once, whatever the ramp. */
  readonly atOnce: PowerInterval;
  readonly because: readonly Because[];
  readonly alarms: readonly CoreAlarm[];
}

/**
 * Intersects the limits in order of authority and clamps the wish after each, so that every limit is told apart by
 * how far it moved the target. Where a limit does not meet what stronger ones left, theirs stays, reduced to its
 * point nearest the weaker one, and `limit-conflict` is raised: never silently 0.
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
  let interval = unbounded;
  let atOnce = unbounded;

  const account = (limit: UnitLimit | SiteLimit, own: PowerInterval) => {
    const nowW = clamp(clampedW, interval.powerWMin, interval.powerWMax);
    if (nowW === clampedW) return;
    because.push({ limit: limit.name, interval: own, movedW: W(nowW - clampedW), text: limit.text(image, context) });
    clampedW = nowW;
  };

  room.reset(image);
  for (let place = 0; place < shelf.unitLimits.length; place++) {
    const limit = shelf.unitLimits[place];
    if (limit === undefined) continue;
    const { sumWMin, sumWMax } = room;
    room.narrow(limit, place, image, context);
    if (place > 0 && room.sumWMin === sumWMin && room.sumWMax === sumWMax) continue;
    interval = { powerWMin: W(room.sumWMin), powerWMax: W(room.sumWMax) };
    account(limit, interval);
  }
  if (shelf.unitLimits.length > 0) atOnce = interval;

  for (const limit of shelf.siteLimits) {
    const own = limit.interval(image, context);
    if (own === undefined) continue;
    if (!meets(interval, own)) alarms.push(conflict(limit, own, interval));
    interval = narrow(interval, own);
    if (own.pace === "at-once") atOnce = narrow(atOnce, own);
    account(limit, own);
  }
  return { clampedW: W(clampedW), interval, atOnce, because, alarms };
}

const conflict = (limit: SiteLimit, own: PowerInterval, stronger: PowerInterval): CoreAlarm => ({
  code: "limit-conflict",
  text:
    `${limit.name} asks for ${inWords(own.powerWMin)} to ${inWords(own.powerWMax)}, ` +
    `stronger limits allow only ${inWords(stronger.powerWMin)} to ${inWords(stronger.powerWMax)}: theirs hold`,
});
