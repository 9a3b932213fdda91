import { kVA, Ms, MWh, seconds, W } from "@penstock/protocol/units";
import type { MeterConfig, UnitConfig } from "../../config/site-config.ts";

export const unitConfig = (id: string): UnitConfig => ({
  id,
  driver: "sunspec-storage",
  host: "127.0.0.1",
  port: 502,
  modbusUnitId: 1,
  rating: { chargeWMax: W(1.9e6), dischargeWMax: W(1.9e6), apparentVAMax: kVA(2_100), capacityWh: MWh(3.9) },
  revertAfterMs: seconds(6),
  safePowerW: W(0),
});

export const meterConfig: MeterConfig = {
  id: "meter",
  driver: "sunspec-meter",
  host: "127.0.0.1",
  port: 502,
  modbusUnitId: 1,
  sign: 1,
};

export const FRESH_MS = Ms(500);
