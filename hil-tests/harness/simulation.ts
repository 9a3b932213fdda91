import { createHash } from "node:crypto";
import { generatePrices, type PriceSeries } from "@penstock/cloud/prices/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { days, Ms, minutes, UtcMs } from "@penstock/protocol/units";
import type { Violation } from "../checkers/checker.ts";
import { accountOf } from "../checkers/ledgers.ts";
import type { SiteName } from "./scene.ts";
import type { ServicesBySite } from "./site-config.ts";
import { type FaultLevel, VirtualWorld } from "./virtual-world.ts";

export interface SimulationWish {
  readonly seed: number;
  readonly durationMs: Ms;
  readonly sites: readonly SiteName[];
  readonly faults: FaultLevel;
  readonly services?: ServicesBySite | undefined;
  readonly onProgress?: ((doneMs: number, ofMs: number) => void) | undefined;
}

export interface SimulationResult {
  readonly hash: string;
  readonly seed: number;
  readonly simulatedHours: number;
  readonly wallSeconds: number;
  readonly timesRealTime: number;
  readonly faultsInjected: number;
  readonly limitViolations: number;
  readonly recordsStored: number;
  readonly recordsAcknowledged: number;
  readonly recordsLost: number;
  readonly recordsDuplicated: number;
  readonly invariantsChecked: number;
  readonly eventsHashed: number;
  readonly bidsBuilt: number;
  readonly bidsRefused: number;
  readonly bidsAccepted: number;
  readonly leasesIssued: number;
  readonly leasesApplied: number;
  readonly dispatchedMWh: number;
  readonly meteredMWh: number;
  readonly revenue: number;
  readonly perfectForesightRevenue: number;
  readonly currency: string;
  readonly pricesGenerated: boolean;
  readonly violations: readonly Violation[];
}

/** Midsummer midnight in the market's zone: a day with sun, a peak, and prices below zero. */
export const SIM_START_MS = UtcMs(Date.parse("2026-01-14T14:00:00Z"));
const HISTORY_MS = days(14);
/** After the last hour everything that is under way may arrive before it is counted. */
const QUIET_MS = minutes(3);

/** A whole world for a while, and what it came to. Judged by the plants and by both sides' books, compared. */
export function simulate(wish: SimulationWish): SimulationResult {
  const { seed, durationMs, sites, faults, services, onProgress } = wish;
  const prices = generatedPrices(seed, durationMs);
  const startMs = SIM_START_MS;
  const world = new VirtualWorld({ seed, sites, services, startMs, prices, marketSpeed: 1, faults, durationMs });
  const startedNs = process.hrtime.bigint();
  world.start();
  const sliceMs = minutes(10);
  for (let doneMs = 0; doneMs < durationMs; doneMs += sliceMs) {
    world.advance(Ms(Math.min(sliceMs, durationMs - doneMs)));
    onProgress?.(doneMs + sliceMs, durationMs);
  }
  const wallSeconds = Number(process.hrtime.bigint() - startedNs) / 1e9;
  const report = world.cloud.report();
  world.cloud.stopTrading();
  world.advance(QUIET_MS);

  const siteList = [...world.sites.values()];
  const accounts = siteList.map((site) =>
    accountOf(site.disk, (epoch, stream, sequence) => world.cloud.book.times(site.name, epoch, stream, sequence)),
  );
  const sum = <T>(items: readonly T[], of: (item: T) => number) => items.reduce((total, item) => total + of(item), 0);
  const violations = siteList.flatMap((site) => site.checkers.violations);
  return {
    hash: createHash("sha256").update(world.trace.digest()).update(JSON.stringify(report)).digest("hex"),
    seed,
    simulatedHours: durationMs / 3600e3,
    wallSeconds: Number(wallSeconds.toFixed(2)),
    timesRealTime: Number((durationMs / 1e3 / wallSeconds).toFixed(0)),
    faultsInjected: world.faultsInjected + sum(siteList, (site) => site.sim.faults.injected),
    limitViolations: sum(siteList, (site) => site.checkers.violationCount),
    recordsStored: sum(accounts, (account) => account.stored),
    recordsAcknowledged: sum(accounts, (account) => account.acknowledged),
    recordsLost: sum(accounts, (account) => account.lost),
    recordsDuplicated: sum(accounts, (account) => account.duplicated),
    invariantsChecked: sum(siteList, (site) => site.checkers.looks),
    eventsHashed: world.trace.events,
    bidsBuilt: report.bidsBuilt,
    bidsRefused: report.bidsRefused,
    bidsAccepted: report.bidsAccepted,
    leasesIssued: report.leasesIssued,
    leasesApplied: report.leasesApplied,
    dispatchedMWh: report.dispatchedMWh,
    meteredMWh: report.meteredMWh,
    revenue: report.revenue,
    perfectForesightRevenue: report.perfectForesightRevenue,
    currency: report.currency,
    pricesGenerated: report.pricesGenerated,
    violations,
  };
}

/** Two weeks of past and as much future as is needed, from the seed, labelled as generated. */
export function generatedPrices(seed: number, durationMs: number, intervalMs = minutes(5)): PriceSeries {
  return generatePrices({
    rng: new Rng(seed).fork("prices"),
    region: "NSW1",
    currency: "AUD",
    startMs: UtcMs(SIM_START_MS - HISTORY_MS),
    intervalMs,
    count: Math.ceil((HISTORY_MS + durationMs + days(2)) / intervalMs),
    knownAfterStartMs: Ms(0),
    floor: -1_000,
    cap: 20_300,
    utcOffsetMs: 10 * 3_600_000,
  });
}
