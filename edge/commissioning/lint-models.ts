import type { DecodedModel, PointValue } from "@penstock/protocol/sunspec";

export interface RatingToCheck {
  readonly capacityWh: number;
  readonly dischargeWMax: number;
  readonly chargeWMax: number;
}

/**
 * What a device's registers say that cannot be, or that the site's file says otherwise. A wrong word order or scale
 * factor shows as a value far out of range; one sentence a finding, none when all is well.
 */
export function lintModels(
  kind: "unit" | "meter",
  models: readonly DecodedModel[],
  rating: RatingToCheck | undefined,
): readonly string[] {
  const findings: string[] = [];
  const value = (id: number, point: string): PointValue => models.find((model) => model.id === id)?.values[point];
  const has = (id: number) => models.some((model) => model.id === id);
  for (const { id, point, min, max, isNeeded } of kind === "unit" ? unitRanges : meterRanges) {
    if (!has(id)) continue;
    const read = value(id, point);
    if (read === undefined) {
      if (isNeeded) findings.push(`${id} ${point} is not implemented, or its scale factor is not`);
    } else if (typeof read === "number" && (read < min || read > max)) {
      findings.push(`${id} ${point} is ${read}, which cannot be (${min} … ${max}): scale factor, word order?`);
    }
  }
  if (kind === "unit" && rating !== undefined) findings.push(...disagreements(value, rating));
  return findings;
}

type Value = (id: number, point: string) => PointValue;

/** The site's file against the nameplate: a rating above it is asked for in vain, a capacity beside it spoils the books. */
function disagreements(value: Value, rating: RatingToCheck): string[] {
  const findings: string[] = [];
  const capacityWh = value(713, "WHRtg");
  if (typeof capacityWh === "number" && differs(capacityWh, rating.capacityWh)) {
    findings.push(`713 WHRtg is ${kWh(capacityWh)} and the site's file says capacityKWh ${kWh(rating.capacityWh)}`);
  }
  for (const [point, name, ratedW] of [
    ["WDisChaRteMaxRtg", "dischargeKW", rating.dischargeWMax],
    ["WChaRteMaxRtg", "chargeKW", rating.chargeWMax],
  ] as const) {
    const nameplateW = value(702, point);
    if (typeof nameplateW === "number" && ratedW > nameplateW * 1.02) {
      findings.push(`702 ${point} is ${kW(nameplateW)} and the site's file asks for ${name} ${kW(ratedW)}`);
    }
  }
  return findings;
}

const differs = (one: number, other: number): boolean => Math.abs(one - other) > 0.05 * Math.max(one, other);
const kW = (powerW: number): string => `${(powerW / 1e3).toFixed(1)} kW`;
const kWh = (energyWh: number): string => `${(energyWh / 1e3).toFixed(1)} kWh`;

interface Range {
  readonly id: number;
  readonly point: string;
  readonly min: number;
  readonly max: number;
  readonly isNeeded: boolean;
}

const range = (id: number, point: string, min: number, max: number, isNeeded = true): Range => ({
  id,
  point,
  min,
  max,
  isNeeded,
});

/** What the storage driver relies on (SunSpec 701, 702, 704, 713, 802), in the models' own units. */
const unitRanges = [
  range(701, "W", -1e8, 1e8),
  range(701, "Hz", 40, 70, false),
  range(701, "LNV", 50, 1e5, false),
  range(701, "TmpCab", -50, 120, false),
  range(704, "WSetRvrtTms", 0, 3_600, false),
  range(713, "SoC", 0, 100),
  range(713, "WHRtg", 100, 1e9, false),
  range(802, "V", 10, 5_000, false),
];

/** What the meter driver relies on (203, 213). */
const meterRanges = [
  range(203, "W", -1e9, 1e9),
  range(203, "Hz", 40, 70),
  range(213, "W", -1e9, 1e9),
  range(213, "Hz", 40, 70),
  range(213, "PhVphA", 50, 1e6, false),
];
