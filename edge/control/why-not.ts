import { clamp, type W, W as watts } from "@penstock/protocol/units";
import { clampWish, type Shelf } from "./clamp-wish.ts";
import type { CoreState } from "./core-state.ts";
import type { PowerInterval, SiteImage } from "./image.ts";
import { zeroOnly } from "./interval.ts";
import { siteLimits, unitLimits } from "./limits/index.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import type { StepInput, WishSource } from "./step-types.ts";
import { survey } from "./survey.ts";
import { UnitRoom } from "./unit-room.ts";

/** What stands between a site and a power somebody would like, at the battery terminals in sum. */
export interface WhyNot {
  readonly wantedW: W;
  /** What was commanded last. */
  readonly nowW: W;
  /** What all limits together leave of it. */
  readonly reachableW: W;
  /** From now to there at the site's own ramp. */
  readonly rampS: number;
  /** Whose wish it is now: to get the power, this wish must be replaced or overruled. */
  readonly ruledBy: { readonly source: WishSource; readonly powerW: W; readonly text: string };
  /** Each thing that would cut it by itself, the tightest first. */
  readonly obstacles: readonly Obstacle[];
}

export interface Obstacle {
  /** A limit's name on its shelf, or `stop`, or `operator` where a person has the site at rest. */
  readonly limit: string;
  readonly interval: PowerInterval;
  /** What it leaves of the wanted power, alone. */
  readonly leavesW: W;
  readonly text: string;
}

/** Asks every limit about a power nobody has wished yet. Pure; changes nothing and commands nothing. */
export function whyNot(
  state: CoreState,
  input: StepInput,
  config: SiteControlConfig,
  wantedW: W,
  shelf: Shelf = shippedShelf,
): WhyNot {
  const { image, wish, context } = survey(state, input, config);
  const room = new UnitRoom();
  const isAtRest = wish.manner !== "normal";
  const reachableW = isAtRest ? watts(0) : clampWish(wantedW, shelf, image, context, room).clampedW;

  const obstacles: Obstacle[] = [];
  const ask = (limit: string, interval: PowerInterval, text: () => string) => {
    const leavesW = clamp(wantedW, interval.powerWMin, interval.powerWMax);
    if (leavesW !== wantedW) obstacles.push({ limit, interval, leavesW: watts(leavesW), text: text() });
  };
  if (isAtRest) ask(wish.source, zeroOnly, () => wish.text);
  const nameplate = nameplateOf(image);
  shelf.unitLimits.forEach((limit, place) => {
    room.reset(image);
    room.narrow(limit, place, image, context);
    const sum = { powerWMin: watts(room.sumWMin), powerWMax: watts(room.sumWMax) };
    // The first speaks for the nameplate, the others for what they take off it.
    const isNarrower = sum.powerWMin > nameplate.powerWMin || sum.powerWMax < nameplate.powerWMax;
    if (place === 0 || isNarrower) ask(limit.name, sum, () => limit.text(image, context));
  });
  for (const limit of shelf.siteLimits) {
    const own = limit.interval(image, context);
    if (own !== undefined) ask(limit.name, own, () => limit.text(image, context));
  }
  const cutW = ({ leavesW }: Obstacle) => Math.abs(wantedW - leavesW);
  obstacles.sort((a, b) => cutW(b) - cutW(a));
  return {
    wantedW,
    nowW: state.targetW,
    reachableW,
    rampS: rampS(state.targetW, reachableW, config),
    ruledBy: { source: wish.source, powerW: wish.powerW, text: wish.text },
    obstacles,
  };
}

const shippedShelf: Shelf = { unitLimits, siteLimits };

function nameplateOf({ units }: SiteImage): PowerInterval {
  let [powerWMin, powerWMax] = [0, 0];
  for (const { rating } of units) {
    powerWMin -= Math.floor(rating.chargeWMax);
    powerWMax += Math.floor(rating.dischargeWMax);
  }
  return { powerWMin: watts(powerWMin), powerWMax: watts(powerWMax) };
}

/** Towards zero at one rate, away from it at the other. */
function rampS(fromW: number, toW: number, { ramp: { upWPerS, downWPerS } }: SiteControlConfig): number {
  const isThroughZero = fromW * toW < 0;
  const downW = isThroughZero ? Math.abs(fromW) : Math.max(0, Math.abs(fromW) - Math.abs(toW));
  const upW = isThroughZero ? Math.abs(toW) : Math.max(0, Math.abs(toW) - Math.abs(fromW));
  return downW / downWPerS + upW / upWPerS;
}
