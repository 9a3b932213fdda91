import type { Strategy } from "./strategy.ts";
import { valueCurve } from "./value-curve.ts";

/** The shelf: every strategy, by its name. */
export const strategies: Readonly<Record<string, Strategy>> = { "value-curve": valueCurve };

export * from "./price-quantity-curve.ts";
export * from "./strategy.ts";
export { valueCurve };
