export * from "./price-quantity-curve.ts";
export * from "./strategy.ts";
