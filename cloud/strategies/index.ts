import { fixedVolumes } from "./fixed-volumes.ts";
import { idle } from "./idle.ts";
import { learnedValueName } from "./learned-strategy.ts";
import { priceThreshold } from "./price-threshold.ts";
import type { Strategy } from "./strategy.ts";
import { valueCurve } from "./value-curve.ts";

/** The shelf: every strategy, by its name. The first is the default. */
export const strategies: Readonly<Record<string, Strategy>> = {
  [valueCurve.name]: valueCurve,
  [priceThreshold.name]: priceThreshold,
  [fixedVolumes.name]: fixedVolumes,
  [idle.name]: idle,
};

/** What may be configured: those that stand on the shelf, and the one that is made with a learner of its own. */
export const strategyNames: readonly string[] = [...Object.keys(strategies), learnedValueName];

export * from "./price-quantity-curve.ts";
export * from "./strategy.ts";
export { fixedVolumes, idle, priceThreshold, valueCurve };
