import { Var, W, Wh } from "@penstock/protocol/units";
import type { SiteImage } from "../image.ts";
import type { LimitContext, UnitGroup } from "../limits/limit.ts";
import type { ReactiveRest } from "../reactive-rest.ts";
import type { SiteControlConfig } from "../site-control-config.ts";
import { unusableBecause } from "../usable.ts";

/** What a site could do now: powers as sizes at the units' terminals, energies inside its window. */
export interface SiteRoom {
  readonly outW: W;
  readonly inW: W;
  /** Above the lower edge of the window, and below the upper; a unit of unknown charge has neither. */
  readonly storedWh: Wh;
  readonly freeWh: Wh;
}

/** The usable units in sum, and no more than feeders and the connection carry beside the rest of the site. */
export function siteRoom(
  { units }: SiteImage,
  { config: { connection, socWindow }, rest, season, reactiveRest }: RoomContext,
  feeders: readonly UnitGroup[],
): SiteRoom {
  const socMin = Math.max(socWindow.socMin, season?.socMin ?? 0);
  const socMax = Math.min(socWindow.socMax, season?.socMax ?? 1);
  let [outW, inW, storedWh, freeWh] = [0, 0, 0, 0];
  const over = feeders.map(({ powerWMin, powerWMax }) => ({ outW: 0 - powerWMax, inW: powerWMin + 0 }));
  const feederOf = (place: number) => over[feeders.findIndex(({ places }) => places.includes(place))];
  for (const [place, unit] of units.entries()) {
    if (unusableBecause(unit) !== undefined) continue;
    const { rating, soc, chargeWMax, dischargeWMax } = unit;
    const unitInW = chargeWMax.quality === "good" ? positive(Math.min(rating.chargeWMax, chargeWMax.value)) : 0;
    const unitOutW =
      dischargeWMax.quality === "good" ? positive(Math.min(rating.dischargeWMax, dischargeWMax.value)) : 0;
    inW += unitInW;
    outW += unitOutW;
    const shared = feeders.length === 0 ? undefined : feederOf(place);
    if (shared !== undefined) {
      shared.outW += unitOutW;
      shared.inW += unitInW;
    }
    if (soc.quality !== "good") continue;
    storedWh += positive(soc.value - socMin) * rating.capacityWh;
    freeWh += positive(socMax - soc.value) * rating.capacityWh;
  }
  // What the units of a feeder could do beyond what it carries is nobody's.
  for (const beyond of over) {
    outW -= positive(beyond.outW);
    inW -= positive(beyond.inW);
  }
  if (rest.basis !== "unknown") {
    const circleW = circleWMax(connection, reactiveRest);
    outW = Math.min(outW, positive(Math.min(connection.exportWMax - connection.marginW, circleW) - rest.restWMax));
    inW = Math.min(inW, positive(Math.min(connection.importWMax - connection.marginW, circleW) + rest.restWMin));
  }
  return { outW: W(outW), inW: W(inW), storedWh: Wh(storedWh), freeWh: Wh(freeWh) };
}

type RoomContext = Pick<LimitContext, "config" | "rest" | "season" | "reactiveRest">;

/** What the connection's circle leaves for power beside the vars of the rest of the site. */
function circleWMax(
  { apparentVAMax, marginW }: SiteControlConfig["connection"],
  { restVarMin, restVarMax }: Pick<ReactiveRest, "restVarMin" | "restVarMax"> = noVars,
): number {
  if (apparentVAMax === undefined) return Number.POSITIVE_INFINITY;
  return Math.sqrt(positive((apparentVAMax - marginW) ** 2 - Math.max(restVarMin ** 2, restVarMax ** 2)));
}

const noVars = { restVarMin: Var(0), restVarMax: Var(0) };

/** Not-a-number is nothing. */
const positive = (value: number): number => (value > 0 ? value : 0);
