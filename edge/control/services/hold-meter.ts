import { type Ms, W } from "@penstock/protocol/units";
import type { SiteImage } from "../image.ts";
import type { LimitContext } from "../limits/limit.ts";
import { inWords } from "../words.ts";
import type { Answer } from "./follow-frequency.ts";
import { type TrimMemory, trim } from "./meter-trim.ts";
import type { PeakShaving, SelfConsumption } from "./service.ts";

export interface MeterMoment {
  readonly image: SiteImage;
  readonly context: LimitContext;
  /** What is wished of the batteries so far. */
  readonly wishW: number;
  readonly elapsedMs: Ms;
}

/** Lifts the wish to what keeps import within the limit, against the worst the load is safely taken to be. */
export function shavePeaks(
  service: PeakShaving,
  before: TrimMemory | undefined,
  moment: MeterMoment,
): Answer<TrimMemory | undefined> {
  const { rest } = moment.context;
  const meterW = ownMeterW(moment);
  if (meterW === undefined) return nothing;
  const needed = trim(
    before,
    -service.importWMax - meterW,
    service.trimWMax,
    isFollowing(before, moment),
    moment.elapsedMs,
  );
  const floorW = -service.importWMax - rest.restWMin + needed.trimW;
  const addedW = Math.max(0, floorW - moment.wishW);
  if (addedW === 0) return nothing;
  return {
    memory: { type: "trim", integralW: needed.integralW, wantedW: floorW },
    powerW: W(addedW),
    text: `keeps import within ${inWords(service.importWMax)}: trim ${inWords(needed.trimW)}`,
  };
}

/** While nobody asks for power: what brings the meter to where it should be. */
export function consumeSelf(
  service: SelfConsumption,
  before: TrimMemory | undefined,
  moment: MeterMoment,
): Answer<TrimMemory | undefined> {
  const { rest, wish } = moment.context;
  const meterW = ownMeterW(moment);
  if (meterW === undefined || wish.source !== "site-default") return nothing;
  const needed = trim(
    before,
    service.gridPowerW - meterW,
    service.trimWMax,
    isFollowing(before, moment),
    moment.elapsedMs,
  );
  const wantedW = service.gridPowerW - rest.restW + needed.trimW;
  return {
    memory: { type: "trim", integralW: needed.integralW, wantedW },
    powerW: W(wantedW - moment.wishW),
    text: `brings the meter to ${inWords(service.gridPowerW)}: trim ${inWords(needed.trimW)}`,
  };
}

const nothing: Answer<undefined> = { memory: undefined, powerW: W(0), text: "" };

/** The meter without the frequency response that flows through it; undefined while it is not to be trusted. */
function ownMeterW({ image, context: { rest, state } }: MeterMoment): number | undefined {
  if (image.meter.powerW.quality !== "good" || rest.basis !== "measured") return undefined;
  return image.meter.powerW.value - state.services.fastW;
}

/** Whether the batteries were commanded what was wanted in the last cycle. */
function isFollowing(before: TrimMemory | undefined, { context: { state } }: MeterMoment): boolean {
  if (before === undefined) return false;
  const baselineW = state.targetW - state.services.fastW;
  return Math.abs(baselineW - before.wantedW) <= 1_000 + 0.01 * Math.abs(before.wantedW);
}
