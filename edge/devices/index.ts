import type { MeterConfig, UnitConfig } from "../config/site-config.ts";
import type { MeterDriver, UnitDriver } from "./driver.ts";
import { mappedMeter, mappedUnit } from "./mapped/mapped-driver.ts";
import { sunspecLegacyStorage } from "./sunspec-legacy-storage.ts";
import { sunspecMeter } from "./sunspec-meter.ts";
import { sunspecStorage } from "./sunspec-storage.ts";

/** The shelf: one line a device family. `driver:` in a site file names one of these. */
export const UNIT_DRIVERS: readonly UnitDriver[] = [sunspecStorage, sunspecLegacyStorage];
export const METER_DRIVERS: readonly MeterDriver[] = [sunspecMeter];

/** Drivers that a file describes: `driver: modbus-map` with `map: FILE`. */
const MAPPED = { "modbus-map": "modbus", "opc-ua-map": "opc-ua" } as const;

/** What `driver:` of a unit, and of a meter, may say. */
export const UNIT_DRIVER_NAMES: readonly string[] = [...UNIT_DRIVERS.map(({ name }) => name), ...Object.keys(MAPPED)];
export const METER_DRIVER_NAMES: readonly string[] = [...METER_DRIVERS.map(({ name }) => name), ...Object.keys(MAPPED)];

export const findUnitDriver = (name: string): UnitDriver | undefined =>
  UNIT_DRIVERS.find((driver) => driver.name === name);

export const findMeterDriver = (name: string): MeterDriver | undefined =>
  METER_DRIVERS.find((driver) => driver.name === name);

/** What a mapped driver speaks; undefined for a driver that needs no map. */
export const mapProtocol = (driver: string): "modbus" | "opc-ua" | undefined =>
  driver in MAPPED ? MAPPED[driver as keyof typeof MAPPED] : undefined;

/** The driver of a configured device: off the shelf, or made of its map. */
export const unitDriverOf = ({ driver, map }: UnitConfig): UnitDriver | undefined =>
  map === undefined ? findUnitDriver(driver) : mappedUnit(map);

export const meterDriverOf = ({ driver, map }: MeterConfig): MeterDriver | undefined =>
  map === undefined ? findMeterDriver(driver) : mappedMeter(map);
