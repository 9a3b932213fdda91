export * from "./fault.ts";
export * from "./fault-board.ts";
export { faultDefinitions } from "./kinds/index.ts";
export * from "./random-faults.ts";
