export * from "./battery.ts";
export * from "./perfect-foresight.ts";
export * from "./value-function.ts";
