import type { CloudConfig, SiteConfig } from "@penstock/edge/config/site-config.ts";
import { siteSpecs } from "@penstock/firmware-sims/sites/index.ts";
import { Celsius, kW, kWPerS, Ms, Soc, seconds, VA, W, Wh } from "@penstock/protocol/units";
import { type SiteName, scenes } from "./scene.ts";

export const GROUP = "penstock";
export const HOST_ID = "penstock-cloud";

export interface SiteSetting {
  readonly energySpeed: number;
  readonly leaseKeys: CloudConfig["leaseKeys"];
  /** Records per second where a demo is watched, per ten where days are simulated. */
  readonly telemetryMs: { readonly site: number; readonly units: number; readonly settlement: number };
}

/** The edge's configuration of a named site, as the loader would give it from YAML. Addresses are the shell's to fill in. */
export function siteConfigOf(name: SiteName, { energySpeed, leaseKeys, telemetryMs }: SiteSetting): SiteConfig {
  const scene = scenes[name];
  const { unit, unitCount } = siteSpecs[name];
  const { exportLimitKW, importLimitKW, marginKW, withoutMeterKW } = scene.connection;
  return {
    siteId: name,
    control: {
      siteId: name,
      periodMs: Ms(100),
      connection: {
        exportWMax: kW(exportLimitKW),
        importWMax: kW(importLimitKW),
        marginW: kW(marginKW),
        withoutMeterW: kW(withoutMeterKW),
      },
      ramp: { upWPerS: kWPerS(scene.rampKWPerS), downWPerS: kWPerS(scene.rampKWPerS) },
      socWindow: { socMin: Soc(scene.socMin), socMax: Soc(scene.socMax), taper: Soc(0.03) },
      transformer: { derateFromC: Celsius(95), temperatureCMax: Celsius(110) },
      unitThermal: { derateFromC: Celsius(42), temperatureCMax: Celsius(55) },
      freshness: { unitMs: Ms(500), meterMs: Ms(400), plantMs: seconds(2) },
      leaseRampWPerS: kWPerS(scene.rampKWPerS),
      fallback: {
        onCloudLoss: { action: "ramp-to-zero", rampWPerS: kWPerS(scene.fallbackRampKWPerS) },
        onMeterLoss: { action: "ramp-to-zero", rampWPerS: kWPerS(scene.fallbackRampKWPerS) },
        onUnitLoss: "redistribute",
      },
    },
    units: Array.from({ length: unitCount }, (_, index) => ({
      id: `unit-${index + 1}`,
      driver: "sunspec-storage",
      host: "127.0.0.1",
      port: 0,
      modbusUnitId: 1,
      rating: {
        chargeWMax: W(unit.powerWMax),
        dischargeWMax: W(unit.powerWMax),
        apparentVAMax: VA(unit.apparentPowerVAMax),
        capacityWh: Wh(unit.capacityWh),
      },
      revertAfterMs: seconds(10),
      safePowerW: W(0),
    })),
    meter: { id: "meter-1", driver: "sunspec-meter", host: "127.0.0.1", port: 0, modbusUnitId: 1, sign: 1 },
    plant: scene.hasPlantController
      ? { id: "plant-1", driver: "opc-ua-plant", endpointUrl: "", pkiFolder: "", readEveryMs: Ms(250) }
      : undefined,
    cloud: {
      brokerUrl: "",
      username: name,
      passwordFile: "",
      groupId: GROUP,
      nodeId: name,
      leaseKeys,
      leaseTtlMsMax: seconds(600),
      clockSkewMs: seconds(5),
    },
    store: { file: "", budgetBytes: 256e6 },
    socket: "",
    telemetry: {
      siteEveryMs: Ms(telemetryMs.site),
      unitsEveryMs: Ms(telemetryMs.units),
      settlementEveryMs: Ms(telemetryMs.settlement),
    },
    energySpeed,
  };
}
