export * from "./battery-unit.ts";
export * from "./legacy-unit.ts";
export * from "./meter.ts";
export * from "./modbus-device.ts";
export * from "./plant-controller.ts";
export type { Point } from "./point.ts";
export { baseAddress, RegisterImage } from "./register-image.ts";
export * from "./site-controller.ts";
export * from "./surroundings.ts";
