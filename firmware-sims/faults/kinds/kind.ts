import type { BatteryUnit } from "../../devices/battery-unit.ts";
import type { ModbusDevice } from "../../devices/modbus-device.ts";
import type { PlantController } from "../../devices/plant-controller.ts";

/** A fault as it came over the control port: fields nobody has looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** One way for a device to misbehave. Ending it is common to all: the device is healed and what still lies on it begins anew. */
export interface FaultDefinition<F extends { readonly kind: string }> {
  readonly kind: F["kind"];
  /** For `--help`: what it does, and the fields it needs. */
  readonly text: string;
  readonly needs: readonly string[];
  /** Undefined when a field it needs is not there or cannot be. */
  parse(fields: Fields): F | undefined;
  /** Why it cannot lie on this device; undefined when it has begun. */
  begin(device: ModbusDevice, fault: F): "not-applicable" | "unknown-point" | undefined;
  /** The same on the plant controller; without it the plant cannot have this fault. */
  beginOnPlant?(plant: PlantController, fault: F): void;
  /** Once a step while it lasts. */
  tick?(device: ModbusDevice, fault: F, sinceMs: number, nowMs: number): void;
  /** What it is once its first moment is over, when it is begun again because another fault ended. */
  later?(fault: F): { readonly kind: string };
}

export interface Lasting {
  /** Ends it by itself; without it the fault stays until cleared. */
  readonly durationMs?: number;
}

export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

export const lasting = ({ durationMs }: Fields): Lasting => (isNumber(durationMs) ? { durationMs } : {});

/** A battery unit of the 700 series; only its firmware knows contactors and local control. */
export const isUnit = (device: ModbusDevice): device is BatteryUnit => "setTripped" in device;
