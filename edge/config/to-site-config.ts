import { dirname, join } from "node:path";
import { Celsius, Hz, hours, kVA, kW, kWh, kWPerS, Ms, MW, Soc, seconds, V, VA } from "@penstock/protocol/units";
import type { Fallback, FeederTerms } from "../control/site-control-config.ts";
import type { MappedDevice } from "../devices/mapped/mapped-device.ts";
import { toNorthbound } from "./northbound-rules.ts";
import { toOwnerTerms } from "./owner-document.ts";
import { toService } from "./services-document.ts";
import type { CloudConfig, MeterConfig, PlantConfig, SiteConfig, UnitConfig } from "./site-config.ts";
import type { SiteDocument } from "./site-document.ts";

/** What the document means: SI units, branded; `place` finds the files it names. */
export function toSiteConfig(
  site: SiteDocument,
  maps: ReadonlyMap<string, MappedDevice>,
  place: (path: string) => string,
): SiteConfig {
  return {
    siteId: site.site,
    control: toControl(site),
    units: site.units.map((unit) => ({
      ...toUnit(unit, site.control.fallback.onControllerLoss),
      map: maps.get(unit.id),
      pkiFolder: unit.pkiFolder && place(unit.pkiFolder),
    })),
    meter: toMeter(site.meter, maps, place),
    ...(site.feeders.length > 0 && {
      feederMeters: site.feeders.map(({ meter }) => meter && toMeter(meter, maps, place)),
    }),
    plant: site.plant === undefined ? undefined : toPlant(site.plant, place),
    ...(site.northbound && { northbound: toNorthbound(site.northbound, place) }),
    cloud: site.cloud === undefined ? undefined : toCloud(site.cloud, place),
    store: { file: place(site.store.file), budgetBytes: site.store.budgetMB * 1e6 },
    ...(site.recorder.budgetMB > 0 && { recorder: toRecorder(site, place) }),
    ...(site.evidence && { evidence: toEvidence(site.evidence) }),
    isSupervised: site.supervisor,
    socket: place(site.socket),
    access: accessOf(site.access),
    telemetry: {
      siteEveryMs: seconds(site.telemetry.siteEveryS),
      unitsEveryMs: seconds(site.telemetry.unitsEveryS),
      settlementEveryMs: seconds(site.telemetry.settlementEveryS),
    },
    energySpeed: site.energySpeed,
  };
}

function toControl({ site, control, energySpeed, services, feeders, units }: SiteDocument): SiteConfig["control"] {
  const { connection, ramp, socWindow, transformer, unitThermal, voltage, freshness, fallback } = control;
  const { feeder, owner, leaseReversals, inverterPriority, minimumLoad, trust } = control;
  return {
    siteId: site,
    periodMs: Ms(control.periodMs),
    connection: {
      exportWMax: MW(connection.exportLimitMW),
      importWMax: MW(connection.importLimitMW),
      marginW: kW(connection.marginKW),
      withoutMeterW: MW(connection.withoutMeterMW),
      ...(connection.apparentLimitMVA !== undefined && { apparentVAMax: VA(connection.apparentLimitMVA * 1e6) }),
    },
    ramp: { upWPerS: kWPerS(ramp.upKWPerS), downWPerS: kWPerS(ramp.downKWPerS) },
    socWindow: { socMin: Soc(socWindow.min), socMax: Soc(socWindow.max), taper: Soc(socWindow.taper) },
    ...(feeder && { feeder: { exportWMax: MW(feeder.exportLimitMW), importWMax: MW(feeder.importLimitMW) } }),
    ...(feeders.length > 0 && { feeders: feeders.map(toFeeder(units)) }),
    ...(owner && { owner: toOwnerTerms(owner, socWindow.taper) }),
    inverterPriority,
    trust: {
      meterFreezeMs: seconds(trust.meterFreezeS),
      unitFreezeMs: seconds(trust.unitFreezeS),
      socDriftMax: trust.socDrift,
      ...(trust.restOfSiteMaxMW !== undefined && { restOfSiteWMax: MW(trust.restOfSiteMaxMW) }),
      energySpeed,
    },
    ...(minimumLoad && {
      minimumLoad: {
        restBelow: minimumLoad.restBelow,
        resumeAbove: minimumLoad.resumeAbove,
        settleMs: seconds(minimumLoad.settleS),
      },
    }),
    ...(transformer && { transformer: toThermal(transformer) }),
    ...(unitThermal && { unitThermal: toThermal(unitThermal) }),
    ...(voltage && { voltage: { voltageVMin: V(voltage.minV), voltageVMax: V(voltage.maxV) } }),
    freshness: {
      unitMs: seconds(freshness.unitS),
      meterMs: seconds(freshness.meterS),
      plantMs: seconds(freshness.plantS),
    },
    leaseRampWPerS: kWPerS(control.leaseRampKWPerS),
    leaseReversals: { max: leaseReversals.max, withinMs: seconds(leaseReversals.withinS) },
    fallback: {
      onCloudLoss: toFallback(fallback.onCloudLoss),
      onMeterLoss: toFallback(fallback.onMeterLoss),
      onUnitLoss: fallback.onUnitLoss,
    },
    ...(services.length > 0 && {
      services: { contracts: services.map(toService), actuationMs: Ms(control.actuationMs) },
    }),
  };
}

const accessOf = ({ secondPersonWithinS, ...groups }: SiteDocument["access"]): NonNullable<SiteConfig["access"]> => ({
  ...groups,
  secondPersonWithinMs: secondPersonWithinS === undefined ? undefined : seconds(secondPersonWithinS),
});

const toRecorder = ({ site, store, recorder }: SiteDocument, place: (path: string) => string) => ({
  folder: place(recorder.folder ?? join(dirname(store.file), `${site}-recordings`)),
  budgetBytes: recorder.budgetMB * 1e6,
});

const toEvidence = ({ triggerBelowHz, triggerAboveHz }: NonNullable<SiteDocument["evidence"]>) => ({
  triggerBelowHz: Hz(triggerBelowHz),
  triggerAboveHz: Hz(triggerAboveHz),
});

const toThermal = ({ derateFromC, maxC }: { derateFromC: number; maxC: number }) => ({
  derateFromC: Celsius(derateFromC),
  temperatureCMax: Celsius(maxC),
});

function toFallback(fallback: SiteDocument["control"]["fallback"]["onCloudLoss"]): Fallback {
  switch (fallback.action) {
    case "ramp-to-zero":
      return { action: "ramp-to-zero", rampWPerS: kWPerS(fallback.rampKWPerS) };
    case "hold":
      return { action: "hold", forMs: seconds(fallback.forS), thenRampWPerS: kWPerS(fallback.thenRampKWPerS) };
    case "follow-load":
      return { action: "follow-load", gridPowerW: kW(fallback.gridPowerKW) };
  }
}

const toMeter = (
  meter: SiteDocument["meter"],
  maps: ReadonlyMap<string, MappedDevice>,
  place: (path: string) => string,
): MeterConfig => ({ ...meter, map: maps.get(meter.id), pkiFolder: meter.pkiFolder && place(meter.pkiFolder) });

const toFeeder =
  (units: SiteDocument["units"]) =>
  (feeder: SiteDocument["feeders"][number]): FeederTerms => ({
    id: feeder.id,
    unitIds: feeder.units,
    units: feeder.units.map((id) => units.findIndex((unit) => unit.id === id)),
    exportWMax: MW(feeder.exportLimitMW),
    importWMax: MW(feeder.importLimitMW),
    ...(feeder.apparentLimitMVA !== undefined && { apparentVAMax: VA(feeder.apparentLimitMVA * 1e6) }),
    withoutMeterW: MW(feeder.withoutMeterMW),
  });

/** The loader has seen to it that one of the two says when. */
function toUnit(
  { rating, revertAfterS, safePowerKW, map: _, ...unit }: SiteDocument["units"][number],
  onControllerLoss = { afterS: revertAfterS ?? 0, powerKW: 0 },
): UnitConfig {
  return {
    ...unit,
    rating: {
      chargeWMax: kW(rating.chargeKW),
      dischargeWMax: kW(rating.dischargeKW),
      apparentVAMax: kVA(rating.apparentKVA),
      capacityWh: kWh(rating.capacityKWh),
    },
    revertAfterMs: seconds(revertAfterS ?? onControllerLoss.afterS),
    safePowerW: kW(safePowerKW ?? onControllerLoss.powerKW),
  };
}

const toPlant = (plant: NonNullable<SiteDocument["plant"]>, place: (path: string) => string): PlantConfig => ({
  ...plant,
  pkiFolder: place(plant.pkiFolder),
  readEveryMs: Ms(plant.readEveryMs),
});

function toCloud(cloud: NonNullable<SiteDocument["cloud"]>, place: (path: string) => string): CloudConfig {
  const { leaseTtlMaxS, scheduleTtlMaxH, clockSkewS, passwordFile, primaryHostId, ...same } = cloud;
  return {
    ...same,
    passwordFile: place(passwordFile),
    ...(primaryHostId === undefined ? {} : { primaryHostId }),
    leaseTtlMsMax: seconds(leaseTtlMaxS),
    scheduleTtlMsMax: hours(scheduleTtlMaxH),
    clockSkewMs: seconds(clockSkewS),
  };
}
