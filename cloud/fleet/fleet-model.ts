import {
  type AlarmDocument,
  type DeskDocument,
  FLEET_VERSION,
  type FleetDelta,
  type FleetSnapshot,
  type MarketDocument,
  type ProfitDocument,
  type RecordCounts,
  SITE_STATES,
  type SiteDocument,
  type SiteHistoryDocument,
} from "@penstock/protocol/fleet";
import type { Clock } from "@penstock/protocol/time";
import { minutes, seconds, type UtcMs, type W } from "@penstock/protocol/units";
import type { EdgeEvent, IngestEvent, SiteValue } from "../ingest/index.ts";
import type { StoredCounts } from "../store/index.ts";
import { Alarms } from "./alarms.ts";
import type { AlarmNotice, BidOutcome, BidUpdate, FleetInput, MarketTick } from "./fleet-input.ts";
import { MarketView } from "./market-view.ts";
import { SiteHistory } from "./site-history.ts";
import { SiteView } from "./site-view.ts";
import { summarise } from "./summary.ts";

export interface FleetModelOptions {
  readonly clock: Clock;
  readonly sites: readonly { readonly siteId: string; readonly name?: string }[];
}

/**
 * What the fleet is doing, kept ready to be shown. It hears from ingest and the desk, decides nothing, and once
 * a refresh turns what changed into the next {@link FleetDelta}.
 */
export class FleetModel implements FleetInput {
  readonly #clock: Clock;
  readonly #sites: ReadonlyMap<string, SiteRow>;
  readonly #markets = new Map<string, MarketView>();
  readonly #alarms = new Alarms();
  readonly #listeners = new Set<(delta: FleetDelta) => void>();
  #records: RecordCounts = { stored: 0, redelivered: 0, missing: 0, quarantined: 0 };
  #desk: DeskDocument | undefined;
  #shown: FleetSnapshot;

  constructor({ clock, sites }: FleetModelOptions) {
    this.#clock = clock;
    this.#sites = new Map(sites.map(({ siteId, name }) => [siteId, newRow(siteId, name ?? siteId)]));
    this.#shown = this.#now(0);
  }

  /** What was known before a restart: shown as old, until the site speaks. */
  restore(
    siteId: string,
    values: readonly (SiteValue & { readonly device?: string; readonly knownAtMs: UtcMs })[],
  ): void {
    const row = this.#sites.get(siteId);
    if (row === undefined) return;
    row.view.take(values.filter(({ device }) => device === undefined));
    for (const { knownAtMs } of values) {
      if (row.receivedAtMs === null || knownAtMs > row.receivedAtMs) row.receivedAtMs = knownAtMs;
    }
  }

  ingested(event: IngestEvent): void {
    switch (event.type) {
      case "site-online":
        this.#setOnline(event.siteId, true);
        this.#alarms.clear({ code: "cloud.link-lost", siteId: null });
        this.#alarms.clear({ code: "site.link-lost", siteId: event.siteId });
        break;
      case "site-offline":
        this.#setOnline(event.siteId, false);
        this.#lost(event.siteId, event.because);
        break;
      case "values":
        this.#takeValues(event);
        break;
      case "edge-event":
        this.#edgeEvent(event.siteId, event.event);
        break;
      case "refused":
        this.alarm({
          error: event.error,
          text: `refused: ${event.error.code}`,
          ...(event.siteId !== null && { siteId: event.siteId }),
          standsMs: minutes(10),
        });
        break;
      case "record":
      case "counters":
      case "lease-ack":
        break;
    }
  }

  counted(counts: StoredCounts): void {
    this.#records = counts;
  }

  completeUpTo(siteId: string, instantMs: UtcMs | null): void {
    const row = this.#sites.get(siteId);
    if (row !== undefined) row.completeUpToMs = instantMs;
  }

  market(tick: MarketTick): void {
    const held = this.#markets.get(tick.marketId);
    if (held === undefined) this.#markets.set(tick.marketId, new MarketView(tick));
    else held.tick(tick);
  }

  bid(update: BidUpdate): void {
    this.#markets.get(update.marketId)?.bid(update);
  }

  cleared(outcome: BidOutcome): void {
    this.#markets.get(outcome.marketId)?.cleared(outcome);
  }

  target(siteId: string, powerW: W | null): void {
    const row = this.#sites.get(siteId);
    if (row !== undefined) row.awardPowerW = powerW;
  }

  profit(marketId: string, profit: ProfitDocument): void {
    this.#markets.get(marketId)?.profit(profit);
  }

  desk(desk: DeskDocument): void {
    this.#desk = desk;
  }

  alarm({ error, text, siteId, subject, standsMs }: AlarmNotice): void {
    const raised = {
      code: error.code,
      text,
      siteId: siteId ?? null,
      ...(subject !== undefined && { subject }),
      standsMs,
    };
    this.#alarms.raise(raised, this.#clock.nowMs());
  }

  /** What was last shown: the snapshot the next delta follows. */
  snapshot(): FleetSnapshot {
    return this.#shown;
  }

  history(siteId: string): SiteHistoryDocument | undefined {
    return this.#sites.get(siteId)?.history.document(siteId);
  }

  /** Told of every delta until the returned function is called. */
  listen(listener: (delta: FleetDelta) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Shows what is now. Called on a grid of one second. */
  refresh(): FleetDelta {
    const before = this.#shown;
    const now = this.#now(before.sequence + 1);
    this.#shown = now;
    for (const site of now.sites) this.#sites.get(site.siteId)?.history.sample(site, now.atMs);
    const delta: FleetDelta = {
      version: FLEET_VERSION,
      sequence: now.sequence,
      atMs: now.atMs,
      summary: now.summary,
      sites: changed(before.sites, now.sites, (site) => site.siteId),
      markets: changed(before.markets, now.markets, (market) => market.marketId),
      ...(isSame(before.alarms, now.alarms) ? {} : { alarms: now.alarms }),
      ...(now.desk === undefined || isSame(before.desk, now.desk) ? {} : { desk: now.desk }),
    };
    for (const listener of this.#listeners) listener(delta);
    return delta;
  }

  #now(sequence: number): FleetSnapshot {
    const atMs = this.#clock.nowMs();
    this.#judgeFreshness(atMs);
    const alarms = this.#alarms.list(atMs);
    const sites = [...this.#sites.values()].map((row) =>
      row.view.document({ ...row, openAlarms: countAt(row, alarms) }),
    );
    return {
      version: FLEET_VERSION,
      sequence,
      atMs,
      summary: summarise(sites, alarms, this.#records, atMs),
      sites: sites.sort(byAttention),
      markets: [...this.#markets.values()].map((market): MarketDocument => market.document()),
      alarms,
      ...(this.#desk !== undefined && { desk: this.#desk }),
    };
  }

  #setOnline(siteId: string, online: boolean): void {
    const row = this.#sites.get(siteId);
    if (row === undefined) return;
    row.online = online;
    if (online) row.receivedAtMs = this.#clock.nowMs();
  }

  #lost(siteId: string, because: "death" | "host-disconnected"): void {
    const nowMs = this.#clock.nowMs();
    const delayMs = seconds(5); // A link that is back by then needs nobody.
    if (because === "host-disconnected") {
      const text = "the cloud has lost its broker and hears no site";
      this.#alarms.raise({ code: "cloud.link-lost", text, siteId: null, delayMs }, nowMs);
    }
    this.#alarms.raise({ code: "site.link-lost", text: `${siteId} cannot be heard`, siteId, delayMs }, nowMs);
  }

  #takeValues({ siteId, device, knownAtMs, values }: Extract<IngestEvent, { type: "values" }>): void {
    const row = this.#sites.get(siteId);
    if (row === undefined) return;
    row.receivedAtMs = knownAtMs;
    if (device !== undefined) {
      this.#unitState(siteId, device, values);
      return;
    }
    const cycles = row.view.number("Loop/Cycles");
    row.view.take(values);
    // The site's process began anew: what it had open it has forgotten, and says again if it still holds.
    if ((row.view.number("Loop/Cycles") ?? 0) < (cycles ?? 0)) {
      this.#alarms.clearWhere((alarm) => alarm.siteId === siteId && alarm.subject === fromEdge);
    }
  }

  #unitState(siteId: string, device: string, values: readonly SiteValue[]): void {
    const state = values.find(({ name }) => name === "State")?.value;
    if (state === undefined) return;
    const place = { code: "unit.fault", siteId, device };
    if (state === "fault") {
      this.#alarms.raise({ ...place, text: `${device} reports a fault` }, this.#clock.nowMs());
    } else this.#alarms.clear(place);
  }

  /** An alarm of the edge begins and is over; one that says neither happened once and is shown for a while. */
  #edgeEvent(siteId: string, { code, level, text, facts, device, aboutMs }: EdgeEvent): void {
    const nowMs = this.#clock.nowMs();
    const place = { code, siteId, subject: fromEdge, ...deviceOf(device, facts) };
    const state = facts["state"];
    // A device that is ready is neither lost nor misread any more.
    if (code === "device.ready") {
      for (const ended of endedByReady) this.#alarms.clear({ ...place, code: ended });
      return;
    }
    if (state === "over") this.#alarms.clear(place);
    else if (level === "alarm" && nowMs - aboutMs < oldNewsMs) {
      this.#alarms.raise(
        { ...place, text, sinceMs: aboutMs, ...(state !== "begins" && { standsMs: minutes(10) }) },
        nowMs,
      );
    }
  }

  /** Every online site measures its frequency each second: one that says nothing new for a minute is stuck. */
  #judgeFreshness(nowMs: UtcMs): void {
    for (const row of this.#sites.values()) {
      const { siteId } = row.view;
      const isStale = row.online && row.receivedAtMs !== null && nowMs - row.receivedAtMs > staleMs;
      if (isStale === row.isStale) continue;
      row.isStale = isStale;
      const place = { code: "site.data-stale", siteId };
      if (!isStale) this.#alarms.clear(place);
      else this.#alarms.raise({ ...place, text: `${siteId} is connected but has said nothing for a minute` }, nowMs);
    }
  }
}

interface SiteRow {
  readonly view: SiteView;
  readonly history: SiteHistory;
  online: boolean;
  isStale: boolean;
  receivedAtMs: UtcMs | null;
  completeUpToMs: UtcMs | null;
  awardPowerW: W | null;
}

const newRow = (siteId: string, name: string): SiteRow => ({
  view: new SiteView(siteId, name),
  history: new SiteHistory(),
  online: false,
  isStale: false,
  receivedAtMs: null,
  completeUpToMs: null,
  awardPowerW: null,
});

/** Marks alarms the edge itself opens and closes. */
const fromEdge = "edge";
const staleMs = minutes(1);
const endedByReady = ["device.lost", "device.map-mismatch", "device.map-moved"];

/** Events of the site as a whole name the device they are about among their facts. */
function deviceOf(device: string | undefined, facts: EdgeEvent["facts"]): { readonly device?: string } {
  const named = device ?? facts["device"];
  return typeof named === "string" ? { device: named } : {};
}

/** An alarm from the backlog that is older than this was over long ago, or the site has said it again. */
const oldNewsMs = minutes(30);

const countAt = ({ view }: SiteRow, alarms: readonly AlarmDocument[]): number =>
  alarms.filter(({ siteId }) => siteId === view.siteId).length;

/** Worst first; among equals the one with most power at stake. */
const byAttention = (a: SiteDocument, b: SiteDocument): number =>
  SITE_STATES.indexOf(a.state) - SITE_STATES.indexOf(b.state) ||
  (b.dischargeCapabilityW ?? 0) - (a.dischargeCapabilityW ?? 0) ||
  a.siteId.localeCompare(b.siteId);

function changed<T>(before: readonly T[], now: readonly T[], idOf: (item: T) => string): readonly T[] {
  const held = new Map(before.map((item) => [idOf(item), item]));
  return now.filter((item) => !isSame(held.get(idOf(item)), item));
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
