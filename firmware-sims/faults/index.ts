export * from "./fault.ts";
export * from "./fault-board.ts";
export * from "./random-faults.ts";
