import type { CloudConfig, SiteEntry, UnitEntry } from "@penstock/cloud/config/cloud-config.ts";
import { usualSettingsOf } from "@penstock/cloud/config/usual-settings.ts";
import type { Journal } from "@penstock/cloud/desk/journal.ts";
import type { Market } from "@penstock/cloud/markets/index.ts";
import type { MemoryCloudStore } from "@penstock/cloud/store/index.ts";
import { privateKeyFromSeed } from "@penstock/protocol/lease";
import { hours, MW, MWh, minutes, seconds, UtcMs, WPerS } from "@penstock/protocol/units";
import { regionOf } from "./market-scene.ts";

/** Who stands at the desk of a market day: one park, and what it is registered for. */
export const PARK: SiteEntry = {
  siteId: "park",
  groupId: "penstock",
  nodeId: "park",
  capacityWh: MWh(100),
  powerWMaxCharge: MW(50),
  powerWMaxDischarge: MW(50),
  socMin: 0.05,
  socMax: 0.95,
  efficiencyOneWay: 0.95,
  costPerMWh: 10,
  settlementSource: "storage",
};

/** All the desk can sell there: energy, and every reserve the market buys of it. */
export function entryOf(market: Market): UnitEntry {
  const products = market.reserves?.productsAt(FAR_FUTURE_MS) ?? [];
  return {
    unit: {
      id: "PARK1",
      region: regionOf(market.id),
      siteIds: [PARK.siteId],
      maxCapacityMW: 50,
      minLoadMW: 50,
      lossFactor: 1,
      rampMWPerMin: 50,
      storageMWh: 100,
    },
    gate: "auto",
    ...(products.length > 0 && {
      reserves: {
        gate: "auto",
        products: products.map(({ name }) => ({ product: name, registeredW: MW(20), pricePerMWh: 1 })),
      },
    }),
  };
}

/** All that is known to be traded one day. */
const FAR_FUTURE_MS = UtcMs(Date.UTC(2100, 0, 1));

export const configFor = (market: Market, entry: UnitEntry): CloudConfig => ({
  sites: [PARK],
  units: [entry],
  market: { id: market.id, speed: 1 },
  strategy: usualSettingsOf(market).strategy,
  forecaster: "blend",
  desk: {
    telemetryAgeMsMax: seconds(10),
    decideBeforeGateMs: seconds(60),
    decideBeforeApprovalMs: minutes(3),
    horizonMs: hours(24),
    onKill: "run-out",
  },
  dispatch: {
    issuer: "desk",
    signingKey: { keyId: "desk", privateKey: privateKeyFromSeed(new Uint8Array(32).fill(7)) },
    priority: 5,
    fleetRampWPerS: WPerS(20e6),
    ackTimeoutMs: seconds(3),
  },
  counterGapMsMax: seconds(60),
});

export const journalOn = (store: MemoryCloudStore): Journal => ({
  append: (entry) => store.append(entry),
  entries: (kind, span) => store.entries(kind, span) as ReturnType<Journal["entries"]>,
  fact: (key) => store.fact(key),
  putFact: (key, value) => store.putFact(key, value),
});
