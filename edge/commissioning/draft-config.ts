import type { DecodedModel, PointValue } from "@penstock/protocol/sunspec";

/** What a scan found at an address, with what the device says of itself. */
export interface FoundDevice {
  readonly host: string;
  readonly port: number;
  readonly kind: "unit" | "meter" | "plant";
  readonly driver: string;
  readonly models: readonly DecodedModel[];
}

/** What no device can tell. */
export interface SiteAnswers {
  readonly site: string;
  readonly exportLimitMW: number;
  readonly importLimitMW: number;
  readonly folder: string;
}

/**
 * A first configuration from what was found: nameplates as ratings, cautious ramps and margins, no cloud, nothing that
 * a person has not said or a device has not told. YAML text for a person to read before it is used.
 */
export function draftConfig(
  found: readonly FoundDevice[],
  { site, exportLimitMW, importLimitMW, folder }: SiteAnswers,
): string {
  const units = found.filter(({ kind }) => kind === "unit");
  const meter = found.find(({ kind }) => kind === "meter");
  const plant = found.find(({ kind }) => kind === "plant");
  const limitKW = Math.min(exportLimitMW, importLimitMW) * 1e3;
  const ratings = units.map(ratingOf);
  const totalKW = ratings.reduce((sum, { dischargeKW }) => sum + dischargeKW, 0);
  const rampKWPerS = round(Math.max(0.1, Math.min(totalKW, limitKW) / 5));
  const lines = [
    `# ${site}: drafted from what answered on the network. Read it through before it is used.`,
    "# Units stand in the names. Positive power leaves the asset: discharge and export are positive.",
    `site: ${site}`,
    "control:",
    "  periodMs: 100",
    "  connection:",
    `    exportLimitMW: ${exportLimitMW}`,
    `    importLimitMW: ${importLimitMW}`,
    `    marginKW: ${round(limitKW * 0.03)}`,
    `    withoutMeterMW: ${round((limitKW * 0.2) / 1e3)}`,
    `  ramp: { upKWPerS: ${rampKWPerS}, downKWPerS: ${rampKWPerS} }`,
    "  socWindow: { min: 0.05, max: 0.95, taper: 0.03 }",
    "  freshness: { unitS: 2, meterS: 1, plantS: 5 }",
    `  leaseRampKWPerS: ${rampKWPerS}`,
    "  # What is safe on each loss is the site's to decide; until then everything comes to rest.",
    "  fallback:",
    `    onCloudLoss: { action: ramp-to-zero, rampKWPerS: ${rampKWPerS} }`,
    `    onMeterLoss: { action: ramp-to-zero, rampKWPerS: ${rampKWPerS} }`,
    "    onUnitLoss: redistribute",
    "units:",
    ...units.flatMap(({ host, port, driver }, index) => {
      const { chargeKW, dischargeKW, apparentKVA, capacityKWh } = ratings[index] ?? unknownRating;
      return [
        `  - id: unit-${index + 1}`,
        `    driver: ${driver}`,
        `    host: ${host}`,
        `    port: ${port}`,
        `    rating: { chargeKW: ${chargeKW}, dischargeKW: ${dischargeKW}, apparentKVA: ${apparentKVA}, capacityKWh: ${capacityKWh} }`,
        "    revertAfterS: 10",
      ];
    }),
    ...(meter === undefined
      ? ["# No meter answered: a site needs one.", "meter:"]
      : ["meter:", "  id: meter-1", `  driver: ${meter.driver}`, `  host: ${meter.host}`, `  port: ${meter.port}`]),
    ...(plant === undefined
      ? []
      : [
          "plant:",
          "  id: plant-1",
          `  driver: ${plant.driver}`,
          `  endpointUrl: opc.tcp://${plant.host}:${plant.port}`,
          `  pkiFolder: ${folder}/pki`,
        ]),
    `store: { file: ${folder}/${site}.sqlite }`,
    `socket: ${folder}/run/${site}.sock`,
  ];
  return `${lines.join("\n")}\n`;
}

const unknownRating = { chargeKW: 1, dischargeKW: 1, apparentKVA: 1, capacityKWh: 1 };

/** From the nameplate (702) and the storage (713). */
function ratingOf({ models }: FoundDevice) {
  const value = (id: number, point: string): PointValue => models.find((model) => model.id === id)?.values[point];
  const thousands = (...candidates: readonly PointValue[]) => {
    const known = candidates.find((candidate): candidate is number => typeof candidate === "number" && candidate > 0);
    return known === undefined ? 1 : round(known / 1e3);
  };
  return {
    chargeKW: thousands(value(702, "WChaRteMaxRtg"), value(702, "WMaxRtg"), value(120, "WRtg")),
    dischargeKW: thousands(value(702, "WDisChaRteMaxRtg"), value(702, "WMaxRtg"), value(120, "WRtg")),
    apparentKVA: thousands(value(702, "VAMaxRtg"), value(120, "VARtg"), value(702, "WMaxRtg")),
    capacityKWh: thousands(value(713, "WHRtg"), value(802, "WHRtg"), value(120, "WHRtg")),
  };
}

const round = (value: number): number => Number(value.toPrecision(6));
