import { type Ms, Var, W } from "@penstock/protocol/units";
import type { CoreState } from "./core-state.ts";
import type { SiteImage } from "./image.ts";
import { type ReactiveRest, reactiveRest } from "./reactive-rest.ts";
import { type RestOfSite, restOfSite } from "./rest-of-site.ts";
import type { FeederTerms } from "./site-control-config.ts";

/** What flows on one feeder besides its usable units. Its memory goes to the next cycle. */
export interface FeederRest {
  readonly rest: RestOfSite;
  readonly reactiveRest: ReactiveRest | undefined;
}

/** A feeder is a small site: its own units, its own meter, and the same way to tell the two apart. */
export function feederRest(
  feeder: FeederTerms,
  place: number,
  image: SiteImage,
  state: CoreState,
  elapsedMs: Ms,
): FeederRest {
  const before = state.feederRests[place];
  const units = feeder.units.flatMap((index) => image.units[index] ?? []);
  const unitPowerW = feeder.units.map((index) => state.unitPowerW[index] ?? Number.NaN);
  const meter = image.feederMeters?.[place];
  const remembered = { rest: before?.rest.memory, reactiveRest: before?.reactiveRest, unitPowerW };
  if (meter === undefined)
    return { rest: onlyUnits(restOfSite({ units, meter: image.meter }, remembered, elapsedMs)), reactiveRest: noVars };
  const small = { units, meter };
  return {
    rest: restOfSite(small, remembered, elapsedMs),
    reactiveRest: feeder.apparentVAMax === undefined ? undefined : reactiveRest(small, remembered, elapsedMs),
  };
}

/** A feeder without a meter carries its units and nothing else: those that are lost still use it. */
const onlyUnits = ({ lostWMin, lostWMax }: RestOfSite): RestOfSite => ({
  restW: W(0),
  restWMin: lostWMin,
  restWMax: lostWMax,
  lostWMin,
  lostWMax,
  basis: "measured",
  memory: undefined,
});

const noVars: ReactiveRest = { restVarMin: Var(0), restVarMax: Var(0), basis: "measured" };
