export * from "./backtest.ts";
