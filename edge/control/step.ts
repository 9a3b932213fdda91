import { clamp, Ms, W, WPerS } from "@penstock/protocol/units";
import { arbitrate, type Wish } from "./arbitrate.ts";
import { type ClampedWish, clampWish, type Shelf } from "./clamp-wish.ts";
import type { CoreState } from "./core-state.ts";
import type { SiteImage } from "./image.ts";
import { siteLimits, unitLimits } from "./limits/index.ts";
import type { LimitContext } from "./limits/limit.ts";
import { rampToward } from "./ramp.ts";
import { type RestOfSite, restOfSite } from "./rest-of-site.ts";
import { addServices, delivered, fastPart } from "./services/add-services.ts";
import { noServices, type Served, type ServicesState, serve } from "./services/serve.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { split } from "./split.ts";
import type { Because, CoreAlarm, Explanation, StepInput, UnitCommand } from "./step-types.ts";
import { unitLossShare } from "./unit-loss.ts";
import { UnitRoom } from "./unit-room.ts";
import { unusableBecause } from "./usable.ts";

export { type CoreState, initialState } from "./core-state.ts";

export interface StepOutput {
  readonly state: CoreState;
  /** One for every unit of the image, in its order. */
  readonly commands: readonly UnitCommand[];
  readonly explanation: Explanation;
}

/**
 * One cycle of a site, from a frozen image to what to write: whose wish it is, what the limits leave of it, how far
 * the ramp gets this cycle, who of the units does it. Pure: the same state and input give the same answer, on the
 * site, in the simulator and in a replay. What it commands goes through the guard before it is written.
 */
export function step(
  state: CoreState,
  input: StepInput,
  config: SiteControlConfig,
  shelf: Shelf = shippedShelf,
): StepOutput {
  const { image } = input;
  // A process that slept must not make up for it in one leap.
  const elapsedMs = Ms(clamp(image.monotonicMs - state.monotonicMs, 0, 3 * config.periodMs));
  const rest = restOfSite(image, state, elapsedMs);
  const wish = arbitrate(state, input, config, rest);
  const served =
    wish.manner === "normal" && config.services ? serve(state.services, image, config.services, elapsedMs) : idle;
  const context: LimitContext = { config, latches: input.latches, grants: input.grants, rest, state };

  const share = config.fallback.onUnitLoss === "hold-share" ? unitLossShare(wish.powerW, image) : undefined;
  const wantedW = W(wish.powerW + (share?.movedW ?? 0));
  const clamped = clampWish(wantedW, shelf, image, context, room);
  const fromW = joinedW(state, image);
  const baselineFromW = served === idle ? fromW : fromW - state.services.fastW;
  const baselineW = wish.manner === "stop" ? 0 : ramp(baselineFromW, wish, clamped, config, elapsedMs);
  const { fastW } = served;
  const wholeW = fastW === 0 ? baselineW : addServices(baselineW, fastW, fromW, clamped, config, elapsedMs);
  const targetW = wish.manner === "normal" ? toWholeWatts(wholeW, clamped) : Math.trunc(wholeW);
  const commands = split(targetW, wish.reactiveVar, image, room);

  let commandedW = 0;
  for (const command of commands) commandedW += command.powerW;
  const because = share === undefined ? clamped.because : [share, ...clamped.because];
  const gotW = fastPart(commandedW, baselineW, fastW);
  return {
    state: nextState(state, image, wish, rest, W(commandedW), { ...served.state, fastW: gotW }),
    commands,
    explanation: {
      source: wish.source,
      wishW: wish.powerW,
      wishText: wish.text,
      leaseId: wish.leaseId,
      services: delivered(served, gotW),
      clampedW: wish.manner === "normal" ? clamped.clampedW : W(0),
      targetW: W(commandedW),
      interval: clamped.interval,
      because:
        wish.manner === "normal" ? because.concat(cutBecause(served, baselineW, gotW, shelf, image, context)) : [],
      units: unitsHeldBack(commandedW, commands, image, context, shelf),
      alarms: alarms(clamped, served, image),
    },
  };
}

/** No services: the site has none, rests, or is stopped. */
const idle: Served = { fastW: W(0), push: { outW: W(0), inW: W(0) }, lines: [], alarms: [], state: noServices };

/** Who stood in the way of the services; asked only when somebody did. */
function cutBecause(
  { fastW }: Served,
  baselineW: number,
  gotW: W,
  { unitLimits, siteLimits }: Shelf,
  image: SiteImage,
  context: LimitContext,
): readonly Because[] {
  if (Math.abs(gotW - fastW) < 1) return [];
  const binding = { unitLimits, siteLimits: siteLimits.filter((limit) => limit.bindsBaselineOnly === undefined) };
  return clampWish(W(baselineW + fastW), binding, image, context, room).because;
}

const shippedShelf: Shelf = { unitLimits, siteLimits };
const room = new UnitRoom();

/** Where the ramp goes on from: the last commands, and what a unit that is usable for the first time is found doing. */
function joinedW(state: CoreState, image: SiteImage): number {
  let fromW: number = state.targetW;
  for (let index = 0; index < image.units.length; index++) {
    const unit = image.units[index];
    if (unit?.powerW.quality !== "good" || wasUsable(state, index) || unusableBecause(unit) !== undefined) continue;
    fromW += unit.powerW.value;
  }
  return fromW;
}

const wasUsable = ({ unitPowerW }: CoreState, index: number): boolean => !Number.isNaN(unitPowerW[index] ?? Number.NaN);

/**
 * Towards the clamped wish at the slowest of the ramps that apply; back inside a limit at the site's own, however
 * slowly the wish asks to move; and inside hardware at once.
 */
function ramp(fromW: number, wish: Wish, clamped: ClampedWish, { ramp }: SiteControlConfig, elapsedMs: Ms): number {
  const { interval, atOnce } = clamped;
  if (wish.manner === "rest") {
    const restingW = rampToward(fromW, 0, ramp.upWPerS, ramp.downWPerS, elapsedMs);
    return clamp(restingW, Math.min(0, atOnce.powerWMin), Math.max(0, atOnce.powerWMax));
  }
  const upWPerS = WPerS(Math.min(ramp.upWPerS, wish.rampWPerS));
  const downWPerS = WPerS(Math.min(ramp.downWPerS, wish.rampWPerS));
  let rampedW = rampToward(fromW, clamped.clampedW, upWPerS, downWPerS, elapsedMs);
  const insideW = clamp(fromW, interval.powerWMin, interval.powerWMax);
  if (insideW !== fromW) {
    const backW = rampToward(fromW, insideW, ramp.upWPerS, ramp.downWPerS, elapsedMs);
    if (Math.abs(backW - fromW) > Math.abs(rampedW - fromW)) rampedW = backW;
  }
  return clamp(rampedW, atOnce.powerWMin, atOnce.powerWMax);
}

/** To the nearest watt that lies inside; where no whole watt does, towards 0. */
function toWholeWatts(powerW: number, { whole: interval, atOnce }: ClampedWish): number {
  const max = Math.min(atOnce.powerWMax, Math.max(interval.powerWMax, powerW));
  const min = Math.max(atOnce.powerWMin, Math.min(interval.powerWMin, powerW));
  const nearest = Math.round(powerW);
  const inside = nearest > max ? Math.floor(max) : nearest < min ? Math.ceil(min) : nearest;
  return inside >= min && inside <= max ? inside : Math.trunc(powerW);
}

function nextState(
  state: CoreState,
  image: SiteImage,
  wish: Wish,
  rest: RestOfSite,
  targetW: W,
  services: ServicesState,
): CoreState {
  const unitPowerW: number[] = [];
  for (let index = 0; index < image.units.length; index++) {
    const unit = image.units[index];
    const known = unit?.powerW.quality === "good" && (wasUsable(state, index) || unusableBecause(unit) === undefined);
    unitPowerW.push(known ? unit.powerW.value : (state.unitPowerW[index] ?? Number.NaN));
  }
  const limit = image.plant?.gridOperatorLimitW;
  return {
    monotonicMs: image.monotonicMs,
    startedMonotonicMs: state.startedMonotonicMs,
    targetW,
    lease: wish.lease,
    leaseFallback: wish.leaseFallback,
    meterFallback: wish.meterFallback,
    rest: rest.memory,
    // A stale word is still the last one: it holds when even that is lost.
    gridOperatorLimitW: limit === undefined || limit.quality === "missing" ? state.gridOperatorLimitW : limit.value,
    plantWasRead: state.plantWasRead || (image.plant !== undefined && image.plant.breakerClosed.quality !== "missing"),
    services,
    unitPowerW,
  };
}

/** Units that give nothing, or stand at a bound below their nameplate. */
function unitsHeldBack(
  targetW: number,
  commands: readonly UnitCommand[],
  image: SiteImage,
  context: LimitContext,
  shelf: Shelf,
): Explanation["units"] {
  const held: { unitId: string; powerW: W; because: string }[] = [];
  for (let index = 0; index < image.units.length; index++) {
    const unit = image.units[index];
    const command = commands[index];
    if (unit === undefined || command === undefined) continue;
    const { powerW } = command;
    const unusable = unusableBecause(unit);
    if (unusable !== undefined) {
      held.push({ unitId: unit.id, powerW, because: unusable });
      continue;
    }
    const atMax = targetW > 0 && powerW === room.powerWMax[index] && powerW < Math.floor(unit.rating.dischargeWMax);
    const atMin = targetW < 0 && powerW === room.powerWMin[index] && -powerW < Math.floor(unit.rating.chargeWMax);
    if (!atMax && !atMin) continue;
    const limit = shelf.unitLimits[(atMax ? room.maxDrawnBy[index] : room.minDrawnBy[index]) ?? 0];
    if (limit !== undefined) {
      held.push({
        unitId: unit.id,
        powerW,
        get because() {
          return `${limit.name}: ${limit.unitText(unit, context)}`;
        },
      });
    }
  }
  return held;
}

function alarms(clamped: ClampedWish, served: Served, { meter, plant }: SiteImage): readonly CoreAlarm[] {
  const breaker = plant?.breakerClosed;
  const isWell = meter.powerW.quality === "good" && (breaker === undefined || breaker.quality === "good");
  if (isWell && served.alarms.length === 0) return clamped.alarms;
  const raised = [...clamped.alarms, ...served.alarms];
  if (meter.powerW.quality !== "good") raised.push({ code: `meter-${meter.powerW.quality}`, text: meter.powerW.cause });
  if (breaker !== undefined && breaker.quality !== "good") {
    raised.push({ code: `plant-${breaker.quality}`, text: breaker.cause });
  }
  return raised;
}
