import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { ReserveProduct } from "./rules.ts";

/**
 * An ancillary-service offer of an energy-storage resource for one operating hour. On-line reserves share blocks: one
 * block's megawatts may be awarded to any of the products it prices. Reg-Down is offered apart from them.
 *
 * Source: EWS transaction schema (ASOffer / ASPriceCurve): up to five blocks.
 */
export interface ReserveOffer {
  readonly marketId: "ercot";
  readonly unitId: string;
  /** An operating hour. */
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  readonly direction: "up" | "down";
  readonly blocks: readonly ReserveBlock[];
}

export interface ReserveBlock {
  readonly volumeMW: number;
  /** USD/MW/h. With `down` only `REGDN`, with `up` anything else, at least one. */
  readonly prices: Readonly<Partial<Record<ReserveProduct, number>>>;
}

/** What one hour's blocks offer of a product at most. */
export const offeredMW = ({ blocks }: ReserveOffer, product: ReserveProduct): number =>
  blocks.reduce((total, { prices, volumeMW }) => (prices[product] === undefined ? total : total + volumeMW), 0);
