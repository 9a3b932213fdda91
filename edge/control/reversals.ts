import type { MonotonicMs } from "@penstock/protocol/units";
import type { Wish } from "./arbitrate.ts";
import type { SiteImage } from "./image.ts";
import type { SiteControlConfig } from "./site-control-config.ts";

/** How often the cloud has turned the site from discharging to charging or back. Plain data. */
export interface Reversals {
  /** The side it last asked for: 1 discharge, −1 charge, 0 neither yet. */
  readonly side: -1 | 0 | 1;
  /** When it changed sides, those that still count. */
  readonly atMs: readonly MonotonicMs[];
}

export const noReversals: Reversals = { side: 0, atMs: [] };

/** Whether the cloud may change sides once more. */
export const mayReverse = (
  { atMs }: Reversals,
  nowMs: MonotonicMs,
  { leaseReversals }: Pick<SiteControlConfig, "leaseReversals">,
): boolean =>
  leaseReversals === undefined ||
  atMs.filter((oneMs) => nowMs - oneMs < leaseReversals.withinMs).length < leaseReversals.max;

/** Counts the wish of this cycle. A wish that was not allowed to change sides has not changed them. */
export function countReversal(
  before: Reversals,
  { source, powerW }: Pick<Wish, "source" | "powerW">,
  image: SiteImage,
  config: SiteControlConfig,
): Reversals {
  if (config.leaseReversals === undefined || !isFromCloud(source)) return before;
  const side = sideOf(powerW, image);
  if (side === 0 || side === before.side) return before;
  if (before.side === 0) return { ...before, side };
  if (!mayReverse(before, image.monotonicMs, config)) return before;
  const { withinMs } = config.leaseReversals;
  const counting = before.atMs.filter((oneMs) => image.monotonicMs - oneMs < withinMs);
  return { side, atMs: [...counting, image.monotonicMs] };
}

export const isFromCloud = (source: Wish["source"]): boolean => source === "lease" || source === "schedule";

/** Within a hundredth of the nameplate is neither side. */
function sideOf(powerW: number, { units }: SiteImage): Reversals["side"] {
  let ratedW = 0;
  for (const { rating } of units) ratedW += Math.max(rating.chargeWMax, rating.dischargeWMax);
  if (Math.abs(powerW) <= 0.01 * ratedW) return 0;
  return powerW > 0 ? 1 : -1;
}
