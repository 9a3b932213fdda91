import type { ReadingField } from "../agent/reading-fields.ts";
import type { DeviceStatus } from "../loop/loop-types.ts";

/** What the request `devices` answers. */
export interface DevicesReport {
  readonly site: string;
  readonly timeMs: number;
  readonly devices: readonly {
    readonly id: string;
    readonly kind: "unit" | "meter" | "plant";
    readonly driver: string;
    readonly address: string;
    readonly modbusUnitId?: number;
    readonly talk: DeviceStatus | null;
    readonly readings: Readonly<Record<string, ReadingField>>;
  }[];
}
