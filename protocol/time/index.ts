export * from "./clock.ts";
export * from "./interval.ts";
export * from "./sim-clock.ts";
export * from "./system-clock.ts";
export * from "./zone.ts";
