import type { FleetSnapshot } from "@penstock/protocol/fleet";
import type { Clock } from "@penstock/protocol/time";
import { useEffect, useState } from "preact/hooks";
import { AlarmList, alarmWords } from "./alarm-list.tsx";
import { byAttention } from "./attention.ts";
import { BidPanel } from "./bid-panel.tsx";
import { DeskPanel } from "./desk-panel.tsx";
import { type Feed, openFeed, type Source } from "./feed.ts";
import { age } from "./format.ts";
import { KillBanner } from "./kill-banner.tsx";
import { MoneyPanel } from "./money-panel.tsx";
import { PageFooter } from "./page-footer.tsx";
import { PageHeader } from "./page-header.tsx";
import { PricePanel } from "./price-panel.tsx";
import { SitePanel } from "./site-panel.tsx";
import { SiteTable } from "./site-table.tsx";
import { Tiles } from "./tiles.tsx";

const streamPath = "/api/v1/stream";

/** The whole page. Whatever it shows comes from one snapshot; while the server is silent, it says so and greys out. */
export function App({ clock }: { readonly clock: Clock }) {
  const feed = useFeed(clock);
  const nowMs = useSecond(clock);
  if (feed === undefined || feed.snapshot === undefined) {
    return (
      <main class="waiting">
        {feed?.isLive === false ? "The aggregator does not answer. Trying again …" : "Connecting …"}
      </main>
    );
  }
  const silentMs = feed.isLive ? 0 : Math.max(0, nowMs - feed.heardAtMs);
  return <Fleet snapshot={feed.snapshot} isLive={feed.isLive} silentMs={silentMs} />;
}

interface FleetProps {
  readonly snapshot: FleetSnapshot;
  readonly isLive: boolean;
  readonly silentMs: number;
}

function Fleet({ snapshot, isLive, silentMs }: FleetProps) {
  const { markets, alarms, summary, desk } = snapshot;
  const sites = byAttention(snapshot.sites);
  const [chosen, choose] = useState(siteInAddress() ?? sites[0]?.siteId);
  const selected = sites.find(({ siteId }) => siteId === chosen) ?? sites[0];
  const market = markets[0];
  /** What the server's clock says now, as far as we can tell. */
  const nowMs = snapshot.atMs + silentMs;
  const select = (siteId: string) => {
    choose(siteId);
    history.replaceState(null, "", `#site=${encodeURIComponent(siteId)}`);
  };
  useTitle(isLive ? alarms.length : undefined);
  return (
    <div class={isLive ? "fleet" : "fleet is-old"}>
      <p class="only-heard" role="status">
        {alarmWords(summary.openAlarms)}
      </p>
      <PageHeader market={market} isLive={isLive} />
      {!isLive && (
        <p class="banner" role="status">
          The aggregator does not answer. What you see is {age(silentMs)} old; trying again …
        </p>
      )}
      <main>
        {desk !== undefined && desk.kill !== null && <KillBanner kill={desk.kill} />}
        <Tiles summary={summary} sites={sites} market={market} />
        {alarms.length > 0 && <AlarmList alarms={alarms} nowMs={nowMs} />}
        <div class="columns">
          <div class="column">
            <SiteTable sites={sites} selectedId={selected?.siteId} onSelect={select} nowMs={nowMs} />
            {selected !== undefined && <SitePanel key={selected.siteId} site={selected} atMs={snapshot.atMs} />}
          </div>
          {market !== undefined && (
            <div class="column">
              <PricePanel market={market} />
              <BidPanel market={market} sites={sites} />
              {desk !== undefined && <DeskPanel desk={desk} market={market} isLive={isLive} />}
              {market.profit !== null && <MoneyPanel profit={market.profit} />}
            </div>
          )}
        </div>
      </main>
      <PageFooter summary={summary} sites={sites} />
    </div>
  );
}

/** A tab in the background says when it wants to be looked at. */
function useTitle(openAlarms: number | undefined): void {
  useEffect(() => {
    const word = openAlarms === undefined ? "not connected" : openAlarms > 0 ? `${openAlarms} open` : "";
    document.title = word === "" ? "Penstock fleet" : `(${word}) Penstock fleet`;
  }, [openAlarms]);
}

function useFeed(clock: Clock): Feed | undefined {
  const [feed, show] = useState<Feed>();
  useEffect(() => openFeed(() => new EventSource(streamPath) as Source, clock, show), [clock]);
  return feed;
}

/** Ages grow while nothing arrives. */
function useSecond(clock: Clock): number {
  const [nowMs, set] = useState<number>(clock.monotonicMs());
  useEffect(() => {
    const timer = setInterval(() => set(clock.monotonicMs()), 1000);
    return () => clearInterval(timer);
  }, [clock]);
  return nowMs;
}

/** A link to one site opens it: `#site=park`. */
const siteInAddress = (): string | undefined => {
  const value = new URLSearchParams(location.hash.slice(1)).get("site");
  return value ?? undefined;
};
