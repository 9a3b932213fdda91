export * from "./battery.ts";
export * from "./holding-worth.ts";
export * from "./perfect-foresight.ts";
export * from "./value-function.ts";
