import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { Battery } from "../../optimise/index.ts";
import type { PriceQuantityCurve } from "../price-quantity-curve.ts";
import type { ValueModel } from "./value-model.ts";

/** What was learned for a site, and from what; plain data. */
export interface KeptModel {
  readonly model: ValueModel;
  /** Intervals learned from, counted from the beginning of the record. */
  readonly learnedFrom: number;
  readonly lesson: LessonOf;
}

/** What a model was learned about: it serves nothing else. */
export interface LessonOf {
  readonly recordStartMs: UtcMs;
  readonly intervalMs: Ms;
  readonly lossFactor: number;
  readonly battery: Battery;
}

/** Where a trader of a model stands, beyond what its past tells: small, and other after every interval. */
export interface KeptTrader {
  /** Lengths of the past at which it last bid, chose its edges of prices, and reckoned what is usual. */
  readonly offeredAt: number;
  readonly edgesAt: number;
  readonly usualAt: number;
  readonly shadows: KeptShadows;
}

export interface KeptShadows {
  readonly soc: readonly number[];
  readonly earned: readonly number[];
  /** What they bid and is not cleared yet. */
  readonly curves: readonly PriceQuantityCurve[];
}

/** Keeps what was learned over a restart. */
export interface ValueKeeper {
  /** What is kept for a site; a sentence where it is there and of no use; undefined where there is nothing. */
  load(siteId: string): { readonly learned: KeptModel; readonly trader: KeptTrader | undefined } | string | undefined;
  keepModel(siteId: string, learned: KeptModel): void;
  keepTrader(siteId: string, trader: KeptTrader): void;
}

/** Why what was kept is not what is wanted now; undefined when it is. A battery may have units out: then it is smaller. */
export function whyNotKept(kept: LessonOf, wanted: LessonOf): string | undefined {
  const [then, now] = [kept.battery, wanted.battery];
  if (kept.recordStartMs !== wanted.recordStartMs) return "what was kept is from another record of prices";
  if (kept.intervalMs !== wanted.intervalMs) return "what was kept is for intervals of another length";
  if (kept.lossFactor !== wanted.lossFactor) return "what was kept is for another loss factor";
  const isSame =
    then.capacityWh >= now.capacityWh &&
    then.efficiencyCharge === now.efficiencyCharge &&
    then.efficiencyDischarge === now.efficiencyDischarge &&
    then.costPerMWh === now.costPerMWh &&
    then.socMin === now.socMin &&
    then.socMax === now.socMax;
  return isSame ? undefined : "what was kept is for another battery";
}
