import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { privateKeyFromPem } from "@penstock/protocol/lease";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { MW, MWh, minutes, seconds, UtcMs, WPerS } from "@penstock/protocol/units";
import { isNode, LineCounter, parseDocument } from "yaml";
import { type KnownPerson, TOKEN_LENGTH_MIN } from "../fleet/people.ts";
import { forecasters } from "../forecast/index.ts";
import { marketOf } from "../markets/index.ts";
import { strategyNames } from "../strategies/index.ts";
import type { CloudConfig, ReserveEntry, SiteEntry, UnitEntry } from "./cloud-config.ts";
import { type ProcessDocument, processDocument } from "./process-document.ts";
import { usualSettingsOf } from "./usual-settings.ts";

export interface ProcessConfig {
  readonly document: ProcessDocument;
  readonly cloud: CloudConfig;
  readonly people: readonly KnownPerson[];
  /** Relative paths of the document made absolute. */
  readonly path: (relative: string) => string;
}

export interface ProcessConfigError extends CodedError {
  readonly code: "config.unreadable" | "config.invalid";
  /** One line an issue: `file:line:column: path message`. */
  readonly text: string;
}

/** Reads and checks the aggregator's configuration; what is wrong is named with its place. */
export function loadProcessConfig(file: string): Result<ProcessConfig, ProcessConfigError> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    return fail({
      code: "config.unreadable",
      text: `${file}: cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    });
  }
  const folder = dirname(resolve(file));
  const path = (relative: string) => resolve(folder, relative);
  const document = parse(text, file);
  if (!document.ok) return document;
  const wrong = contradictionsOf(document.value);
  if (wrong !== undefined) return fail({ code: "config.invalid", text: `${file}: ${wrong}` });
  const people = readPeople(document.value, path);
  if (!people.ok) return fail({ code: "config.invalid", text: `${file}: people: ${people.error.text}` });
  const key = readKey(path(document.value.leases.privateKeyFile));
  if (!key.ok) return fail({ code: "config.invalid", text: `${file}: leases.privateKeyFile: ${key.error.text}` });
  return ok({ document: document.value, path, people: people.value, cloud: toCloudConfig(document.value, key.value) });
}

function parse(text: string, file: string): Result<ProcessDocument, ProcessConfigError> {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (yaml.errors.length > 0) {
    const said = yaml.errors.map(({ pos, message }) => `${at(pos[0])}: ${message.split("\n", 1)[0]}`);
    return fail({ code: "config.invalid", text: said.join("\n") });
  }
  const checked = processDocument.safeParse(yaml.toJS());
  if (checked.success) return ok(checked.data);
  const said = checked.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => `${placeOf([...issue.path, key])}is not a setting here; is it misspelt?`)
      : [`${placeOf(issue.path)}${issue.message}`],
  );
  /** The nearest thing that is there: what is missing has no place of its own. */
  function placeOf(path: readonly PropertyKey[]): string {
    const named = `${path.map(String).join(".")} `;
    for (let depth = path.length; depth >= 0; depth--) {
      const node = yaml.getIn(path.slice(0, depth) as (string | number)[], true);
      if (isNode(node) && node.range) return `${at(node.range[0])}: ${named}`;
    }
    return `${file}: ${named}`;
  }
  return fail({ code: "config.invalid", text: said.join("\n") });
}

/** Fields that are each in range and together make no sense. */
function contradictionsOf({
  sites,
  units,
  locationalLimits,
  strategy,
  forecaster,
  people,
  desk,
  market,
}: ProcessDocument): string | undefined {
  const known = new Set(sites.map(({ id }) => id));
  if (known.size < sites.length) return "sites: two have one id";
  const taken = new Set<string>();
  for (const { id, sites: members, reserves } of units) {
    const wrong = wrongReserve(market.id, reserves?.products.map(({ product }) => product) ?? []);
    if (wrong !== undefined) return `units: ${id} ${wrong}`;
    if (reserves !== undefined && members.length > 1 && marketOf(market.id).reserves?.isOneSite === true)
      return `units: ${id} keeps reserves ready with ${members.length} sites; in ${market.id} that is one battery's`;
    for (const member of members) {
      if (!known.has(member)) return `units: ${id} bids for ${member}, which is not under sites`;
      if (taken.has(member)) return `units: ${member} is in two units`;
      taken.add(member);
    }
  }
  if (new Set(people.map(({ name }) => name)).size < people.length) return "people: two have one name";
  const { band } = desk;
  if (band !== undefined && band.pricePerMWhMin >= band.pricePerMWhMax) {
    return "desk.band: pricePerMWhMin is at or above pricePerMWhMax";
  }
  const narrow = sites.find(({ socMin, socMax }) => socMin >= socMax);
  if (narrow !== undefined) return `sites: ${narrow.id} has socMin at or above socMax`;
  const limit = wrongLimit(locationalLimits, known);
  if (limit !== undefined) return `locationalLimits: ${limit}`;
  if (strategy !== undefined && !strategyNames.includes(strategy))
    return `strategy: there is no "${strategy}"; one of ${strategyNames.join(", ")}`;
  if (!Object.hasOwn(forecasters, forecaster)) {
    return `forecaster: there is no "${forecaster}"; one of ${Object.keys(forecasters).join(", ")}`;
  }
  return undefined;
}

function wrongReserve(marketId: string, names: readonly string[]): string | undefined {
  const known = (marketOf(marketId).reserves?.productsAt(FAR_FUTURE_MS) ?? []).map(({ name }) => name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) return `is registered for ${stranger}; ${marketId} takes ${known.join(", ") || "none"}`;
  return new Set(names).size < names.length ? "is registered for one reserve twice" : undefined;
}

/** All that is known to be traded one day. */
const FAR_FUTURE_MS = UtcMs(Date.UTC(2100, 0, 1));

function wrongLimit(limits: ProcessDocument["locationalLimits"], known: ReadonlySet<string>): string | undefined {
  for (const [index, { name, sites, minMW, maxMW }] of limits.entries()) {
    const stranger = sites.find((site) => !known.has(site));
    if (stranger !== undefined) return `${name} is about ${stranger}, which is not under sites`;
    if (minMW > 0 || maxMW < 0) return `${name} must leave 0 MW possible: minMW at most 0, maxMW at least 0`;
    for (const other of limits.slice(0, index)) {
      const shared = sites.filter((site) => other.sites.includes(site)).length;
      if (shared > 0 && shared < sites.length && shared < other.sites.length) {
        return `${name} and ${other.name} cross: one must lie within the other, or they share no site`;
      }
    }
  }
  return undefined;
}

/** One token, one person: who shares one could sign twice. */
function readPeople(
  { people }: ProcessDocument,
  path: (relative: string) => string,
): Result<readonly KnownPerson[], { code: string; text: string }> {
  const known: KnownPerson[] = [];
  for (const { name, role, tokenFile } of people) {
    let token: string;
    try {
      token = readFileSync(path(tokenFile), "utf8").trim();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : cause;
      return fail({ code: "people.unreadable", text: `the token of ${name} cannot be read: ${reason}` });
    }
    if (token.length < TOKEN_LENGTH_MIN) {
      const text = `the token of ${name} in ${tokenFile} is shorter than ${TOKEN_LENGTH_MIN} characters; openssl rand -hex 32 makes one`;
      return fail({ code: "people.short-token", text });
    }
    const twin = known.find((other) => other.token === token);
    if (twin !== undefined) return fail({ code: "people.one-token", text: `${twin.name} and ${name} have one token` });
    known.push({ name, role, token });
  }
  return ok(known);
}

function readKey(
  path: string,
): Result<CloudConfig["dispatch"]["signingKey"]["privateKey"], { code: string; text: string }> {
  try {
    const key = privateKeyFromPem(readFileSync(path, "utf8"));
    return key.ok ? key : fail({ code: key.error.code, text: `${path} is not an Ed25519 private key in PEM form` });
  } catch (cause) {
    return fail({
      code: "key.unreadable",
      text: `${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    });
  }
}

const toReserves = ({ gate, products }: NonNullable<ProcessDocument["units"][number]["reserves"]>): ReserveEntry => ({
  gate,
  products: products.map(({ product, registeredMW, pricePerMWh }) => ({
    product,
    registeredW: MW(registeredMW),
    pricePerMWh,
  })),
});

function toCloudConfig(
  document: ProcessDocument,
  privateKey: CloudConfig["dispatch"]["signingKey"]["privateKey"],
): CloudConfig {
  const { leases, market, strategy, forecaster, desk } = document;
  const usual = usualSettingsOf(marketOf(market.id));
  return {
    sites: document.sites.map(toSite),
    units: document.units.map(
      ({ gate, sites, reserves, ...unit }): UnitEntry => ({
        unit: { ...unit, region: market.region, siteIds: sites },
        gate,
        ...(reserves !== undefined && { reserves: toReserves(reserves) }),
      }),
    ),
    market: {
      id: market.id,
      speed: market.speed,
      ...(market.start !== undefined && { startMs: UtcMs(Date.parse(market.start)) }),
    },
    locationalLimits: document.locationalLimits.map(({ name, sites, minMW, maxMW }) => ({
      name,
      siteIds: sites,
      powerWMin: MW(minMW),
      powerWMax: MW(maxMW),
    })),
    strategy: strategy ?? usual.strategy,
    forecaster,
    desk: {
      telemetryAgeMsMax: seconds(10),
      decideBeforeGateMs: seconds(desk.decideBeforeGateS ?? usual.decideBeforeGateS),
      decideBeforeApprovalMs: seconds(desk.decideBeforeApprovalS ?? usual.decideBeforeApprovalS),
      horizonMs: minutes(24 * 60),
      onKill: desk.onKill,
      ...(desk.band !== undefined && { band: desk.band }),
    },
    dispatch: {
      issuer: leases.issuer,
      signingKey: { keyId: leases.keyId, privateKey },
      priority: 5,
      fleetRampWPerS: WPerS(20e6),
      ackTimeoutMs: seconds(3),
    },
    counterGapMsMax: seconds(5),
  };
}

const toSite = (site: ProcessDocument["sites"][number]): SiteEntry => ({
  siteId: site.id,
  groupId: site.group,
  nodeId: site.node,
  capacityWh: MWh(site.capacityMWh),
  powerWMaxCharge: MW(site.chargeMW),
  powerWMaxDischarge: MW(site.dischargeMW),
  socMin: site.socMin,
  socMax: site.socMax,
  efficiencyOneWay: Math.sqrt(site.roundTripEfficiency),
  costPerMWh: site.costPerMWh,
  settlementSource: site.settle,
  ...(site.capabilityHash !== undefined && { capabilityHash: site.capabilityHash }),
  ...(site.armsServices && { armsServices: true }),
});
