import { publicKeyFromPem } from "@penstock/protocol/lease";
import { isSparkplugId } from "@penstock/protocol/sparkplug";
import { METER_DRIVER_NAMES, UNIT_DRIVER_NAMES } from "../devices/index.ts";
import { feederContradictions } from "./feeder-contradictions.ts";
import { nearest } from "./nearest.ts";
import { northboundContradictions } from "./northbound-rules.ts";
import { ownerContradiction } from "./owner-document.ts";
import type { ConfigIssue, Locate } from "./read-document.ts";
import { serviceContradictions } from "./service-contradictions.ts";
import type { SiteDocument } from "./site-document.ts";

/** Fields that are each in range and together make no sense. */
export function siteContradictions(site: SiteDocument, at: Locate): ConfigIssue[] {
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

/** Puts a complaint about a place of the document among the issues. */
export const sayTo =
  (issues: ConfigIssue[], at: Locate) =>
  (path: readonly (string | number)[], name: string, message: string): void => {
    issues.push({ ...at(path), path: name, message });
  };
