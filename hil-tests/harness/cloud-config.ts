import type { CloudConfig, RegisteredReserve, SiteEntry, UnitEntry } from "@penstock/cloud/config/cloud-config.ts";
import { usualSettingsOf } from "@penstock/cloud/config/usual-settings.ts";
import { marketOf } from "@penstock/cloud/markets/index.ts";
import type { SigningKey } from "@penstock/protocol/lease";
import { Ms, MW, minutes, seconds, UtcMs, W, Wh, WPerS } from "@penstock/protocol/units";
import { type SiteName, type Stage, stageOf } from "./scene.ts";
import { GROUP, type ServicesBySite } from "./site-config.ts";

interface Portfolio {
  readonly id: string;
  readonly sites: readonly SiteName[];
  /** Registered for every reserve the market buys of it, MW of each. */
  readonly reservesMW?: number;
}

/** Sites that bid together: small ones under one name of the operator's. */
const PORTFOLIOS: readonly Portfolio[] = [
  { id: "PNSTK1", sites: ["park"], reservesMW: 20 },
  { id: "PNSTK2", sites: ["feeder", "street"] },
  { id: "PNSTK3", sites: ["legacy"] },
  { id: "PNSTK4", sites: ["controller"] },
  { id: "PNSTK5", sites: ["yard"] },
];

export interface CloudSetting {
  readonly sites: readonly SiteName[];
  /** The NEM when absent. */
  readonly marketId?: string;
  readonly region: string;
  readonly marketSpeed: number;
  readonly signingKey: SigningKey;
  /** What sites are contracted for: services that leases arm are sold, and nothing else of the unit's. */
  readonly services?: ServicesBySite | undefined;
  /** What stands under each name; the named sites themselves unless a swarm drew others. */
  readonly stageOf?: (name: SiteName) => Stage;
}

/** The aggregator's configuration for some of the named sites. */
export function cloudConfigOf(setting: CloudSetting): CloudConfig {
  const { marketId = USUAL_MARKET, marketSpeed, signingKey } = setting;
  return {
    ...portfolioOf(setting),
    market: { id: marketId, speed: marketSpeed },
    strategy: usualSettingsOf(marketOf(marketId)).strategy,
    forecaster: "blend",
    desk: {
      telemetryAgeMsMax: seconds(10),
      decideBeforeGateMs: minutes(2),
      decideBeforeApprovalMs: minutes(3),
      horizonMs: minutes(24 * 60),
      onKill: "run-out",
    },
    dispatch: {
      issuer: "desk",
      signingKey,
      priority: 5,
      fleetRampWPerS: WPerS(20e6),
      ackTimeoutMs: seconds(3),
    },
    counterGapMsMax: Ms(5_000),
  };
}

/** Who is traded, and under which names. */
export function portfolioOf({
  marketId = USUAL_MARKET,
  sites,
  region,
  services = {},
  stageOf: stage = stageOf,
}: Pick<CloudSetting, "marketId" | "sites" | "region" | "services" | "stageOf">): Pick<CloudConfig, "sites" | "units"> {
  const units = PORTFOLIOS.map((portfolio) => ({
    ...portfolio,
    sites: portfolio.sites.filter((name) => sites.includes(name)),
  }));
  return {
    sites: sites.map((name) => ({
      ...siteEntryOf(name, stage(name)),
      ...(armedOf(services[name], marketId).length > 0 && { armsServices: true }),
    })),
    units: units
      .filter((unit) => unit.sites.length > 0)
      .map((unit) => {
        const armed = unit.sites.flatMap((name) => armedOf(services[name], marketId));
        const entry = unitEntryOf(unit, marketId, region, stage);
        return armed.length > 0 ? { ...entry, reserves: { gate: "auto", products: armed } } : entry;
      }),
  };
}

/** What a site holds for leases, as the market registers it. */
function armedOf(services: ServicesBySite[SiteName], marketId: string): readonly RegisteredReserve[] {
  const products = productsOf(marketId);
  return (services ?? []).flatMap((service) => {
    if (!("armedBy" in service && service.armedBy === "lease")) return [];
    const product = products.find((each) => each.service === service.kind)?.name;
    return product === undefined
      ? []
      : [{ product, registeredW: MW(service.contractedMW), pricePerMWh: RESERVE_PRICE_MIN }];
  });
}

function siteEntryOf(name: SiteName, { spec, scene }: Stage): SiteEntry {
  const { unit, unitCount, connectionLimitW } = spec;
  const powerW = unit.powerWMax * unitCount;
  return {
    siteId: name,
    groupId: GROUP,
    nodeId: name,
    capacityWh: Wh(unit.capacityWh * unitCount),
    powerWMaxCharge: W(Math.min(powerW, -connectionLimitW.min)),
    powerWMaxDischarge: W(Math.min(powerW, connectionLimitW.max)),
    socMin: scene.socMin,
    socMax: scene.socMax,
    efficiencyOneWay: Math.sqrt(unit.roundTripEfficiency),
    costPerMWh: 10,
    settlementSource: scene.settlementSource,
  };
}

function unitEntryOf(
  { id, sites, reservesMW }: Portfolio,
  marketId: string,
  region: string,
  stage: (name: SiteName) => Stage,
): UnitEntry {
  const sum = (of: (entry: SiteEntry) => number) =>
    sites.reduce((total, name) => total + of(siteEntryOf(name, stage(name))), 0);
  return {
    unit: {
      id,
      region,
      siteIds: sites,
      maxCapacityMW: Math.ceil(sum(({ powerWMaxDischarge }) => powerWMaxDischarge) / 1e6),
      minLoadMW: Math.ceil(sum(({ powerWMaxCharge }) => powerWMaxCharge) / 1e6),
      lossFactor: 0.99,
      rampMWPerMin: 60,
      storageMWh: sum(({ capacityWh }) => capacityWh) / 1e6,
    },
    gate: "auto",
    ...(reservesMW !== undefined &&
      productsOf(marketId).length > 0 && {
        reserves: { gate: "auto", products: everyReserve(marketId, reservesMW) },
      }),
  };
}

const everyReserve = (marketId: string, registeredMW: number): readonly RegisteredReserve[] =>
  productsOf(marketId).map(({ name }) => ({
    product: name,
    registeredW: MW(registeredMW),
    pricePerMWh: RESERVE_PRICE_MIN,
  }));

/** All that is known to be traded one day. */
const productsOf = (marketId: string) =>
  marketOf(marketId).reserves?.productsAt(UtcMs(Number.MAX_SAFE_INTEGER / 2)) ?? [];

const USUAL_MARKET = "nem";
const RESERVE_PRICE_MIN = 0.5;
