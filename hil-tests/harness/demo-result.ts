import Database from "better-sqlite3";
import { cloudCounts, edgeBooks } from "../checkers/disks.ts";
import { type Account, accountOf } from "../checkers/ledgers.ts";
import { patiently } from "./child-process.ts";
import type { SiteName } from "./scene.ts";
import type { SocketWorld } from "./socket-world.ts";

/** What a run of the demo came to: the field names are relied on by others. */
export interface DemoFigures {
  readonly sitesOnline: number;
  readonly controlCycles: number;
  readonly lateCycles: number;
  readonly missedCycles: number;
  /** Of the worst site. */
  readonly latenessP50Ms: number;
  readonly latenessP99Ms: number;
  readonly latenessMaxMs: number;
  readonly recordsStored: number;
  readonly recordsAcknowledged: number;
  readonly recordsLost: number;
  readonly recordsDuplicated: number;
  readonly bidsBuilt: number;
  readonly bidsRefused: number;
  readonly bidsAccepted: number;
  readonly leasesIssued: number;
  readonly leasesApplied: number;
  readonly leasesExpired: number;
  readonly leasesRefused: number;
  readonly limitViolations: number;
  readonly checkerLooks: number;
  readonly intervalsSettled: number;
  readonly dispatchedMWh: number;
  readonly meteredMWh: number;
  readonly revenue: number;
  /** Of reserves kept ready, beside the revenue of energy. */
  readonly reserveRevenue: number;
  readonly currency: string;
  readonly perfectForesightRevenue: number;
  readonly perfectForesightShare: number | null;
  readonly pricesGenerated: boolean;
  readonly pricesSource: string;
}

export interface DemoResult {
  readonly figures: DemoFigures;
  /** What the judges saw, in words. */
  readonly complaints: readonly string[];
}

const DRAIN_MS = 10_000;

/** Ends the trading, lets what is under way arrive, and asks everyone; the books are compared on the disks themselves. */
export async function reckon(world: SocketWorld): Promise<DemoResult> {
  const sites = world.options.sites;
  const report = await world.report();
  const statuses = await Promise.all(sites.map((site) => world.edge(site).status()));
  // A judge who is busy is asked again: without its word there is no account.
  const verdicts = await Promise.all(
    sites.map((site) => patiently(`the judges of ${site}`, 60_000, () => world.plant(site).verdict())),
  );
  const online = statuses.filter((status) => status?.link?.state === "online").length;
  world.cloud.stopTrading();
  await drained(world);
  await Promise.all(sites.map((site) => world.edge(site).stop()));
  await world.cloud.stop();
  const accounts = sites.map((site) => compareDisks(world, site));

  const sum = <T>(items: readonly T[], of: (item: T) => number) => items.reduce((total, item) => total + of(item), 0);
  const worst = (of: "latenessP50Ms" | "latenessP99Ms" | "latenessMaxMs") =>
    Number(Math.max(...statuses.map((status) => status?.loop?.[of] ?? Number.NaN)).toFixed(3));
  return {
    figures: {
      sitesOnline: online,
      controlCycles: sum(statuses, (status) => status?.loop?.cycles ?? 0),
      lateCycles: sum(statuses, (status) => status?.loop?.lateCycles ?? 0),
      missedCycles: sum(statuses, (status) => status?.loop?.missedCycles ?? 0),
      latenessP50Ms: worst("latenessP50Ms"),
      latenessP99Ms: worst("latenessP99Ms"),
      latenessMaxMs: worst("latenessMaxMs"),
      recordsStored: sum(accounts, ({ stored }) => stored),
      recordsAcknowledged: sum(accounts, ({ acknowledged }) => acknowledged),
      recordsLost: sum(accounts, ({ lost }) => lost),
      recordsDuplicated: sum(accounts, ({ duplicated }) => duplicated),
      bidsBuilt: report.bidsBuilt,
      bidsRefused: report.bidsRefused,
      bidsAccepted: report.bidsAccepted,
      leasesIssued: report.leasesIssued,
      leasesApplied: report.leasesApplied,
      leasesExpired: report.leasesExpired,
      leasesRefused: report.leasesRefused,
      limitViolations: sum(verdicts, ({ violationCount }) => violationCount),
      checkerLooks: sum(verdicts, ({ looks }) => looks),
      intervalsSettled: report.intervals,
      dispatchedMWh: round(report.dispatchedMWh),
      meteredMWh: round(report.meteredMWh),
      revenue: round(report.revenue),
      reserveRevenue: round(report.reserveRevenue),
      currency: report.currency,
      perfectForesightRevenue: round(report.perfectForesightRevenue),
      perfectForesightShare: report.perfectForesightShare === null ? null : round(report.perfectForesightShare),
      pricesGenerated: report.pricesGenerated,
      pricesSource: report.pricesSource,
    },
    complaints: verdicts.flatMap(({ violations }, index) =>
      violations.map(
        ({ checker, atMs, text }) => `${sites[index]} after ${(atMs / 1e3).toFixed(1)} s: ${checker}: ${text}`,
      ),
    ),
  };
}

const round = (value: number): number => Number(value.toFixed(4));

/** Until every site's records are acknowledged but those of the last moment, or patience ends: they then wait on its disk. */
async function drained(world: SocketWorld): Promise<void> {
  for (const endMs = Date.now() + DRAIN_MS; Date.now() < endMs; ) {
    const statuses = await Promise.all(world.options.sites.map((site) => world.edge(site).status()));
    const waiting = statuses.flatMap((status) =>
      Object.values(status?.link?.streams ?? {}).map((stream) => stream.waiting + stream.inFlight),
    );
    if (waiting.length > 0 && waiting.every((count) => count <= 10)) return;
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** Reads both databases with both processes gone: what one says it gave, the other holds or it still has itself. */
export function compareDisks(world: SocketWorld, site: SiteName): Account {
  const edge = new Database(world.edge(site).storeFile, { readonly: true });
  const cloud = new Database(world.cloud.storeFile, { readonly: true });
  try {
    return accountOf(edgeBooks(edge), cloudCounts(cloud, site));
  } finally {
    edge.close();
    cloud.close();
  }
}
