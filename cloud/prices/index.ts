export * from "./generate-prices.ts";
export * from "./nem-price-file.ts";
export * from "./parse-price-text.ts";
export * from "./price-file-format.ts";
export * from "./price-history.ts";
export * from "./price-series.ts";
export * from "./read-price-file.ts";
export * from "./reserve-prices.ts";
