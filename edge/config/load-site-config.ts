import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { publicKeyFromPem } from "@penstock/protocol/lease";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { isSparkplugId } from "@penstock/protocol/sparkplug";
import { Celsius, Hz, hours, kVA, kW, kWh, kWPerS, Ms, MW, Soc, seconds, V, VA } from "@penstock/protocol/units";
import type { Fallback, FeederTerms } from "../control/site-control-config.ts";
import { METER_DRIVER_NAMES, UNIT_DRIVER_NAMES } from "../devices/index.ts";
import type { MappedDevice } from "../devices/mapped/mapped-device.ts";
import { type ReadText, readDeviceMaps } from "./device-maps.ts";
import { feederContradictions } from "./feeder-contradictions.ts";
import { nearest } from "./nearest.ts";
import { northboundContradictions, toNorthbound } from "./northbound-rules.ts";
import { ownerContradiction, toOwnerTerms } from "./owner-document.ts";
import { type ConfigIssue, type Locate, readDocument } from "./read-document.ts";
import { serviceContradictions } from "./service-contradictions.ts";
import { toService } from "./services-document.ts";
import type { CloudConfig, MeterConfig, PlantConfig, SiteConfig, UnitConfig } from "./site-config.ts";
import { type SiteDocument, siteDocument } from "./site-document.ts";

export interface SiteConfigError extends CodedError {
  readonly code: "config.unreadable" | "config.invalid";
  /** One line an issue: `file:line:column: path message`. */
  readonly text: string;
}

/** Reads a site's YAML file. Relative paths inside it count from the file's own folder. */
export function loadSiteConfig(file: string): Result<SiteConfig, SiteConfigError> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return fail({ code: "config.unreadable", text: `${file}: cannot be read: ${detail}` });
  }
  const folder = dirname(resolve(file));
  const readText: ReadText = (path) => {
    const there = resolve(folder, path);
    try {
      return { ok: true, text: readFileSync(there, "utf8"), file: there };
    } catch (cause) {
      return { ok: false, why: cause instanceof Error ? cause.message : String(cause) };
    }
  };
  return parseSiteConfig(text, { file, folder, readText });
}

/** The same from text; pure. `folder` is what relative paths count from, `readText` how device maps are had. */
export function parseSiteConfig(
  text: string,
  {
    file,
    folder,
    readText = NO_FILES,
  }: { readonly file: string; readonly folder: string; readonly readText?: ReadText },
): Result<SiteConfig, SiteConfigError> {
  const read = readDocument(text, siteDocument);
  const issues = read.ok ? contradictions(read.value, read.at) : [...read.issues];
  const maps = read.ok ? readDeviceMaps(read.value, readText, sayTo(issues, read.at)) : new Map<string, MappedDevice>();
  if (!read.ok || issues.length > 0) {
    const said = issues.map(
      ({ line, column, path, message }) => `${file}:${line}:${column}: ${`${path} ${message}`.trim()}`,
    );
    return fail({ code: "config.invalid", text: said.join("\n"), issues });
  }
  return ok(toSiteConfig(read.value, maps, (path) => resolve(folder, path)));
}

const NO_FILES: ReadText = () => ({ ok: false, why: "there are no files here" });

const sayTo =
  (issues: ConfigIssue[], at: Locate) =>
  (path: readonly (string | number)[], name: string, message: string): void => {
    issues.push({ ...at(path), path: name, message });
  };

/** Fields that are each in range and together make no sense. */
function contradictions(site: SiteDocument, at: Locate): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const say = sayTo(issues, at);
  const { socWindow, connection } = site.control;
  if (socWindow.min + 2 * socWindow.taper >= socWindow.max) {
    say(
      ["control", "socWindow"],
      "control.socWindow",
      "leaves no room: min and max must be more than two tapers apart",
    );
  }
  for (const name of ["transformer", "unitThermal"] as const) {
    const limits = site.control[name];
    if (limits !== undefined && limits.derateFromC >= limits.maxC) {
      say(["control", name], `control.${name}`, "must begin to derate below maxC");
    }
  }
  const widest = Math.max(connection.exportLimitMW, connection.importLimitMW);
  if (connection.marginKW >= widest * 1_000) {
    say(
      ["control", "connection", "marginKW"],
      "control.connection.marginKW",
      `is wider than the connection; did you mean kW? (${widest} MW)`,
    );
  }
  if (connection.apparentLimitMVA !== undefined && connection.apparentLimitMVA * 1_000 <= connection.marginKW) {
    say(
      ["control", "connection", "apparentLimitMVA"],
      "control.connection.apparentLimitMVA",
      "is within the margin: nothing would be left to carry",
    );
  }
  const { owner, fallback, minimumLoad } = site.control;
  if (minimumLoad !== undefined && minimumLoad.restBelow >= minimumLoad.resumeAbove) {
    say(["control", "minimumLoad"], "control.minimumLoad", "must rest below a load lower than it resumes above");
  }
  const problem = owner && ownerContradiction(owner, socWindow.taper);
  if (problem !== undefined) say(["control", "owner", ...problem.path], "control.owner", problem.message);
  site.units.forEach(({ revertAfterS, safePowerKW = fallback.onControllerLoss?.powerKW ?? 0, rating }, index) => {
    if (revertAfterS === undefined && fallback.onControllerLoss === undefined) {
      say(
        ["units", index],
        `units[${index}].revertAfterS`,
        "must be given, or control.fallback.onControllerLoss for all",
      );
    }
    if (safePowerKW > rating.dischargeKW || safePowerKW < -rating.chargeKW) {
      say(["units", index], `units[${index}].safePowerKW`, `of ${safePowerKW} kW is beyond the unit's rating`);
    }
  });
  site.units.forEach(({ driver }, index) => {
    const problem = unknownDriver(driver, UNIT_DRIVER_NAMES);
    if (problem !== undefined) say(["units", index, "driver"], `units[${index}].driver`, problem);
  });
  const meterProblem = unknownDriver(site.meter.driver, METER_DRIVER_NAMES);
  if (meterProblem !== undefined) say(["meter", "driver"], "meter.driver", meterProblem);
  site.feeders.forEach(({ meter }, index) => {
    const problem = meter && unknownDriver(meter.driver, METER_DRIVER_NAMES);
    if (problem !== undefined) say(["feeders", index, "meter", "driver"], `feeders[${index}].meter.driver`, problem);
  });
  if (site.evidence !== undefined && site.evidence.triggerBelowHz >= site.evidence.triggerAboveHz) {
    say(["evidence"], "evidence", "leaves no frequency that is normal: triggerBelowHz must be below triggerAboveHz");
  }
  northboundContradictions(site, say);
  const ids = new Set([site.meter.id]);
  site.feeders.forEach(({ meter }, index) => {
    if (meter !== undefined && ids.has(meter.id)) {
      const named = `feeders[${index}].meter.id`;
      say(["feeders", index, "meter", "id"], named, `"${meter.id}" is used twice; every device has an id of its own`);
    }
    if (meter !== undefined) ids.add(meter.id);
  });
  site.units.forEach(({ id }, index) => {
    if (ids.has(id))
      say(["units", index, "id"], `units[${index}].id`, `"${id}" is used twice; every device has an id of its own`);
    ids.add(id);
  });
  if (site.cloud !== undefined) cloudContradictions(site.cloud, say);
  serviceContradictions(site, say);
  feederContradictions(site, say);
  return issues;
}

/** A driver that is not on its shelf. */
function unknownDriver(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return undefined;
  const guess = nearest(name, known);
  return `is no driver we have: "${name}"; ${guess === undefined ? `known: ${known.join(", ")}` : `did you mean "${guess}"?`}`;
}

function cloudContradictions(
  cloud: NonNullable<SiteDocument["cloud"]>,
  say: (path: readonly (string | number)[], name: string, message: string) => void,
): void {
  for (const name of ["groupId", "nodeId"] as const) {
    if (!isSparkplugId(cloud[name])) say(["cloud", name], `cloud.${name}`, "must be free of /, + and #");
  }
  cloud.leaseKeys.forEach(({ publicKeyPem }, index) => {
    if (publicKeyFromPem(publicKeyPem).ok) return;
    const path = ["cloud", "leaseKeys", index, "publicKeyPem"];
    say(
      path,
      `cloud.leaseKeys[${index}].publicKeyPem`,
      "must be an Ed25519 public key in PEM (-----BEGIN PUBLIC KEY-----)",
    );
  });
}

function toSiteConfig(
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
