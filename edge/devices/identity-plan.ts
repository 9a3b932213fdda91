import { decodeModel } from "@penstock/protocol/sunspec";
import { seconds } from "@penstock/protocol/units";
import { type DeviceIdentity, type DeviceMap, findModel, type ReadPlan } from "./driver.ts";
import { sunspecModel } from "./sunspec-model.ts";

/**
 * SunSpec model 1 read again and again at a slow pace: a device whose firmware was changed, or that was exchanged, while
 * its connection stayed, is not taken for the one that was met. One request of some 68 registers in ten seconds.
 */
export function identityPlan(map: DeviceMap): ReadPlan {
  const common = findModel(map, 1);
  if (common === undefined) return { address: 0, count: 0, everyMs: IDENTITY_EVERY_MS };
  return {
    address: common.address,
    count: common.length + 2,
    everyMs: IDENTITY_EVERY_MS,
    belongs(registers) {
      const found = decodeModel(sunspecModel(1), registers);
      return found.ok && isSameDevice(identityOf(found.value.values), map.identity);
    },
  };
}

/** Who a device says it is, of model 1. */
export const identityOf = (values: Readonly<Record<string, unknown>>): DeviceIdentity => ({
  manufacturer: String(values["Mn"] ?? ""),
  model: String(values["Md"] ?? ""),
  version: String(values["Vr"] ?? ""),
  serialNumber: String(values["SN"] ?? ""),
});

export const IDENTITY_EVERY_MS = seconds(10);

const isSameDevice = (a: DeviceIdentity, b: DeviceIdentity): boolean =>
  a.manufacturer === b.manufacturer &&
  a.model === b.model &&
  a.version === b.version &&
  a.serialNumber === b.serialNumber;
