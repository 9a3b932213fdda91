import { W } from "@penstock/protocol/units";
import { type ClampedWish, clampWish, type Shelf } from "./clamp-wish.ts";
import { commandedReactive } from "./commanded-reactive.ts";
import { connectionVars } from "./connection-vars.ts";
import { consolidate, type Resting } from "./consolidate.ts";
import type { CoreState } from "./core-state.ts";
import { unitsHeldBack } from "./held-back.ts";
import type { SiteImage } from "./image.ts";
import { siteLimits, unitLimits } from "./limits/index.ts";
import type { LimitContext } from "./limits/limit.ts";
import { rampTarget, toWholeWatts } from "./ramp-target.ts";
import { countReversal } from "./reversals.ts";
import { addServices, delivered, fastPart } from "./services/add-services.ts";
import { armServices } from "./services/arm-services.ts";
import { countedPower } from "./services/required-energy.ts";
import { idle, type Served, type ServicesState, serve } from "./services/serve.ts";
import { noReactive, serveReactive } from "./services/serve-reactive.ts";
import type { Service } from "./services/service.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { split } from "./split.ts";
import type { Because, CoreAlarm, Explanation, StepInput, UnitCommand } from "./step-types.ts";
import { type Survey, survey } from "./survey.ts";
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
  site: SiteControlConfig,
  shelf: Shelf = shippedShelf,
): StepOutput {
  const config = armServices(site, input);
  const seen = survey(state, input, config);
  const { image, elapsedMs, wish, context } = seen;
  const served = serve(image, context, elapsedMs);

  const share = config.fallback.onUnitLoss === "hold-share" ? unitLossShare(wish.powerW, image) : undefined;
  const wantedW = W(wish.powerW + served.slowW + (share?.movedW ?? 0));
  const clamped = clampWish(wantedW, shelf, image, context, room);
  const fromW = joinedW(state, image);
  const baselineFromW = served === idle ? fromW : fromW - state.services.fastW;
  const baselineW = rampTarget(baselineFromW, wish, clamped, config, elapsedMs);
  const { fastW } = served;
  const wholeW = fastW === 0 ? baselineW : addServices(baselineW, fastW, fromW, clamped, config, elapsedMs);
  const targetW = wish.manner === "normal" ? toWholeWatts(wholeW, clamped) : Math.trunc(wholeW);
  const resting = consolidate(targetW, image, room, state.resting, config.minimumLoad);
  const reactive = served === idle ? noReactive : serveReactive(image, context, targetW, elapsedMs);
  const commanded = commandedReactive(input.latches, image, wish.source, targetW, context);
  const reactiveLines = commanded === undefined ? reactive.lines : [commanded];
  const wantedVar = commanded?.wantedVar ?? wish.reactiveVar + reactive.reactiveVar;
  const { leftVar, line } = connectionVars(wantedVar, targetW, context);
  const commands = split({ powerW: targetW, reactiveVar: leftVar, resting }, image, room, context);

  let commandedW = 0;
  for (let index = 0; index < commands.length; index++) commandedW += commands[index]?.powerW ?? 0;
  const because = share === undefined ? clamped.because : [share, ...clamped.because];
  const gotW = fastPart(commandedW, baselineW, fastW);
  const lines = delivered(served, gotW);
  return {
    state: nextState(seen, W(commandedW), resting, {
      ...served.state,
      voltVarPu: reactive.voltVarPu,
      fastW: gotW,
      countedW: countedPower(config.services?.contracts ?? none, lines),
    }),
    commands,
    explanation: {
      source: wish.source,
      wishW: wish.powerW,
      wishText: wish.text,
      leaseId: wish.leaseId,
      services: lines,
      reactive: line === undefined ? reactiveLines : [...reactiveLines, line],
      clampedW: wish.manner === "normal" ? W(clamped.clampedW + gotW) : W(0),
      targetW: W(commandedW),
      interval: clamped.interval,
      because:
        wish.manner === "normal" ? because.concat(cutBecause(served, baselineW, gotW, shelf, image, context)) : [],
      units: unitsHeldBack(commandedW, commands, image, context, shelf, room, resting),
      alarms: alarms(clamped, served, seen),
    },
  };
}

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
const none: readonly Service[] = [];

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

function nextState(
  { image, context, trust }: Survey,
  targetW: W,
  resting: Resting,
  services: ServicesState,
): CoreState {
  const { state, wish, rest, reactiveRest, feederRests, ledger, config } = context;
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
    reactiveRest,
    feederRests,
    // A stale word is still the last one: it holds when even that is lost.
    gridOperatorLimitW: limit === undefined || limit.quality === "missing" ? state.gridOperatorLimitW : limit.value,
    plantWasRead: state.plantWasRead || (image.plant !== undefined && image.plant.breakerClosed.quality !== "missing"),
    services,
    reversals: countReversal(state.reversals, wish, image, config),
    resting,
    trust,
    ledger,
    unitPowerW,
  };
}

function alarms(
  clamped: ClampedWish,
  served: Served,
  { image: { meter, feederMeters, plant }, doubts }: Survey,
): readonly CoreAlarm[] {
  const breaker = plant?.breakerClosed;
  const dark = feederMeters?.find((one) => one !== undefined && one.powerW.quality !== "good")?.powerW;
  const isWell =
    dark === undefined && meter.powerW.quality === "good" && (breaker === undefined || breaker.quality === "good");
  if (isWell && served.alarms.length === 0 && doubts.length === 0) return clamped.alarms;
  const raised = [...clamped.alarms, ...served.alarms];
  if (meter.powerW.quality !== "good") raised.push({ code: `meter-${meter.powerW.quality}`, text: meter.powerW.cause });
  if (dark !== undefined && dark.quality !== "good")
    raised.push({ code: `feeder-meter-${dark.quality}`, text: dark.cause });
  if (breaker !== undefined && breaker.quality !== "good") {
    raised.push({ code: `plant-${breaker.quality}`, text: breaker.cause });
  }
  if (doubts.length > 0) {
    const said = doubts.map(({ device, field, cause }) => `${device} ${field} is not believed: ${cause}`);
    raised.push({ code: "reading-doubted", text: [...new Set(said)].join("; ") });
  }
  return raised;
}
