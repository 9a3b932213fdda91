import { type MonotonicMs, W } from "@penstock/protocol/units";
import { nobodyRests, type Resting } from "./consolidate.ts";
import type { TrustMemory } from "./doubts/believe.ts";
import type { EnergyLedger } from "./energy-ledger.ts";
import type { FeederRest } from "./feeder-rest.ts";
import type { PowerInterval, SiteImage } from "./image.ts";
import type { ReactiveRest } from "./reactive-rest.ts";
import type { RestMemory } from "./rest-of-site.ts";
import { noReversals, type Reversals } from "./reversals.ts";
import { noServices, type ServicesState } from "./services/serve.ts";
import type { Fallback } from "./site-control-config.ts";
import type { Grant } from "./step-types.ts";
import { unusableBecause } from "./usable.ts";

/** All that one cycle leaves to the next. Plain data: a recording of it and of the inputs replays bit for bit. */
export interface CoreState {
  /** When the last cycle ran. */
  readonly monotonicMs: MonotonicMs;
  readonly startedMonotonicMs: MonotonicMs;
  /** The sum of the commands really given last, or of what was found at the start: where the ramp goes on from. */
  readonly targetW: W;
  /** The lease that ruled the last cycle. */
  readonly lease: Grant | undefined;
  readonly leaseFallback: RunningFallback | undefined;
  readonly meterFallback: RunningFallback | undefined;
  readonly rest: RestMemory | undefined;
  /** Undefined where the connection has no apparent-power limit, and until it was known once. */
  readonly reactiveRest: ReactiveRest | undefined;
  /** In the order of the configured feeders. */
  readonly feederRests: readonly FeederRest[];
  /** The last word of the grid operator read since the start. */
  readonly gridOperatorLimitW: PowerInterval | undefined;
  /** False until the plant controller has been read once since the start. */
  readonly plantWasRead: boolean;
  readonly services: ServicesState;
  readonly reversals: Reversals;
  readonly resting: Resting;
  /** Undefined where the site has no trust terms, and before the first cycle. */
  readonly trust: TrustMemory | undefined;
  /** Undefined where the owner has no terms, and before the first cycle. */
  readonly ledger: EnergyLedger | undefined;
  /** The last good power of each unit, in the order of the image; NaN until it was usable once. */
  readonly unitPowerW: readonly number[];
}

export interface RunningFallback {
  readonly leaseId: string | undefined;
  readonly sinceMonotonicMs: MonotonicMs;
  /** What was commanded when it began. */
  readonly fromW: W;
  readonly plan: Fallback;
}

/**
 * A bumpless start: the ramp begins from what the units are measured to do, never from 0 and never from a command
 * remembered by an earlier process. A unit that is not usable yet joins the ramp when it first is.
 */
export function initialState(image: SiteImage): CoreState {
  const unitPowerW = image.units.map((unit) =>
    unit.powerW.quality === "good" && unusableBecause(unit) === undefined ? unit.powerW.value : Number.NaN,
  );
  return {
    monotonicMs: image.monotonicMs,
    startedMonotonicMs: image.monotonicMs,
    targetW: W(unitPowerW.reduce((sumW, powerW) => (Number.isNaN(powerW) ? sumW : sumW + powerW), 0)),
    lease: undefined,
    leaseFallback: undefined,
    meterFallback: undefined,
    rest: undefined,
    reactiveRest: undefined,
    feederRests: [],
    gridOperatorLimitW: undefined,
    plantWasRead: false,
    services: noServices,
    reversals: noReversals,
    resting: nobodyRests,
    trust: undefined,
    ledger: undefined,
    unitPowerW,
  };
}
