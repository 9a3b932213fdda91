import type { PlainBlock } from "./model.ts";

/**
 * An illustrative site controller of a battery park, as public third-party code has observed such devices: zero-based
 * addresses, big-endian words. No maker has published, checked or endorsed it; every name, scale and behaviour is observed.
 * W and Wh unscaled, + discharges.
 */
export const siteControllerBlocks: readonly PlainBlock[] = [
  {
    id: 100,
    length: 47,
    points: [
      [0, "ProtocolVersion", "int16"],
      [1, "Units", "uint16"],
      [2, "FirmwareVersion", "string16"],
      [18, "SerialNumber", "string16"],
      [34, "BatteryMeters", "uint16"],
      [35, "SiteMeters", "uint16"],
      [39, "ChargePowerMax", "int32"],
      [41, "DischargePowerMax", "int32"],
      [45, "EnergyRating", "int32"],
    ],
  },
  {
    id: 200,
    length: 34,
    points: [
      [0, "CommandSource", "uint16"],
      [1, "TargetPower", "int32"],
      [5, "FullPackEnergy", "int32"],
      [7, "EnergyRemaining", "int32"],
      [18, "AvailableBlocks", "uint16"],
    ],
  },
  {
    id: 1000,
    length: 28,
    points: [
      [0, "RealPowerMode", "enum16"],
      [1, "AlwaysActive", "enum16"],
      [2, "PeakPowerMode", "enum16"],
      [20, "PowerSetpoint", "int32"],
      [22, "Heartbeat", "enum16"],
      [23, "TimeoutS", "uint16"],
      [24, "RampUp", "int32"],
      [26, "RampDown", "int32"],
    ],
  },
  {
    id: 1200,
    length: 28,
    points: [
      [0, "ReactivePowerMode", "enum16"],
      [1, "PowerPriority", "enum16"],
      [20, "ReactiveSetpoint", "int32"],
      [24, "ReactiveRampUp", "int32"],
      [26, "ReactiveRampDown", "int32"],
    ],
  },
  { id: 1500, length: 1, points: [[0, "Shutdown", "enum16"]] },
];
