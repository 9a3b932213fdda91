import type { Ms, W } from "@penstock/protocol/units";
import type { Battery } from "./battery.ts";

/** Reserves a battery may be enabled for, and what that is expected to pay. */
export interface KeptReserves {
  /** True where one megawatt is kept ready for one product only; false where each product pays for the same ones. */
  readonly sharesMegawatts: boolean;
  readonly reserves: readonly KeptReserve[];
}

export interface KeptReserve {
  readonly direction: "up" | "down" | "both";
  /** Energy for so long must be in store, or room for it. */
  readonly durationMs: Ms;
  readonly powerWMax: W;
  /** Money per MW and hour of being ready. */
  readonly pricePerMWh: number;
}

/**
 * What it is worth in an interval to stand at a state of charge, because of the reserves that can be kept ready from it:
 *
 *   G(e) = Δ Σ_k π_k min(R_k, e⁺ η / T_k)                        up, of what is in store; down, of the room there is
 *   G(e) = Δ upper hull of (0, 0) and (R_k T_k, π_k R_k) at e η   where a megawatt is kept for one product only
 *
 * Concave in e, so that a value function it is part of stays so. Power that energy takes away is left to the clearing.
 */
export function holdingWorth(
  battery: Battery,
  intervalMs: Ms,
  { sharesMegawatts, reserves }: KeptReserves,
  gridPoints: number,
): Float64Array {
  const hours = intervalMs / 3_600_000;
  const { socMin, socMax, capacityWh, efficiencyCharge, efficiencyDischarge } = battery;
  const windowMWh = ((socMax - socMin) * capacityWh) / 1e6;
  const up = reserves.filter(({ direction }) => direction !== "down");
  const down = reserves.filter(({ direction }) => direction === "down");
  const earn = sharesMegawatts ? bestMixture : eachItsOwn;
  const [fromStore, fromRoom] = [earn(up), earn(down)];
  return Float64Array.from({ length: gridPoints }, (_, at) => {
    const storedMWh = (windowMWh * at) / (gridPoints - 1);
    return hours * (fromStore(storedMWh * efficiencyDischarge) + fromRoom((windowMWh - storedMWh) / efficiencyCharge));
  });
}

/** Money an hour for energy at the meter behind it, MWh. */
type Earning = (behindMWh: number) => number;

const lastsH = ({ durationMs }: KeptReserve): number => Math.max(SHORTEST_H, durationMs / 3_600_000);

const eachItsOwn =
  (reserves: readonly KeptReserve[]): Earning =>
  (behindMWh) =>
    reserves.reduce(
      (sum, reserve) =>
        sum + Math.max(0, reserve.pricePerMWh) * Math.min(reserve.powerWMax / 1e6, behindMWh / lastsH(reserve)),
      0,
    );

function bestMixture(reserves: readonly KeptReserve[]): Earning {
  const points = reserves
    .map((reserve) => ({
      energyMWh: (reserve.powerWMax / 1e6) * lastsH(reserve),
      money: Math.max(0, reserve.pricePerMWh) * (reserve.powerWMax / 1e6),
    }))
    .sort((a, b) => a.energyMWh - b.energyMWh || b.money - a.money);
  const hull = [{ energyMWh: 0, money: 0 }];
  for (const point of points) {
    const top = hull.at(-1);
    // More energy for no more money is never kept.
    if (top === undefined || point.money <= top.money || point.energyMWh <= top.energyMWh) continue;
    while (hull.length >= 2 && slope(hull.at(-2), hull.at(-1)) <= slope(hull.at(-1), point)) hull.pop();
    hull.push(point);
  }
  return (behindMWh) => {
    const above = hull.findIndex(({ energyMWh }) => energyMWh > behindMWh);
    const [from, to] = [hull[above - 1], hull[above]];
    if (above <= 0 || from === undefined || to === undefined) return hull.at(-1)?.money ?? 0;
    return from.money + slope(from, to) * (behindMWh - from.energyMWh);
  };
}

interface Point {
  readonly energyMWh: number;
  readonly money: number;
}
const slope = (from: Point | undefined, to: Point | undefined): number =>
  from === undefined || to === undefined ? 0 : (to.money - from.money) / (to.energyMWh - from.energyMWh);

/** A second: what needs no energy at all is kept by an empty store too. */
const SHORTEST_H = 1 / 3_600;
