import type { MeterDriver, UnitDriver } from "./driver.ts";
import { sunspecLegacyStorage } from "./sunspec-legacy-storage.ts";
import { sunspecMeter } from "./sunspec-meter.ts";
import { sunspecStorage } from "./sunspec-storage.ts";

/** The shelf: one line a device family. `driver:` in a site file names one of these. */
export const UNIT_DRIVERS: readonly UnitDriver[] = [sunspecStorage, sunspecLegacyStorage];
export const METER_DRIVERS: readonly MeterDriver[] = [sunspecMeter];

export const findUnitDriver = (name: string): UnitDriver | undefined =>
  UNIT_DRIVERS.find((driver) => driver.name === name);

export const findMeterDriver = (name: string): MeterDriver | undefined =>
  METER_DRIVERS.find((driver) => driver.name === name);
